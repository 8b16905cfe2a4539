"""Find what opt-outs mean for contacts: an opt-out is of an address, and contacts with it hear of it too."""

from collections.abc import Collection, Sequence

from shared.domain.channels.address_search import address_key
from shared.domain.events.event import CAUSES, Event, EventType
from shared.domain.events.other_events import contact_consent_event
from shared.runtime import Runtime
from shared.views.contacts import find_contacts


async def find_consent_events(
    runtime: Runtime, company_id: str, events: Sequence[Event], heard: Collection[EventType]
) -> dict[str, list[Event]]:
    """By the id of an opt-out's event, what it means for each contact that has its address now.

    Nothing is looked up where no type is heard that tells it.
    """
    causes = {CAUSES[kind] for kind in heard if kind in CAUSES}
    told = [event for event in events if event.type in causes]
    if not told:
        return {}
    stored = await runtime.stores.opt_outs.find_many(company_id, {event.object_id for event in told})
    keys = {one.id: address_key(one.channel, one.address) for one in stored.values() if one.address}
    contacts = await find_contacts(runtime, company_id, keys.values())
    found: dict[str, list[Event]] = {}
    for event in told:
        for contact in contacts.get(keys.get(event.object_id, ""), ()):
            if (meant := contact_consent_event(event, stored[event.object_id], contact.id)) is not None:
                found.setdefault(event.id, []).append(meant)
    return found
