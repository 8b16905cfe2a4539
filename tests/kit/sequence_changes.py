"""Changes of sequences with people in them: made, foreseen, and who moved by them."""

from functools import partial
from typing import Any

from shared.domain.sequences.scheduled_email import EmailStatus, ScheduledEmail
from shared.domain.sequences.sequence import Sequence
from shared.domain.sequences.what_if import Effect
from shared.usecases.sequences.find_effect import find_effect
from shared.usecases.sequences.save_sequence import edit_sequence
from tests.kit.sequence_records import a_mailbox
from tests.kit.sequences import PostOffice

OTHER = a_mailbox(id="other", email="other@acme-clinics.com", daily_capacity=4)


def people(count: int) -> list[str]:
    """So many addresses."""
    return [f"p{number:02}@example.com" for number in range(count)]


async def filled(office: PostOffice, count: int, *mailboxes: Any, **changes: Any) -> None:
    """Open a sequence with so many people in it."""
    await office.open(*mailboxes, **changes)
    await office.enroll(*await office.know(*people(count)))


async def edit(office: PostOffice, function: Any, **given: Any) -> Sequence:
    """Have a function of editing.py change the sequence."""
    return await edit_sequence(office.runtime, office.company_id, "welcome", partial(function, **given))


async def foreseen(office: PostOffice, what: Any) -> Effect:
    """The effect of a change, which changes nothing."""
    before = await office.emails()
    effect = await find_effect(office.runtime, office.company_id, what)
    assert await office.emails() == before
    return effect


async def pending(office: PostOffice) -> dict[str, ScheduledEmail]:
    """The emails that wait, by enrollment."""
    return {one.enrollment_id: one for one in await office.emails() if one.status is EmailStatus.PENDING}


def places(emails: dict[str, ScheduledEmail]) -> dict[str, object]:
    """Mailbox and time of each."""
    return {name: (one.mailbox_id, one.send_at) for name, one in emails.items()}


def moved_between(before: dict[str, ScheduledEmail], after: dict[str, ScheduledEmail]) -> set[str]:
    """Who has another place than before."""
    old, new = places(before), places(after)
    assert old.keys() == new.keys()
    return {name for name in old if old[name] != new[name]}


async def check_numbers(office: PostOffice, effect: Effect, moved: set[str]) -> None:
    """What was foreseen is what came, and the plan says so."""
    plan = await office.plan()
    assert effect.moved == len(moved)
    assert plan.replanning is not None
    assert (plan.replanning.ended_at, plan.replanning.moved) == (office.clock.at, len(moved))
    assert plan.finishes_at == {one.sequence_id: one.after for one in effect.finishes if one.after}
