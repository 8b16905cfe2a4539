"""A YES from the address that was asked confirms the lists which asked it."""

from shared.domain.contacts.list_consent import ListConsent, confirmed
from shared.domain.contacts.opt_out import OptOutSource
from shared.domain.messages.confirming import after_confirming, may_confirm
from shared.domain.messages.reply import Reply
from shared.firestore.kit.transactions import Transaction
from shared.runtime import Runtime


async def confirm_lists(
    runtime: Runtime, company_id: str, transaction: Transaction, reply: Reply
) -> tuple[Reply, list[ListConsent]]:
    """The reply, and what it confirmed, to be written; both as they were where it confirms nothing."""
    from shared.domain.replies.yes_words import is_yes  # most replies need none of the words

    if not may_confirm(reply, is_yes=is_yes(reply.body)):
        return reply, []
    company = await runtime.stores.companies.find(company_id)
    if company is None or not company.has_confirmed_lists:
        return reply, []
    from shared.usecases.contacts.confirming_lists import confirming_lists, find_consents  # few have any

    lists = await confirming_lists(runtime, company_id)
    stored = await find_consents(runtime, company_id, lists, reply.channel, reply.address, transaction)
    changed = confirmed(stored, OptOutSource.REPLY, reply.received_at)
    if not changed:
        return reply, []
    names = {one.id: one.name for one in lists}
    return after_confirming(reply, [names[one.list_id] for one in changed]), changed
