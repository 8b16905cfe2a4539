"""What addresses answered to lists that ask for double opt-in, and what their consent means for contacts."""

from collections.abc import Iterable, Sequence

from shared.domain.channels.address_search import address_key
from shared.domain.channels.channel import Channel
from shared.domain.contacts.contact_list import ContactList
from shared.domain.contacts.list_consent import ListConsent, list_consent_id
from shared.domain.events.event import Event, EventType
from shared.domain.ids import computed_id
from shared.firestore.kit.transactions import Transaction
from shared.runtime import Runtime
from shared.views.contacts import find_contacts


async def find_consents(
    runtime: Runtime,
    company_id: str,
    lists: Iterable[ContactList],
    channel: Channel,
    address: str,
    transaction: Transaction | None = None,
) -> list[ListConsent]:
    """What the address was asked by these lists, as part of the transaction if there is one."""
    kind = channel.record.address
    ids = [list_consent_id(one.id, kind, address) for one in lists]
    found = await runtime.stores.list_consents.find_many(company_id, ids, transaction)
    return list(found.values())


async def joined_by_confirming(
    runtime: Runtime, company_id: str, channel: Channel, address: str, confirmed: Sequence[ListConsent]
) -> list[Event]:
    """That contacts with the address have joined the lists which it confirms: until then they had not."""
    key = address_key(channel, address)
    contacts = (await find_contacts(runtime, company_id, [key])).get(key, []) if confirmed else []
    return [
        Event(
            id=computed_id("list confirmed", consent.id, contact.id),
            type=EventType.LIST_JOINED,
            at=consent.confirmed_at,
            object_id=contact.id,
            what=consent.list_id,
        )
        for consent in confirmed
        for contact in contacts
        if consent.confirmed_at is not None and consent.list_id in contact.list_ids
    ]
