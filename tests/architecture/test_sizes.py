"""Small modules, small functions, and no drawers."""

from tests.kit.architecture.source_tree import ROOT, source_files

MODULE_LINES = 300
FUNCTION_LINES = 40
CODE = ("main.py", "functions", "shared", "infra")
DRAWERS = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "base", "misc", "constants"}


def test_modules_are_short() -> None:
    lengths = {file.name: len(file.text.splitlines()) for file in source_files(*CODE)}
    assert {name: length for name, length in lengths.items() if length > MODULE_LINES} == {}


def test_functions_are_short() -> None:
    lengths = {
        f"{file.name}:{function.name}": (function.end_lineno or 0) - function.lineno + 1
        for file in source_files(*CODE)
        for function in file.functions
    }
    assert {name: length for name, length in lengths.items() if length > FUNCTION_LINES} == {}


def test_no_module_is_a_drawer() -> None:
    paths = [ROOT / file.name for file in source_files(*CODE)]
    names = {str(path.relative_to(ROOT)): {*path.stem.split("_"), path.parent.name} for path in paths}
    assert {name for name, words in names.items() if words & DRAWERS} == set()
