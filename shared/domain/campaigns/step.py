"""A step: one message of a campaign, with when and for whom it is.

`When` is a tagged union, as msgspec stores it. A fire begins with the steps that go out at once; the others
are planned when their time has come, one step at a time.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from shared.domain.channels.channel import Channel


class AtOnce(msgspec.Struct, frozen=True, kw_only=True, tag="at_once"):
    """When the campaign fires."""


class DelayMeasure(StrEnum):
    """From when a delay is counted."""

    STEP = "step"  # for all together: from the end of the step before
    RECIPIENT = "recipient"  # for each: from when the step before reached this recipient


class AfterDelay(msgspec.Struct, frozen=True, kw_only=True, tag="after_delay"):
    """So many seconds after the step before."""

    seconds: int
    counted_from: DelayMeasure


class AtField(msgspec.Struct, frozen=True, kw_only=True, tag="at_field"):
    """So many seconds after the date or time in a field of the recipient; before it when negative."""

    field: str
    seconds: int


When = AtOnce | AfterDelay | AtField


class OnlyIf(StrEnum):
    """For which recipients a step is."""

    ANYBODY = "anybody"
    NOT_ANSWERED = "not_answered"  # who has not answered an earlier step of the fire
    NOT_DELIVERED = "not_delivered"  # whom no earlier step of the fire is known to have reached


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One message of a campaign: over which channel, from which sender, to the address in which field."""

    id: str
    channel: Channel
    template_id: str
    sender_id: str
    address_field: str
    when: When = field(default_factory=AtOnce)
    only_if: OnlyIf = OnlyIf.ANYBODY


def first_steps(steps: Iterable[Step]) -> tuple[Step, ...]:
    """The steps a fire begins with."""
    return tuple(step for step in steps if isinstance(step.when, AtOnce))
