"""Make a list of contacts, or change its name and how it asks who joins."""

from collections.abc import Callable

from shared.domain.contacts.contact_list import ContactList
from shared.domain.contacts.double_opt_in import check_confirming
from shared.domain.errors import InvalidInput, Problem
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime


async def create_contact_list(runtime: Runtime, company_id: str, item: ContactList) -> ContactList:
    """Store a new list; with the same id again, nothing changes. Raises InvalidInput."""
    await _check(runtime, company_id, item)
    if await runtime.stores.contact_lists.add(company_id, item.id, item):
        return item
    return await runtime.stores.contact_lists.get(company_id, item.id)


async def edit_contact_list(
    runtime: Runtime, company_id: str, list_id: str, change: Callable[[ContactList], ContactList]
) -> ContactList:
    """Change a list, but for its id. Raises NotFound, InvalidInput."""
    lists = runtime.stores.contact_lists
    await _check(runtime, company_id, change(await lists.get(company_id, list_id)))

    async def save(transaction: Transaction) -> ContactList:
        current = await lists.get(company_id, list_id, transaction)
        changed = replace(change(current), id=list_id, updated_at=runtime.now())
        lists.put(transaction, company_id, list_id, changed)
        return changed

    return await transact(runtime.stores.db, save)


async def _check(runtime: Runtime, company_id: str, item: ContactList) -> None:
    """Whether it can ask who joins, if it does; the company's people are looked after from then on."""
    problems = list(check_confirming(item))
    if item.asks_to_confirm:
        sender = await runtime.stores.senders.find(company_id, item.confirm_sender_id)
        if sender is None:
            problems.append(Problem(field="confirm_sender_id", reason="there is no such sender"))
        elif sender.channel.record.is_spoken or sender.channel.record.needs_conversation(is_kept=False):
            reason = f"{sender.channel.record.noun} cannot ask for this: choose a sender of texts or emails"
            problems.append(Problem(field="confirm_sender_id", reason=reason))
    if problems:
        raise InvalidInput(*problems)
    if item.asks_to_confirm:
        await runtime.stores.companies.ask_to_confirm(company_id)
