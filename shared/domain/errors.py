"""What can go wrong for a caller. Entry points turn these into answers; nothing else does.

RollcallError        the caller can mend it
├── NotFound         no such thing for this company
├── Conflict         the thing is in a state that does not allow this
└── InvalidInput     the input is wrong: where, what, and how to mend it
Unavailable          it cannot be done now, and asking again later may help
└── NewerDocument    only a newer version of the code can read it (each adapter adds its own)
"""

from collections.abc import Sequence

from msgspec import Struct

SHOWN_PROBLEMS, SHOWN_REASON = 50, 1_000  # faults that are told at once; characters of one


class Problem(Struct, frozen=True, kw_only=True):
    """One thing wrong with an input: `field` is a path such as `steps[0].template_id`."""

    field: str
    reason: str


def shown_problems(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """As many of them as are told at once, and how many more there are."""
    shown = tuple(Problem(field=one.field, reason=_cut(one.reason)) for one in problems[:SHOWN_PROBLEMS])
    left = len(problems) - SHOWN_PROBLEMS
    more = Problem(field="request", reason=f"has {left:,} more faults; mend these first")
    return (*shown, more) if left > 0 else shown


def _cut(reason: str) -> str:
    return reason if len(reason) <= SHOWN_REASON else f"{reason[:SHOWN_REASON]}…"


class RollcallError(Exception):
    """Base of all errors a caller can mend."""


class NotFound(RollcallError):
    """There is no `kind` with this id in the caller's company."""

    def __init__(self, kind: str, item_id: str) -> None:
        super().__init__(f"There is no {kind} {item_id!r}.")
        self.kind = kind
        self.item_id = item_id


class Conflict(RollcallError):
    """What was asked does not fit the state the thing is in."""


class InvalidInput(RollcallError):
    """The input is wrong; `problems` name every field that is."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(f"{p.field}: {p.reason}" for p in problems))
        self.problems = problems

    @classmethod
    def at(cls, field: str, reason: str) -> "InvalidInput":
        """The common case of one wrong field."""
        return cls(Problem(field=field, reason=reason))


class Unavailable(Exception):
    """What is stored cannot be read or written now. Nothing was done that asking again would do twice."""


class NewerDocument(Unavailable):
    """A newer version of the code wrote this document: it must be left to that version.

    During a deploy both versions serve, so the next request may meet the newer one.
    """

    def __init__(self, kind: str, version: int, known: int) -> None:
        super().__init__(
            f"A document of {kind} has version {version}; this code knows versions up to {known}. "
            "It is left to a newer worker."
        )
