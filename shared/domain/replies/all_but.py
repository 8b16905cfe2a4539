"""An answer to all but some: "all yes except the tires, cancel those"."""

from collections.abc import Sequence

from msgspec import Struct

from shared.domain.replies.clause import is_said
from shared.domain.replies.matter import SILENT
from shared.domain.replies.references import References
from shared.domain.replies.sense import Mark, Sense

_EXCEPT = frozenset({
    "apart from", "except", "excepto", "exceto", "hormis", "menos", "other than", "salvo", "sauf", "a part",
})  # fmt: skip


class Exceptions(Struct, frozen=True, kw_only=True):
    """The parts that speak of all, which `numbers` (from 0) they are not for, and what is said of those."""

    of_all: tuple[Mark, ...]
    numbers: frozenset[int]
    of_them: tuple[Mark, ...]


def exceptions_of(marks: Sequence[Mark], references: References) -> Exceptions | None:
    """The exceptions of a reply that begins with what it says of all; None where there are none."""
    at = next((at for at in range(len(marks)) if _excepts(marks, at)), 0)
    before, after = marks[:at], marks[at + 1 :]
    is_late = any(mark.sense is Sense.LATE for mark in after)  # "both, but I'm late on Tuesday"
    of_each = [references.named(mark) for mark in before if mark.sense is not Sense.BOTH]
    if not before or is_late or any(name is not None for name in of_each):
        return None
    named = references.names(after)
    numbers: frozenset[int] = frozenset().union(*(name or () for name in named))
    said = [mark for mark, name in zip(after, named, strict=True) if is_said(mark, name)]
    is_clear = bool(numbers) and len(numbers) < references.count and frozenset() not in named
    return (
        Exceptions(
            of_all=tuple(mark for mark in before if mark.sense not in (Sense.BOTH, *SILENT)),
            numbers=numbers,
            of_them=tuple(mark for mark in said if mark.sense is not Sense.REASON),
        )
        if is_clear
        else None
    )


def _excepts(marks: Sequence[Mark], at: int) -> bool:
    """ "Except", and "but" right behind "all": "all but the first", though not "both but not the first"."""
    if marks[at].text in _EXCEPT:
        return True
    if marks[at].text != "but" or not 0 < at < len(marks) - 1:
        return False
    return marks[at - 1].sense is Sense.BOTH and marks[at + 1].sense not in (Sense.NO, Sense.NEGATION)
