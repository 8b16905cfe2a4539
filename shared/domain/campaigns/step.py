"""A step: one message of a campaign, with when and for whom it is.

`When` is a tagged union, as msgspec stores it. What each kind comes to for a recipient is in
shared/domain/fires/step_times.py, and for whom a step is in shared/domain/fires/step_rules.py.
"""

from collections.abc import Sequence
from datetime import time
from enum import StrEnum
from itertools import takewhile

import msgspec
from msgspec import Struct, field

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.channels.channel import Channel


class AtOnce(msgspec.Struct, frozen=True, kw_only=True, tag="at_once"):
    """When the campaign fires."""


class DelayMeasure(StrEnum):
    """From when a delay is counted."""

    STEP = "step"  # for all together: from the end of the sending of the step before
    RECIPIENT = "recipient"  # for each: from when the step before was sent to this recipient


class AfterDelay(msgspec.Struct, frozen=True, kw_only=True, tag="after_delay"):
    """So many seconds after the step before."""

    seconds: int
    counted_from: DelayMeasure


class IfLate(StrEnum):
    """What becomes of a recipient's message whose time had passed before the campaign fired."""

    SKIP = "skip"
    SEND_AT_ONCE = "send_at_once"


class AtField(msgspec.Struct, frozen=True, kw_only=True, tag="at_field"):
    """At a time that follows from a date or time in a field of the recipient; before it when negative.

    Either so many `seconds` from it, or so many `days`, at the `clock` time of the recipient's zone; without
    a clock, at the field's own.
    """

    field: str
    seconds: int = 0
    days: int = 0
    clock: time | None = None
    if_late: IfLate = IfLate.SKIP


When = AtOnce | AfterDelay | AtField


class OnlyIf(StrEnum):
    """For which recipients a step is."""

    ANYBODY = "anybody"
    NOT_ANSWERED = "not_answered"  # who has not answered an earlier step of the fire
    NOT_DELIVERED = "not_delivered"  # whom no earlier step of the fire is known to have reached
    DELIVERED_NOT_ANSWERED = "delivered_not_answered"  # reached by an earlier step, and answered none
    ANSWERED_WITH = "answered_with"  # who answered an earlier step with one of the step's `answers`
    APPOINTMENT_CANCELED = "appointment_canceled"  # whose appointment a later file, or the API, canceled


class Step(Struct, frozen=True, kw_only=True):
    """One message of a campaign: over which channel, from which sender, to the address in which field.

    `answers` are those that it follows on, with OnlyIf.ANSWERED_WITH. It `invites_to` the conversation of an
    earlier step, by its place: whose message there waits for them to write gets this one, with a link.
    """

    id: str
    channel: Channel
    template_id: str
    sender_id: str
    address_field: str
    when: When = field(default_factory=AtOnce)
    only_if: OnlyIf = OnlyIf.ANYBODY
    answers: tuple[Disposition, ...] = ()
    invites_to: int | None = None

    @property
    def tells_cancelation(self) -> bool:
        """Whether it waits for the recipient's appointment to be canceled, and goes out then."""
        return self.only_if is OnlyIf.APPOINTMENT_CANCELED

    @property
    def waits_for_step(self) -> bool:
        """Whether it is planned when the sending of the step before has ended, not when the fire starts."""
        return isinstance(self.when, AfterDelay) and self.when.counted_from is DelayMeasure.STEP

    @property
    def waits_for_own_send(self) -> bool:
        """Whether its time counts from when the step before was sent to the recipient."""
        return isinstance(self.when, AfterDelay) and self.when.counted_from is DelayMeasure.RECIPIENT


def chain_of(steps: Sequence[Step], step_id: str) -> tuple[Step, ...]:
    """The step with what its time is counted from: the last one that has a time of its own, up to itself.

    All but the first are counted from each recipient's own send of the step before. Raises StopIteration for
    a step that is not there.
    """
    last = next(place for place, step in enumerate(steps) if step.id == step_id)
    first = last
    while first and steps[first].waits_for_own_send:
        first -= 1
    return tuple(steps[first : last + 1])


def is_invited_to(steps: Sequence[Step], step_id: str) -> bool:
    """Whether another step invites to this one's conversation: its messages wait for who has not written."""
    places = {step.invites_to for step in steps if step.invites_to is not None}
    return any(step.id == step_id and place in places for place, step in enumerate(steps))


def steps_before(steps: Sequence[Step], step_id: str) -> tuple[Step, ...]:
    """The steps before the one with this id; all, if there is none."""
    return tuple(takewhile(lambda step: step.id != step_id, steps))
