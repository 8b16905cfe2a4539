"""Scenarios of mails that go out by Amazon SES: no key makes a call idempotent, and only events prove it."""

from collections.abc import Iterator
from functools import partial

from infra.local.simulator.outcomes import Answer
from tests.faults import disturbances
from tests.faults.disturbances import Passage
from tests.faults.scenario import BOTH, LEAVES_UNKNOWN, MAILS, Scenario

BUSY_SECONDS = 10
_ANSWERS = (
    ("500, not accepted", Answer.ERROR, True),
    ("500, accepted", Answer.ERROR_ACCEPTED, False),
    ("time-out after acceptance", Answer.TIMEOUT_ACCEPTED, False),
    ("reset after acceptance", Answer.RESET_ACCEPTED, False),
    ("half an answer", Answer.HALF_ACCEPTED, False),
)
_PASSAGES: tuple[Passage, ...] = (
    ("intend_messages", "after"),
    ("send_batch.call", "before"),
    ("send_batch.call", "after"),
    ("record_results.untouched", "before"),
)


def mails_by_ses() -> Iterator[Scenario]:
    """Those of a campaign, and those of an automation beside its texts."""
    for is_automation in (False, True):
        yield from _rows("SES, automation" if is_automation else "SES", is_automation=is_automation)


def _rows(whose: str, *, is_automation: bool) -> Iterator[Scenario]:
    channels = BOTH if is_automation else MAILS
    made = partial(Scenario, channels=channels, by_ses=True, is_automation=is_automation)
    yield made(
        name=f"{whose}, busy for ten seconds",
        disturb=partial(disturbances.answer_with, Answer.THROTTLED, BUSY_SECONDS),
        seconds=300,
    )
    for name, answer, is_unknown in _ANSWERS:
        yield made(
            name=f"{whose}, {name}",
            disturb=partial(disturbances.answer_with, answer, 3600),
            may_be_unknown=is_unknown,
        )
    for passage in _PASSAGES:
        yield made(
            name=f"{whose}, kill {passage[1]} {passage[0]}",
            disturb=partial(disturbances.kill, [passage], replies=False),
            may_be_unknown=passage in LEAVES_UNKNOWN,
        )
