"""An answer to all but some: "all yes except the tires, cancel those"."""

from collections.abc import Sequence

from msgspec import Struct

from shared.domain.replies.references import References
from shared.domain.replies.sense import Mark, Sense

_EXCEPT = frozenset({
    "apart from", "except", "excepto", "exceto", "hormis", "menos", "other than", "salvo", "sauf",
})  # fmt: skip


class Exceptions(Struct, frozen=True, kw_only=True):
    """The parts that speak of all, which `numbers` (from 0) they are not for, and what is said of those."""

    of_all: tuple[Mark, ...]
    numbers: frozenset[int]
    of_them: tuple[Mark, ...]


def exceptions_of(marks: Sequence[Mark], references: References) -> Exceptions | None:
    """The exceptions of a reply that begins with what it says of all; None where there are none."""
    at = next((at for at, mark in enumerate(marks) if mark.text in _EXCEPT), 0)
    of_all, after = marks[:at], marks[at + 1 :]
    if not any(mark.sense is Sense.BOTH for mark in of_all):
        return None
    named = [references.named(mark) for mark in after]
    numbers: frozenset[int] = frozenset().union(*(name or () for name in named))
    is_clear = bool(numbers) and len(numbers) < references.count and frozenset() not in named
    of_them = tuple(mark for mark, name in zip(after, named, strict=True) if name is None)
    return Exceptions(of_all=tuple(of_all), numbers=numbers, of_them=of_them) if is_clear else None
