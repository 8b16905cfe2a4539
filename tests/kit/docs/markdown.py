"""The project's documents, with their blocks and the commands in them."""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from msgspec import Struct

ROOT = Path(__file__).resolve().parents[3]
Words = tuple[str, ...]  # a command as a shell cuts it

_FENCED = re.compile(r"^```(?P<language>[a-z]*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
_INLINE = re.compile(r"`((?:make|python|gcloud|curl) [^`]+)`")
_ASSIGNMENT = re.compile(r"[A-Z]+=")


class Block(Struct, frozen=True, kw_only=True):
    """A fenced block. `language` is what follows the fence."""

    language: str
    text: str


class Document(Struct, frozen=True, kw_only=True):
    """One document. `name` is its path in the repository."""

    name: str
    text: str

    @property
    def path(self) -> Path:
        """Where it is."""
        return ROOT / self.name

    @property
    def blocks(self) -> list[Block]:
        """Its fenced blocks, in order."""
        return [
            Block(language=found["language"], text=found["text"]) for found in _FENCED.finditer(self.text)
        ]

    @property
    def prose(self) -> str:
        """The text without its fenced blocks."""
        return _FENCED.sub("", self.text)

    @property
    def commands(self) -> list[Words]:
        """Every command of its blocks of shell, in order."""
        shells = [block.text for block in self.blocks if block.language == "sh"]
        return [words for text in shells for words in commands_of(text)]

    @property
    def inline_commands(self) -> list[Words]:
        """Commands between backticks in its prose. They may be incomplete."""
        return [tuple(shlex.split(text)) for text in _INLINE.findall(self.prose)]


@cache
def documents() -> tuple[Document, ...]:
    """All documents."""
    paths = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
    return tuple(
        Document(name=str(path.relative_to(ROOT)), text=path.read_text(encoding="utf-8")) for path in paths
    )


def document(name: str) -> Document:
    """The document at this path."""
    [found] = [one for one in documents() if one.name == name]
    return found


def commands_of(text: str) -> Iterator[Words]:
    """The commands of a shell text. One goes on while a quote is open, or after a backslash."""
    pending = ""
    for line in text.splitlines():
        pending = f"{pending}\n{line}" if pending else line
        if pending.endswith("\\"):
            pending = pending.removesuffix("\\").rstrip()
            continue
        try:
            words = tuple(shlex.split(pending, comments=True))
        except ValueError:  # a quote is open
            continue
        pending = ""
        if words:
            yield words
    assert not pending, f"this command does not end: {pending}"


def is_assignment(words: Words) -> bool:
    """Whether the command sets a variable of the shell."""
    return len(words) == 1 and _ASSIGNMENT.match(words[0]) is not None
