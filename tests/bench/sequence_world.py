"""A company with many people in sequences that share many mailboxes, in values alone: nothing is stored."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from msgspec import Struct

from shared.domain.channels.channel import Channel
from shared.domain.companies.company import Company
from shared.domain.record import replace
from shared.domain.senders.sender import Provider, Sender
from shared.domain.sequences.enrollment import Enrollment
from shared.domain.sequences.mailbox import Mailbox, WarmUp
from shared.domain.sequences.scheduled_email import ScheduledEmail, email_id
from shared.domain.sequences.sequence import Sequence, SequenceState, SequenceStep
from shared.domain.sequences.sequence_plan import SequencePlan
from shared.domain.sequences.work import MadePlan, Work

HOME = "America/New_York"
ZONES = (HOME, "America/Chicago", "America/Denver", "America/Los_Angeles")
NOW = datetime(2026, 11, 30, 13, tzinfo=UTC)  # a Monday at eight
ANY, HALF = 5, 5  # sequences with all mailboxes, and with every second one
WAIT_DAYS = 2


class World(Struct, frozen=True, kw_only=True):
    """A company's sequences and mailboxes, who is in them, and their emails that wait."""

    work: Work
    people: dict[str, Enrollment]
    emails: tuple[ScheduledEmail, ...]

    def planned(self, made: MadePlan) -> "World":
        """With the places that the plan gave."""
        placed = {one.id: one for one in made.emails}
        return replace(self, emails=tuple(placed.get(one.id, one) for one in self.emails))


def a_world(people: int, mailbox_count: int, *, step_count: int = 3) -> World:
    """So many people: two of three are new, the others wait for the second step from a mailbox of theirs."""
    mailboxes = {one.id: one for one in _mailboxes(mailbox_count)}
    sequences = {one.id: one for one in _sequences(list(mailboxes), step_count)}
    company = Company(id="bench", name="Bench", time_zone=HOME, default_region="US", created_at=NOW)
    work = Work(
        company=company,
        plan=SequencePlan(),
        sequences=sequences,
        mailboxes=mailboxes,
        senders={one.id: _sender(one) for one in mailboxes.values()},
        now=int(NOW.timestamp()),
    )
    both = [_person(number, list(sequences.values())) for number in range(people)]
    return World(work=work, people={one.id: one for one, _ in both}, emails=tuple(email for _, email in both))


def _mailboxes(count: int) -> Iterator[Mailbox]:
    ramp = WarmUp(begins_on=date(2026, 11, 28), first_day=5, more_each_day=5)
    for number in range(count):
        yield Mailbox(
            id=f"m{number:03}",
            email=f"m{number:03}@example.com",
            provider=Provider("sendgrid"),
            daily_capacity=30 + number % 3 * 10,
            created_at=NOW,
            warm_up=ramp if number % 10 == 9 else None,
        )


def _sender(mailbox: Mailbox) -> Sender:
    return Sender(
        id=mailbox.id,
        channel=Channel("email"),
        provider=mailbox.provider,
        address=mailbox.email,
        rate_per_second=10.0,
    )


def _sequences(mailbox_ids: list[str], step_count: int) -> Iterator[Sequence]:
    steps = tuple(
        SequenceStep(id=f"step{place}", position=place, wait_days=WAIT_DAYS, content="Hello {{ name }}")
        for place in range(1, step_count + 1)
    )
    for number in range(ANY + HALF):
        pool = mailbox_ids if number < ANY else mailbox_ids[number % 2 :: 2]
        yield Sequence(
            id=f"s{number}",
            name=f"Sequence {number}",
            start_time=time(9),
            end_time=time(17),
            time_zone=HOME,
            holiday_country="US",
            created_at=NOW,
            updated_at=NOW,
            steps=steps,
            mailbox_ids=tuple(pool),
            state=SequenceState.ACTIVE,
        )


def _person(number: int, sequences: list[Sequence]) -> tuple[Enrollment, ScheduledEmail]:
    sequence = sequences[number % len(sequences)]
    is_new = number % 3 > 0 or len(sequence.steps) == 1
    step = sequence.steps[0 if is_new else 1]
    zone = ZONES[number % len(ZONES)]
    due_at = NOW if is_new else NOW + timedelta(days=number % 7)
    mailbox_id = None if is_new else sequence.mailbox_ids[number % len(sequence.mailbox_ids)]
    person = Enrollment(
        id=f"p{number:06}",
        sequence_id=sequence.id,
        address=f"p{number}@example.com",
        address_key=f"p{number}@example.com",
        enrolled_at=NOW - timedelta(days=1),
        time_zone=zone,
        mailbox_id=mailbox_id,
        current_step=0 if is_new else 1,
        sent_ids=() if is_new else ("first",),
        step_ids=() if is_new else (sequence.steps[0].id,),
        last_sent_at=None if is_new else due_at - timedelta(days=WAIT_DAYS),
    )
    email = ScheduledEmail(
        id=email_id(person.id, step.id),
        enrollment_id=person.id,
        sequence_id=sequence.id,
        step_id=step.id,
        position=step.position,
        address=person.address,
        time_zone=zone,
        due_at=due_at,
        created_at=NOW,
        mailbox_id=mailbox_id,
        is_follow_up=not is_new,
        waits=tuple(one.wait_days for one in sequence.steps if one.position > step.position),
    )
    return replace(person, next_email_id=email.id), email
