"""A clinic's broadcast: who is in its segment, its two texts, and the ticks that drive it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from shared.domain.campaigns.broadcast import Broadcast
from shared.domain.channels.channel import Channel
from shared.domain.contacts.contact import Contact, ContactAddress
from shared.domain.contacts.contact_changes import Author, ChangedBy
from shared.domain.contacts.segment import HasTag, Segment
from shared.domain.record import replace
from shared.usecases.campaigns.save_broadcast import create_broadcast
from shared.usecases.contacts.change_contacts import change_contacts
from shared.usecases.contacts.save_segment import create_segment
from shared.usecases.evidence.reconcile_sends import reconcile_sends
from shared.usecases.fires.fire_due_campaigns import fire_due_campaigns
from shared.usecases.sending.dispatch_due_batches import dispatch_due_batches
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from tests.kit.builders import a_broadcast, a_campaign, a_template, an_sms_sender
from tests.kit.clinic import Clinic
from tests.kit.clock import Clock

SMS = Channel("sms")
STAFF = Author(ChangedBy.SYSTEM, "a test")
MINUTE = timedelta(minutes=1)


def phone(place: int) -> str:
    """The number of the person at this place."""
    return f"+1212555{2000 + place}"


async def plan(
    clinic: Clinic, at: datetime, *, people: int | Sequence[str] = 5, rate: float = 500.0, **changes: Any
) -> Broadcast:
    """Know so many people, or these numbers, and plan a broadcast for their segment."""
    numbers = [phone(place) for place in range(people)] if isinstance(people, int) else people
    now = clinic.runtime.now()
    # Nothing is announced before its time: a worker would wait for that, on no test's clock.
    clinic.runtime.settings = replace(clinic.runtime.settings, tick_interval_seconds=1.0)
    await clinic.stores.senders.save(clinic.company_id, "texts", an_sms_sender(rate_per_second=rate))
    for name, body in (("first", "Hello {{ name }}, please call us."), ("second", "Once more, {{ name }}.")):
        template = a_template(id=name, body=body)
        await clinic.stores.templates.save(clinic.company_id, name, template)
    contacts = {f"c{place:04}": a_person(f"c{place:04}", number, now) for place, number in enumerate(numbers)}
    edits = {key: lambda _, one=one: one for key, one in contacts.items()}
    await change_contacts(clinic.runtime, clinic.company_id, edits, STAFF)
    due = Segment(id="due", name="Due", criterion=HasTag(value="due"), created_at=now, updated_at=now)
    await create_segment(clinic.runtime, clinic.company_id, due)
    planned = a_broadcast(at=at, reply_options=a_campaign().reply_options, **changes)
    return await create_broadcast(clinic.runtime, clinic.company_id, planned)


def a_person(contact_id: str, number: str, now: datetime) -> Contact:
    """A contact who is due."""
    address = ContactAddress(channel=SMS, address=number, is_preferred=True)
    return Contact(
        id=contact_id, created_at=now, changed_at=now, name="Ana", tags=("due",), addresses=(address,)
    )


async def tick(clinic: Clinic) -> None:
    """Every tick once, now."""
    for run in (fire_due_campaigns, dispatch_due_batches, sweep_stalled_work, reconcile_sends):
        await run(clinic.runtime, clinic.runtime.now())


async def pass_minutes(clinic: Clinic, clock: Clock, count: int) -> None:
    """The ticks of so many minutes."""
    for _ in range(count):
        clock.at += MINUTE
        await tick(clinic)
