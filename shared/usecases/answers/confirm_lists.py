"""A YES from the address that was asked confirms the lists which asked it."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from shared.domain.contacts.list_consent import ListConsent, confirmed
from shared.domain.contacts.opt_out import OptOutSource
from shared.domain.events.event import Event
from shared.domain.fires.person import is_forgotten
from shared.domain.messages.confirming import after_confirming, is_about_list, may_confirm, question_ids
from shared.domain.messages.conversation import MAY_HAVE_ARRIVED
from shared.domain.messages.message import Message
from shared.domain.messages.reply import Reply
from shared.firestore.kit.transactions import Transaction
from shared.runtime import Runtime


class Confirmed(Struct, frozen=True, kw_only=True):
    """What somebody confirmed, and who has joined lists by it."""

    consents: tuple[ListConsent, ...] = ()
    joined: tuple[Event, ...] = ()


NOTHING_CONFIRMED = Confirmed()


async def confirm_lists(
    runtime: Runtime,
    company_id: str,
    transaction: Transaction,
    reply: Reply,
    messages: Mapping[str, Message],
) -> tuple[Reply, Confirmed]:
    """The reply, and what it confirmed, to be written; the reply as it was where it confirms nothing.

    `messages` are those that it may be about.
    """
    from shared.domain.replies.yes_words import is_yes  # most replies need none of the words

    if not may_confirm(reply, is_yes=is_yes(reply.body)):
        return reply, NOTHING_CONFIRMED
    company = await runtime.stores.companies.find(company_id)
    if company is None or not company.has_confirmed_lists:
        return reply, NOTHING_CONFIRMED
    # Few have any.
    from shared.usecases.contacts.find_consents import find_consents, joined_by_confirming
    from shared.views.confirmed_lists import confirming_lists

    lists = await confirming_lists(runtime, company_id)
    stored = await find_consents(runtime, company_id, lists, reply.channel, reply.address, transaction)
    meant = [one for one in stored if is_about_list(reply, messages, one.asked_at)]
    sent = await _sent(runtime, company_id, transaction, meant)
    changed = confirmed(sent, OptOutSource.REPLY, reply.received_at)
    if not changed:
        return reply, NOTHING_CONFIRMED
    names = {one.id: one.name for one in lists}
    joined = await joined_by_confirming(runtime, company_id, reply.channel, reply.address, changed)
    done = Confirmed(consents=tuple(changed), joined=tuple(joined))
    return after_confirming(reply, [names[one.list_id] for one in changed]), done


async def _sent(
    runtime: Runtime, company_id: str, transaction: Transaction, consents: Sequence[ListConsent]
) -> list[ListConsent]:
    """Those whose question may have arrived: nobody answers what was kept from them."""
    ids = {one.id: question_ids(one) for one in consents}
    wanted = [item_id for both in ids.values() for item_id in both]
    found = await runtime.stores.messages.find_many(company_id, wanted, transaction)
    arrived = {
        item_id for item_id, one in found.items() if one.state in MAY_HAVE_ARRIVED and not is_forgotten(one)
    }
    return [one for one in consents if not arrived.isdisjoint(ids[one.id])]
