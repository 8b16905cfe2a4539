"""A company's sequences, mailboxes and emails as a worker has them, and the plan that is made of them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from functools import cached_property, partial

from msgspec import Struct, field

from shared.domain.companies.company import Company
from shared.domain.record import replace
from shared.domain.senders.sender import Sender
from shared.domain.sequences.hours import Days, Hours
from shared.domain.sequences.mailbox import Mailbox, may_send
from shared.domain.sequences.moves import put_off
from shared.domain.sequences.plan import Pending, Plan, Promised, Room
from shared.domain.sequences.replanning import Placed, replan
from shared.domain.sequences.scheduled_email import EmailStatus, ScheduledEmail
from shared.domain.sequences.sequence import Sequence, SequenceState
from shared.domain.sequences.sequence_plan import SequencePlan


class Work(Struct, frozen=True, kw_only=True, dict=True):
    """A company's sequences and mailboxes, by id, and when they send, with the plan that is worked on."""

    company: Company
    plan: SequencePlan
    sequences: Mapping[str, Sequence]
    mailboxes: Mapping[str, Mailbox]
    senders: Mapping[str, Sender]
    now: int
    _hours: dict[str, Hours] = field(default_factory=dict)

    @cached_property
    def days(self) -> Days:
        """The company's days."""
        return Days(self.company.time_zone)

    def hours_of(self, sequence: Sequence, time_zone: str) -> tuple[str, Hours]:
        """When the sequence sends by the clock of the zone, with the name it is known by."""
        name = f"{sequence.id} {time_zone}"
        if name not in self._hours:
            self._hours[name] = Hours(sequence.window, time_zone, self.days, self.now)
        return name, self._hours[name]

    def may_send(self, mailbox_id: str) -> bool:
        """Whether the mailbox is there, and neither it nor its sender is paused."""
        return may_send(self.mailboxes.get(mailbox_id), self.senders.get(mailbox_id))

    def is_sending(self, sequence_id: str) -> bool:
        """Whether the sequence is there, and active."""
        sequence = self.sequences.get(sequence_id)
        return sequence is not None and sequence.state is SequenceState.ACTIVE

    @property
    def room(self) -> Room:
        """What may be sent from where, and when."""
        sending = [one for one in self.mailboxes.values() if self.may_send(one.id)]
        return Room(
            capacity={one.id: partial(_capacity_on, one) for one in sending},
            pools={one.id: sorted(one.mailbox_ids) for one in self.sequences.values()},
            hours=self._hours,
            days=self.days,
        )


class MadePlan(Struct, frozen=True, kw_only=True):
    """A plan, and the emails that get another mailbox and time by it, as they are to be stored.

    Those in `moved` had others before, of so many that were `standing`; `before` are all of them as they
    were, by id.
    """

    plan: Plan
    standing: int
    emails: tuple[ScheduledEmail, ...]
    before: Mapping[str, ScheduledEmail]
    moved: frozenset[str]

    def ends_at(self, sequence_id: str) -> datetime | None:
        """When the sequence has sent its last email; None where nothing of it is planned."""
        at = self.plan.ends.get(sequence_id)
        return datetime.fromtimestamp(at, UTC) if at is not None else None


class _Sorted(Struct, frozen=True):
    """Emails by id: those to place, as they were read and as they are asked for, those that stand and may
    move, and what the others take.
    """

    read: dict[str, ScheduledEmail] = field(default_factory=dict)
    asked: dict[str, ScheduledEmail] = field(default_factory=dict)
    placed: dict[str, ScheduledEmail] = field(default_factory=dict)
    promised: list[Promised] = field(default_factory=list)


