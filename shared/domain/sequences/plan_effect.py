"""What a change would do, while a worker finds it and until it was read."""

from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from shared.domain.record import replace
from shared.domain.sequences.mailbox import Mailbox
from shared.domain.sequences.sequence import Sequence
from shared.domain.sequences.what_if import Effect, MailboxEdit, MoreMailboxes, SequenceEdit, WhatIf
from shared.domain.sequences.work import Work

# A worker ends before that, or was ended.
LONGEST = timedelta(minutes=10)
TOO_LONG = "This took too long. Ask again."


class EffectState(StrEnum):
    """Whether it is still looked at."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class PlanEffect(Struct, frozen=True, kw_only=True):
    """A change that is not made, with what it would do once that is `found`.

    One of the four says what would be: the `sequence` or the `mailbox` as they would be, `removed_id` for a
    mailbox that would be taken out, or `more` mailboxes. `note` says why nothing was found.
    """

    id: str
    asked_at: datetime
    sequence: Sequence | None = None
    mailbox: Mailbox | None = None
    removed_id: str | None = None
    more: MoreMailboxes | None = None
    state: EffectState = EffectState.RUNNING
    found: Effect | None = None
    note: str = ""

    def seen_at(self, now: datetime) -> "PlanEffect":
        """The same; one whose worker must be gone has failed."""
        if self.state is EffectState.RUNNING and now >= self.asked_at + LONGEST:
            return replace(self, state=EffectState.FAILED, note=TOO_LONG)
        return self


def effect_asked(item_id: str, what: WhatIf, changed: Work, now: datetime) -> PlanEffect:
    """The change as it is kept for a worker; `changed` is the work with it, as `applied` makes it."""
    asked = PlanEffect(id=item_id, asked_at=now)
    match what:
        case SequenceEdit(sequence_id=sequence_id):
            return replace(asked, sequence=changed.sequences[sequence_id])
        case MailboxEdit(mailbox_id=mailbox_id, changes=None):
            return replace(asked, removed_id=mailbox_id)
        case MailboxEdit(mailbox_id=mailbox_id):
            return replace(asked, mailbox=changed.mailboxes[mailbox_id])
        case MoreMailboxes():
            return replace(asked, more=what)


def change_asked(effect: PlanEffect) -> WhatIf:
    """The change that is to be looked at."""
    if (sequence := effect.sequence) is not None:
        return SequenceEdit(sequence_id=sequence.id, edit=lambda _: sequence)
    if (mailbox := effect.mailbox) is not None:
        changes = {
            "daily_capacity": mailbox.daily_capacity,
            "warm_up": mailbox.warm_up,
            "is_paused": mailbox.is_paused,
        }
        return MailboxEdit(mailbox_id=mailbox.id, changes=changes)
    if effect.removed_id is not None:
        return MailboxEdit(mailbox_id=effect.removed_id, changes=None)
    if effect.more is None:
        raise ValueError(f"the effect {effect.id} says no change")
    return effect.more
