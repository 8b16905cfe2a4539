"""Changes that are not made yet, and what they would come to in numbers."""

from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from shared.domain.errors import NotFound
from shared.domain.record import replace
from shared.domain.sequences.editing import without_mailbox
from shared.domain.sequences.mailbox import Mailbox
from shared.domain.sequences.plan_change import PlanChange, change_of_mailbox, change_of_sequence
from shared.domain.sequences.sequence import Sequence
from shared.domain.sequences.work import MadePlan, Work


class SequenceEdit(Struct, frozen=True, kw_only=True):
    """An edit of a sequence: a function of editing.py."""

    sequence_id: str
    edit: Callable[[Sequence], Sequence]


class MailboxEdit(Struct, frozen=True, kw_only=True):
    """Other fields of a mailbox; None: it is removed."""

    mailbox_id: str
    changes: Mapping[str, object] | None


class MoreMailboxes(Struct, frozen=True, kw_only=True):
    """So many more mailboxes in the pool of a sequence, each with this capacity a day."""

    sequence_id: str
    count: int
    daily_capacity: int


WhatIf = SequenceEdit | MailboxEdit | MoreMailboxes


class Finish(Struct, frozen=True, kw_only=True):
    """When a sequence ends by the plan as it is, and after the change; None: nothing is planned."""

    sequence_id: str
    before: datetime | None = None
    after: datetime | None = None


class Effect(Struct, frozen=True, kw_only=True):
    """What a change does, in people: each has one email that waits.

    `pending` emails have a place today. Of these `kept` stay and `moved` get another time or mailbox:
    `to_other_mailbox` of them, `earlier` and `later` by days. `rewritten` get another step or wait other
    days, `canceled` get no more emails. `unplaced` find no day. `words` are sentences.
    """

    pending: int
    kept: int
    moved: int
    to_other_mailbox: int
    earlier: int
    later: int
    rewritten: int
    canceled: int
    unplaced: int
    finishes: tuple[Finish, ...]
    words: tuple[str, ...]


def applied(work: Work, what: WhatIf) -> tuple[Work, PlanChange | None]:
    """The work as it would be, and what that asks of the plan. Raises NotFound, and what the edit raises."""
    match what:
        case SequenceEdit():
            before = work.sequences.get(what.sequence_id)
            if before is None:
                raise NotFound("sequence", what.sequence_id)
            after = what.edit(before)
            return _with(work, {after.id: after}, work.mailboxes), change_of_sequence(before, after)
        case MailboxEdit():
            return _with_mailbox(work, what)
        case MoreMailboxes():
            return _with_more(work, what)


def effect_of(after: MadePlan, rewritten: int, canceled: int, work: Work) -> Effect:
    """The numbers of the plan `after` the change, beside what the stored plan says."""
    finishes = work.plan.finishes_at
    stored = {one.id: one for one in after.emails}
    pairs = [(after.before[item_id], stored[item_id]) for item_id in after.moved]
    days = [
        (work.days.of(int(old.send_at.timestamp())), work.days.of(int(new.send_at.timestamp())))
        for old, new in pairs
        if old.send_at and new.send_at
    ]
    ids = sorted(finishes.keys() | after.plan.ends.keys())
    foreseen = [Finish(sequence_id=one, before=finishes.get(one), after=after.ends_at(one)) for one in ids]
    return Effect(
        pending=after.standing,
        kept=after.standing - len(after.moved),
        moved=len(after.moved),
        to_other_mailbox=sum(old.mailbox_id != new.mailbox_id for old, new in pairs if new.send_at),
        earlier=sum(new < old for old, new in days),
        later=sum(new > old for old, new in days),
        rewritten=rewritten,
        canceled=canceled,
        unplaced=len(after.plan.unplaced),
        finishes=tuple(foreseen),
        words=tuple(_words(one, work) for one in foreseen if one.sequence_id in work.sequences),
    )


def _words(finish: Finish, work: Work) -> str:
    """As in "Welcome finishes on December 14; after the change on December 7." """
    name = work.sequences[finish.sequence_id].name
    before, after = _day(finish.before, work), _day(finish.after, work)
    if not after:
        return f"{name} has nothing planned after the change."
    if not before:
        return f"{name} has nothing planned; after the change it finishes on {after}."
    if before == after:
        return f"{name} finishes on {before}, as before."
    return f"{name} finishes on {before}; after the change on {after}."


def _day(moment: datetime | None, work: Work) -> str:
    if moment is None:
        return ""
    zone = ZoneInfo(work.company.time_zone)
    local, today = moment.astimezone(zone), datetime.fromtimestamp(work.now, zone)
    year = f", {local.year}" if local.year != today.year else ""
    return f"{local:%B} {local.day}{year}"


def _with_mailbox(work: Work, what: MailboxEdit) -> tuple[Work, PlanChange | None]:
    before = work.mailboxes.get(what.mailbox_id)
    if before is None:
        raise NotFound("mailbox", what.mailbox_id)
    if what.changes is None:
        pools = [one for one in work.sequences.values() if before.id in one.mailbox_ids]
        left = {one.id: without_mailbox(one, before.id) for one in pools}
        others = {name: one for name, one in work.mailboxes.items() if name != before.id}
        return _with(work, left, others), PlanChange()
    after = replace(before, **what.changes)  # type: ignore[arg-type]  # fields of Mailbox
    return _with(work, {}, {**work.mailboxes, after.id: after}), change_of_mailbox(before, after)


def _with_more(work: Work, what: MoreMailboxes) -> tuple[Work, PlanChange | None]:
    """With mailboxes that there are not, of the same provider as one of the pool."""
    sequence = work.sequences.get(what.sequence_id)
    if sequence is None:
        raise NotFound("sequence", what.sequence_id)
    like = next((work.mailboxes[one] for one in sequence.mailbox_ids if work.may_send(one)), None)
    if like is None:
        raise NotFound("mailbox that sends for the sequence", sequence.id)
    more = [
        Mailbox(
            id=f"more-{number:04}",
            email="",
            provider=like.provider,
            daily_capacity=what.daily_capacity,
            created_at=like.created_at,
        )
        for number in range(what.count)
    ]
    ids = (*sequence.mailbox_ids, *(one.id for one in more))
    mailboxes = {**work.mailboxes, **{one.id: one for one in more}}
    made = _with(work, {sequence.id: replace(sequence, mailbox_ids=ids)}, mailboxes)
    senders = {**work.senders, **{one.id: work.senders[like.id] for one in more}}
    return replace(made, senders=senders), PlanChange(brings_forward=True)


def _with(work: Work, sequences: Mapping[str, Sequence], mailboxes: Mapping[str, Mailbox]) -> Work:
    return replace(work, sequences={**work.sequences, **sequences}, mailboxes=mailboxes, _hours={})
