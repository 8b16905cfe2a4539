"""Lists that ask for double opt-in, and contacts as they count there: only who has confirmed is a member."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from msgspec import Struct, field

from shared.domain.channels.address_kinds import AddressKind
from shared.domain.companies.company import Company
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_list import ContactList
from shared.domain.contacts.double_opt_in import consent_ids, has_confirmed
from shared.domain.contacts.judge_contact import parts_of
from shared.domain.contacts.list_consent import ListConsent
from shared.domain.contacts.segment import Criterion, OnList
from shared.domain.record import replace
from shared.firestore.queries.lists import LISTS_THAT_ASK
from shared.runtime import Runtime

MOST_LISTS = 100


async def confirming_lists(runtime: Runtime, company_id: str) -> list[ContactList]:
    """The company's lists whose members must confirm."""
    found = await runtime.stores.contact_lists.some(company_id, LISTS_THAT_ASK, "", limit=MOST_LISTS)
    return list(found)


class ConfirmedLists(Struct, frozen=True, kw_only=True):
    """What contacts have confirmed. `asked_at` are the kinds of address at which lists ask, by list.

    Where automations write to other kinds too, those must have confirmed as well.
    """

    asked_at: Mapping[str, Collection[AddressKind]] = field(default_factory=dict)
    consents: Mapping[str, ListConsent] = field(default_factory=dict)

    def seen(self, contact: Contact, at: datetime, written_to: Collection[AddressKind] = ()) -> Contact:
        """The contact as it counted then: without the lists that it had not confirmed."""
        if self.asked_at.keys().isdisjoint(contact.list_ids):
            return contact
        times = ((key, one.confirmed_at) for key, one in self.consents.items())
        given = {key for key, confirmed_at in times if confirmed_at is not None and confirmed_at <= at}
        kept = tuple(
            one
            for one in contact.list_ids
            if one not in self.asked_at
            or has_confirmed(contact, one, {*self.asked_at[one], *written_to}, given)
        )
        return replace(contact, list_ids=kept)


NOTHING_ASKED = ConfirmedLists()


async def read_confirmed_lists(
    runtime: Runtime,
    company: Company,
    contacts: Iterable[Contact],
    written_to: Collection[AddressKind] = (),
) -> ConfirmedLists:
    """What these contacts have confirmed. Nothing is read where no list asks."""
    if not company.has_confirmed_lists:
        return NOTHING_ASKED
    lists = await confirming_lists(runtime, company.id)
    senders = await runtime.stores.senders.find_many(company.id, {one.confirm_sender_id for one in lists})
    asked_at = {
        one.id: {senders[one.confirm_sender_id].channel.record.address}
        if one.confirm_sender_id in senders
        else set()
        for one in lists
    }
    kinds = {*written_to}.union(*asked_at.values())
    ids = {item for one in contacts for item in consent_ids(one, asked_at.keys(), kinds)}
    consents = await runtime.stores.list_consents.find_many(company.id, ids) if ids else {}
    return ConfirmedLists(asked_at=asked_at, consents=consents)


async def confirmed_for(
    runtime: Runtime, company: Company, criteria: Iterable[Criterion], contacts: Iterable[Contact]
) -> ConfirmedLists:
    """What contacts have confirmed where the lists ask, if one of the criteria is about lists."""
    if not any(isinstance(part, OnList) for one in criteria for part in parts_of(one)):
        return NOTHING_ASKED
    return await read_confirmed_lists(runtime, company, contacts)