def make_plan(
    work: Work, emails: Iterable[ScheduledEmail], *, is_replanned: bool, brings_forward: bool
) -> MadePlan:
    """Give those without a time theirs, first to last, and those whose time passed, as nothing ran, another.

    Where it `is_replanned`, also who has to move.
    """
    found = _sorted(work, emails, is_replanned=is_replanned)
    made = replan(
        [_placed(one, work) for one in found.placed.values()],
        [_pending(one, work) for one in found.asked.values()],
        found.promised,
        work.room,
        work.now,
        brings_forward=brings_forward,
    )
    moved = {item_id: found.placed[item_id] for item_id in made.moved}
    before, planned = found.read | moved, found.asked | moved
    times = sorted(made.plan.times.items(), key=lambda one: (one[1][1], one[0]))
    changed = [_timed(planned[item_id], mailbox_id, at, work) for item_id, (mailbox_id, at) in times]
    timeless = [planned[item_id] for item_id in made.plan.unplaced if before[item_id].is_planned]
    return MadePlan(
        plan=made.plan,
        standing=len(found.placed),
        emails=(*changed, *map(_untimed, timeless)),
        before=before,
        moved=made.moved,
    )


def _sorted(work: Work, emails: Iterable[ScheduledEmail], *, is_replanned: bool) -> _Sorted:
    now, found = datetime.fromtimestamp(work.now, UTC), _Sorted()
    for email in emails:
        if _waits(email, work):
            found.read[email.id] = found.asked[email.id] = email
        elif email.is_late(now) and work.is_sending(email.sequence_id):
            found.read[email.id], found.asked[email.id] = email, put_off(email, now)
        elif is_replanned and _may_move(email, work):
            found.placed[email.id] = email
        else:
            found.promised.extend(_promised(email, work))
    return found


def _waits(email: ScheduledEmail, work: Work) -> bool:
    is_waiting = email.status is EmailStatus.PENDING and email.send_at is None
    return is_waiting and work.is_sending(email.sequence_id)


def _may_move(email: ScheduledEmail, work: Work) -> bool:
    """Pending, and its time not come yet."""
    if email.status is not EmailStatus.PENDING or email.send_at is None:
        return False
    return email.send_at.timestamp() > work.now and work.is_sending(email.sequence_id)


def _pending(email: ScheduledEmail, work: Work) -> Pending:
    sequence = work.sequences[email.sequence_id]
    is_bound = email.is_follow_up and email.mailbox_id in sequence.mailbox_ids
    return Pending(
        id=email.id,
        sequence=sequence.id,
        hours=work.hours_of(sequence, email.time_zone)[0],
        due=int(email.due_at.timestamp()),
        mailbox=email.mailbox_id if is_bound else None,
        is_follow_up=email.is_follow_up,
        waits=email.waits,
    )


def _placed(email: ScheduledEmail, work: Work) -> Placed:
    at = int(email.send_at.timestamp()) if email.send_at else 0
    return Placed(item=_pending(email, work), mailbox=email.mailbox_id or "", at=at)


def _promised(email: ScheduledEmail, work: Work) -> Iterator[Promised]:
    if email.mailbox_id is None or email.send_at is None:
        return
    sequence = work.sequences.get(email.sequence_id)
    if email.status is EmailStatus.PENDING and (sequence is None or sequence.state is SequenceState.ARCHIVED):
        return
    is_sent = email.status is EmailStatus.SENT  # what follows it is an email of its own
    is_going_on = work.is_sending(email.sequence_id) and not is_sent
    yield Promised(
        mailbox=email.mailbox_id,
        at=int(email.send_at.timestamp()),
        sequence=email.sequence_id,
        hours=work.hours_of(sequence, email.time_zone)[0] if sequence and is_going_on else "",
        waits=email.waits if is_going_on else (),
    )


def _timed(email: ScheduledEmail, mailbox_id: str, at: int, work: Work) -> ScheduledEmail:
    hours = work.hours_of(work.sequences[email.sequence_id], email.time_zone)[1]
    open_on = hours.first_open(int(email.due_at.timestamp()))
    return replace(email, mailbox_id=mailbox_id, send_at=datetime.fromtimestamp(at, UTC), open_on=open_on)


def _untimed(email: ScheduledEmail) -> ScheduledEmail:
    """One that no day takes any more: it has no time until there is room."""
    mailbox_id = email.mailbox_id if email.is_follow_up else None
    return replace(email, mailbox_id=mailbox_id, send_at=None, open_on=None)


def _capacity_on(mailbox: Mailbox, day: int) -> int:
    return mailbox.capacity_on(date.fromordinal(day))
