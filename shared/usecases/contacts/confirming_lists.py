"""The lists that ask for double opt-in, and who of some addresses has confirmed them."""

from collections.abc import Iterable

from shared.domain.channels.channel import Channel
from shared.domain.contacts.contact_list import ContactList
from shared.domain.contacts.list_consent import ListConsent, list_consent_id
from shared.firestore.kit.transactions import Transaction
from shared.firestore.queries.lists import LISTS_THAT_ASK
from shared.runtime import Runtime

MOST_LISTS = 100


async def confirming_lists(runtime: Runtime, company_id: str) -> list[ContactList]:
    """The company's lists whose members must confirm."""
    found = await runtime.stores.contact_lists.some(company_id, LISTS_THAT_ASK, "", limit=MOST_LISTS)
    return list(found)


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
