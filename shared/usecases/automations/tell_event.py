"""A company tells that something of its own happened to a contact: automations listen to it."""

from shared.domain.errors import NotFound
from shared.domain.events.event import Event, EventType
from shared.domain.ids import computed_id
from shared.firestore.kit.transactions import commit
from shared.runtime import Runtime
from shared.usecases.outbox.open_outbox import open_outbox


async def tell_event(runtime: Runtime, company_id: str, contact_id: str, name: str, telling_id: str) -> Event:
    """Raise the event; with the same `telling_id` again it is the same event. Raises NotFound."""
    found = await runtime.stores.contact_shards.contacts(company_id, [contact_id])
    if contact_id not in found:
        raise NotFound("contact", contact_id)
    event = Event(
        id=computed_id("told", telling_id, contact_id, name),
        type=EventType.CONTACT_EVENT,
        at=runtime.now(),
        object_id=contact_id,
        what=name,
    )
    outbox, writer = await open_outbox(runtime, company_id), runtime.stores.db.batch()
    outbox.put(writer, [event])
    await commit(writer)
    await outbox.announce()
    return event
