"""Enrollments that give way to another place of the same person: their contacts were merged."""

from collections.abc import Iterable, Mapping

from shared.domain.contacts.contact import Contact
from shared.domain.sequences.enrollment import Enrollment
from shared.domain.sequences.same_person import gives_way, other_places
from shared.domain.sequences.scheduled_email import EmailStatus
from shared.firestore.kit.transactions import Transaction
from shared.runtime import Runtime


async def find_merged(
    runtime: Runtime,
    company_id: str,
    enrollments: Iterable[Enrollment],
    contacts: Mapping[str, Contact],
    transaction: Transaction,
) -> set[str]:
    """Their ids. Nothing is read for contacts into whom nobody was merged."""
    stores = runtime.stores
    known = [
        (one, contacts[one.contact_id])
        for one in enrollments
        if one.contact_id and one.contact_id in contacts
    ]
    places = {one.id: other_places(one, contact) for one, contact in known}
    wanted = {item_id for several in places.values() for item_id in several}
    if not wanted:
        return set()
    others = await stores.enrollments.find_many(company_id, wanted, transaction)
    next_ids = {one.next_email_id for one in others.values() if one.next_email_id}
    emails = await stores.scheduled_emails.find_many(company_id, next_ids, transaction)
    queued = {one.id for one in emails.values() if one.status is EmailStatus.QUEUED}
    return {
        one.id
        for one, contact in known
        if gives_way(one, (others[each] for each in places[one.id] if each in others), contact, queued)
    }
