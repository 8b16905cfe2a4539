"""A change of what is planned, and how far the plan was brought up to it.

Changes are merged: whoever works on the plan looks at places and room as they are, not at what was changed.
"""

from datetime import datetime

from msgspec import Struct

from shared.domain.campaigns.window import ContactWindow
from shared.domain.record import replace
from shared.domain.sequences.mailbox import Mailbox
from shared.domain.sequences.sequence import Sequence, SequenceState


class PlanChange(Struct, frozen=True, kw_only=True):
    """What a change asks of the plan: sequences whose people are to be looked at, and whether there is room.

    With `brings_forward` who waits for room may come earlier.
    """

    sequence_ids: tuple[str, ...] = ()
    brings_forward: bool = False


class Replanning(Struct, frozen=True, kw_only=True):
    """How far it came. `number` counts the changes that were merged.

    People of `sequence_ids` are looked at in turn, those behind `after` next: `looked_at` so far, of whom
    `changed` get other steps or other days. Then `moved` of `to_move` emails got another place.
    """

    begun_at: datetime
    number: int = 1
    sequence_ids: tuple[str, ...] = ()
    brings_forward: bool = False
    after: str = ""
    looked_at: int = 0
    changed: int = 0
    to_move: int | None = None
    moved: int = 0
    ended_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether something is left to be done."""
        return self.ended_at is None


def merged(before: Replanning | None, change: PlanChange, now: datetime) -> Replanning:
    """One that has this change too."""
    if before is None or not before.is_open:
        number = before.number + 1 if before else 1
        return Replanning(
            begun_at=now,
            number=number,
            sequence_ids=change.sequence_ids,
            brings_forward=change.brings_forward,
        )
    return replace(
        before,
        number=before.number + 1,
        sequence_ids=tuple(dict.fromkeys((*before.sequence_ids, *change.sequence_ids))),
        brings_forward=before.brings_forward or change.brings_forward,
        after="",
        to_move=None,
    )


def change_of_sequence(before: Sequence, after: Sequence) -> PlanChange | None:
    """What an edit asks of the plan; None where no place depends on what was edited."""
    is_put_away = after.state is SequenceState.ARCHIVED and before.state is not after.state
    is_walked = is_put_away or _asked_of_people(before) != _asked_of_people(after)
    is_resumed = after.state is SequenceState.ACTIVE and before.state is not after.state
    has_other_room = before.window != after.window or set(before.mailbox_ids) != set(after.mailbox_ids)
    if not (is_walked or is_resumed or has_other_room):
        return None
    return PlanChange(
        sequence_ids=(after.id,) if is_walked else (),
        brings_forward=may_open_more(before.window, after.window)
        or not set(after.mailbox_ids) <= set(before.mailbox_ids),
    )


def may_open_more(before: ContactWindow, after: ContactWindow) -> bool:
    """Whether a window may be open at a moment at which it was not; one that only closes more is not."""
    is_shorter = before.opens <= after.opens and after.closes <= before.closes
    has_fewer_days = set(after.days) <= set(before.days) and set(after.closed_days) >= set(before.closed_days)
    keeps_holidays = before.holiday_country in (None, after.holiday_country)
    clocks = {(one.assumed_time_zone, one.time_zone_field) for one in (before, after)}
    return not (is_shorter and has_fewer_days and keeps_holidays and len(clocks) == 1)


def change_of_mailbox(before: Mailbox, after: Mailbox) -> PlanChange | None:
    """What a change of the mailbox asks of the plan."""
    if _sends(before) == _sends(after):
        return None
    is_less = after.is_paused or (
        after.daily_capacity <= before.daily_capacity and before.warm_up == after.warm_up
    )
    return PlanChange(brings_forward=not is_less or (before.is_paused and not after.is_paused))


def _asked_of_people(sequence: Sequence) -> tuple[object, ...]:
    steps = tuple((one.id, one.wait_days) for one in sequence.steps)
    return steps, sequence.time_zone, sequence.in_contacts_zone


def _sends(mailbox: Mailbox) -> tuple[object, ...]:
    return mailbox.daily_capacity, mailbox.warm_up, mailbox.is_paused
