"""The contacts that enrollments are of, those who were merged into another included."""

from collections.abc import Iterable

from shared.domain.channels.address_search import address_key
from shared.domain.contacts.contact import Contact
from shared.domain.sequences.enrollment import Enrollment
from shared.domain.sequences.mailbox import CHANNEL
from shared.runtime import Runtime


async def find_enrolled(
    runtime: Runtime, company_id: str, enrollments: Iterable[Enrollment]
) -> dict[str, Contact]:
    """By the id that the enrollment has: who it is, or who that contact was merged into; no key of others.

    Who was merged is found by the address that was enrolled, which went to who stays.
    """
    stores = runtime.stores
    people = {one.contact_id: one.address for one in enrollments if one.contact_id}
    found = await stores.contact_shards.contacts(company_id, people)
    gone = {one: address_key(CHANNEL, people[one]) for one in people.keys() - found.keys()}
    if not gone:
        return found
    having = await stores.contact_keys.ids_with(company_id, gone.values())
    ids = {one for several in having.values() for one in several}
    for contact in (await stores.contact_shards.contacts(company_id, ids)).values():
        found |= {one: contact for one in contact.merged_ids if one in gone}
    return found
