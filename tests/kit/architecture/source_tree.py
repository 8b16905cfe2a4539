"""The project's own source files, parsed: what the architecture tests look at."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from msgspec import Struct

ROOT = Path(__file__).resolve().parents[3]
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


class SourceFile(Struct, frozen=True, kw_only=True):
    """One module. `name` is its path in the repository."""

    name: str
    text: str
    tree: ast.Module

    @property
    def calls(self) -> list[ast.Call]:
        """Every call in it."""
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.Call)]

    @property
    def functions(self) -> list[FunctionNode]:
        """Every function and method in it, nested ones too."""
        return [node for node in ast.walk(self.tree) if isinstance(node, FunctionNode)]


@cache
def source_files(*folders: str) -> tuple[SourceFile, ...]:
    """The modules under `folders` (or single files), in order."""
    paths: list[Path] = []
    for folder in folders:
        path = ROOT / folder
        paths += [path] if path.is_file() else sorted(path.rglob("*.py"))
    assert paths, f"there is nothing in {folders}"
    return tuple(_read(path) for path in paths)


def _read(path: Path) -> SourceFile:
    text = path.read_text(encoding="utf-8")
    return SourceFile(name=str(path.relative_to(ROOT)), text=text, tree=ast.parse(text))


def methods(cls: ast.ClassDef) -> list[FunctionNode]:
    """The class's own methods and properties."""
    return [node for node in cls.body if isinstance(node, FunctionNode)]


def classes(file: SourceFile) -> list[ast.ClassDef]:
    """The module's top-level classes."""
    return [node for node in file.tree.body if isinstance(node, ast.ClassDef)]


def top_functions(file: SourceFile) -> list[FunctionNode]:
    """The module's top-level functions."""
    return [node for node in file.tree.body if isinstance(node, FunctionNode)]


def parameters(function: FunctionNode) -> list[str]:
    """Names of the positional parameters, without self and cls."""
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


def attribute_calls(file: SourceFile, names: set[str]) -> Iterator[tuple[ast.Call, ast.Attribute]]:
    """Calls such as `x.name(...)` for one of `names`, with what is called."""
    for call in file.calls:
        if isinstance(call.func, ast.Attribute) and call.func.attr in names:
            yield call, call.func
