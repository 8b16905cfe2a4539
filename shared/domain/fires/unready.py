"""What a preview shows of a campaign that cannot be made ready: why, in place of what would go out."""

from collections.abc import Sequence

from shared.domain.campaigns.step import Step
from shared.domain.errors import Problem
from shared.domain.fires.preview import PreviewedMessage, Verdict
from shared.domain.record import replace

_UNREADY = "the campaign cannot be made ready"


def problems_of(steps: Sequence[Step], problems: Sequence[Problem]) -> dict[str, Problem]:
    """By a step's id the first problem that is about it, or about the campaign as a whole."""
    found: dict[str, Problem] = {}
    for place, step in enumerate(steps):
        for problem in problems:
            if not problem.field.startswith("steps[") or problem.field.startswith(f"steps[{place}]"):
                found.setdefault(step.id, problem)
    return found


def held_back(shown: PreviewedMessage, problem: Problem) -> PreviewedMessage:
    """A message that would go out, if marking the campaign ready were not refused for this."""
    return replace(
        shown,
        verdict=Verdict.MUST_BE_MENDED,
        kind=_UNREADY,
        field=problem.field,
        reason=problem.reason,
        until=None,
        is_later=False,
        warnings=(),
    )
