"""The lists with double opt-in that ask a person, and their consent by the link of the question."""

from shared.domain.companies.company import Company
from shared.domain.contacts.list_consent import ListConsent, confirmed
from shared.domain.contacts.opt_out import OptOutSource
from shared.domain.contacts.preference_link import LinkedPerson
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.contacts.find_consents import find_consents, joined_by_confirming
from shared.usecases.outbox.open_outbox import open_outbox
from shared.views.confirmed_lists import confirming_lists


async def open_questions(runtime: Runtime, company: Company, person: LinkedPerson) -> tuple[str, ...]:
    """The names of the lists that the person can confirm now."""
    if not company.has_confirmed_lists:
        return ()
    lists = {one.id: one for one in await confirming_lists(runtime, company.id)}
    stored = await find_consents(runtime, company.id, lists.values(), person.channel, person.address)
    return tuple(lists[one.list_id].name for one in stored if one.is_open(runtime.now()))


async def confirm_by_link(runtime: Runtime, company_id: str, person: LinkedPerson) -> None:
    """The person wants to be on the lists that ask. What was confirmed, or came too late, stays as it is."""
    stores, lists = runtime.stores, await confirming_lists(runtime, company_id)
    outbox = await open_outbox(runtime, company_id)

    async def confirm(transaction: Transaction) -> list[ListConsent]:
        stored = await find_consents(runtime, company_id, lists, person.channel, person.address, transaction)
        changed = confirmed(stored, OptOutSource.PAGE, runtime.now())
        joined = await joined_by_confirming(runtime, company_id, person.channel, person.address, changed)
        for one in changed:
            stores.list_consents.put(transaction, company_id, one.id, one)
        outbox.put(transaction, joined)
        return changed

    await transact(stores.db, confirm)
    await outbox.announce()
