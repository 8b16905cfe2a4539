"""Forget a person's messages, replies, failures and refusal. Their numbers stay: ledgers still close."""

from collections.abc import Iterable

from shared.domain.channels.channel import all_channels
from shared.domain.contacts.list_consent import list_consent_id
from shared.domain.fires.deletion_work import Deleted, DeletionWork, Place
from shared.domain.fires.person import (
    FORGOTTEN,
    Person,
    forgotten_failure,
    forgotten_message,
    forgotten_opt_out,
    forgotten_reply,
    is_forgotten,
)
from shared.domain.messages.failure import Failure
from shared.domain.messages.linked_file import object_prefix, own_files
from shared.domain.messages.message import Message
from shared.domain.messages.open_conversation import conversation_ids
from shared.firestore.kit.transactions import Transaction, transact
from shared.firestore.queries.messages import (
    MESSAGES_OF_ADDRESS,
    MESSAGES_OF_RECIPIENT,
    OPT_OUTS_OF_ADDRESS,
    REPLIES_OF_ADDRESS,
)
from shared.runtime import Runtime

MOST = 2_000  # of what one row, or one page, is looked for
MESSAGES_A_PAGE = 100
FAILURES_A_PAGE = 300


async def forget_own_messages(runtime: Runtime, company_id: str, work: DeletionWork) -> Deleted:
    """Messages to one form of the address, and those to other addresses of the same recipients.

    A message that is forgotten is not found by its address again: there is a next page while there are more.
    """
    messages, number = runtime.stores.messages, work.place.chunk
    address = work.addresses[number]
    own = await messages.some(company_id, MESSAGES_OF_ADDRESS, address, limit=MESSAGES_A_PAGE)
    page = Deleted()
    # What answers people is for no recipient of a campaign: those messages have their address alone.
    await forget_messages(runtime, company_id, page, [one for one in own if not one.recipient_key])
    for key in sorted({message.recipient_key for message in own} - {""}):
        found = await messages.some(company_id, MESSAGES_OF_RECIPIENT, key, limit=MOST)
        await forget_messages(runtime, company_id, page, found)
    has_more = len(own) == MESSAGES_A_PAGE and page.removed["messages"] > 0
    page.next = _place(work, number if has_more else number + 1)
    return page


async def forget_own_replies(runtime: Runtime, company_id: str, work: DeletionWork) -> Deleted:
    """What was written from one form of the address; as forget_own_messages."""
    replies, number = runtime.stores.replies, work.place.chunk
    address = work.addresses[number]
    page = Deleted()
    if number == 0:
        await _forget_conversations(runtime, company_id, work.person)
    own = await replies.some(company_id, REPLIES_OF_ADDRESS, address, limit=MESSAGES_A_PAGE)
    for reply in own:
        await replies.save(company_id, reply.id, forgotten_reply(reply))
        page.removed["replies"] += 1
    page.next = _place(work, number if len(own) == MESSAGES_A_PAGE else number + 1)
    return page


async def _forget_conversations(runtime: Runtime, company_id: str, person: Person) -> None:
    """When the person last wrote, on every channel that reaches such addresses: one for each sender."""
    channels = [one for one in all_channels() if one.record.address is person.channel.record.address]
    async for senders in runtime.stores.senders.each_page(company_id):
        sender_ids = [sender.id for sender in senders]
        for channel in channels:
            ids = conversation_ids(channel, sender_ids, person.address)
            await runtime.stores.conversations.remove(company_id, ids)


def _place(work: DeletionWork, number: int) -> Place | None:
    return Place(chunk=number) if number < len(work.addresses) else None


async def forget_opt_out(runtime: Runtime, company_id: str, work: DeletionWork) -> Deleted:
    """The refusal is known by the hash of its address from now on, and so are those of senders and topics."""
    opt_outs, ids = runtime.stores.opt_outs, set(work.person.opt_out_ids)
    for address in work.person.spellings:
        found = await opt_outs.some(company_id, OPT_OUTS_OF_ADDRESS, address, limit=MESSAGES_A_PAGE)
        ids |= {one.id for one in found if one.channel == work.person.channel}

    async def forget(transaction: Transaction) -> int:
        stored = await opt_outs.find_many(company_id, ids, transaction)
        theirs = [one for one in stored.values() if one.address]
        for one in theirs:
            opt_outs.put(transaction, company_id, one.id, forgotten_opt_out(one))
        return len(theirs)

    page = Deleted()
    page.removed["opt_outs"] += await transact(runtime.stores.db, forget)
    await _forget_list_consents(runtime, company_id, work.person)
    return page


async def _forget_list_consents(runtime: Runtime, company_id: str, person: Person) -> None:
    """What the person confirmed ends with them: who comes again onto a list that asks is asked again."""
    kind = person.channel.record.address
    async for lists in runtime.stores.contact_lists.each_page(company_id):
        ids = {list_consent_id(item.id, kind, address) for item in lists for address in person.spellings}
        await runtime.stores.list_consents.remove(company_id, ids)


async def forget_named_in_failures(runtime: Runtime, company_id: str, work: DeletionWork) -> Deleted:
    """A page of all failures: those that name the person anywhere, and those of forgotten messages."""
    stores = runtime.stores
    found = await stores.failures.page(company_id, limit=FAILURES_A_PAGE, after=work.place.after or None)
    page = Deleted(next=Place(found.next_after) if found.next_after else None)
    page.looked_through["failures"] += len(found.items)
    ids = {failure.message_id for failure in found.items if failure.message_id}
    messages = await stores.messages.find_many(company_id, ids)
    forgotten = {message.id for message in messages.values() if is_forgotten(message)}
    theirs = [
        failure
        for failure in found.items
        if failure.message_id in forgotten
        or work.person.is_in_any((failure.value, failure.reason, *failure.values.values()))
    ]
    await forget_failures(runtime, company_id, page, theirs)
    return page


async def forget_messages(
    runtime: Runtime, company_id: str, page: Deleted, messages: Iterable[Message]
) -> None:
    """Forget these messages; one that is being sent this moment is left."""
    for message in messages:
        if is_forgotten(message):
            continue
        forgotten = await _forget_message(runtime, company_id, message.id)
        await _forget_files(runtime, company_id, page, message)
        if forgotten is None:
            page.left["messages"].add(message.id)
        else:
            page.removed["messages"] += 1
            page.fire_ids.add(forgotten.fire_id)


async def _forget_files(runtime: Runtime, company_id: str, page: Deleted, message: Message) -> None:
    """What the links of this message alone led to. What others have too is not the person's."""
    files = runtime.stores.linked_files
    for item_id, item in (await files.find_many(company_id, own_files(message))).items():
        if item.recipient_key == message.recipient_key:
            for name in await runtime.files.list_names(object_prefix(company_id, item_id)):
                page.removed["attachments"] += await runtime.files.remove(name)
            await files.remove(company_id, [item_id])


async def _forget_message(runtime: Runtime, company_id: str, message_id: str) -> Message | None:
    messages = runtime.stores.messages

    async def forget(transaction: Transaction) -> Message | None:
        current = await messages.get(company_id, message_id, transaction)
        forgotten = forgotten_message(current)
        if forgotten is not None:
            messages.put(transaction, company_id, message_id, forgotten)
        return forgotten

    return await transact(runtime.stores.db, forget)


async def forget_failures(
    runtime: Runtime, company_id: str, page: Deleted, failures: Iterable[Failure]
) -> None:
    """Forget what these failures say; they still count."""
    for failure in failures:
        if failure.reason != FORGOTTEN:
            await runtime.stores.failures.save(company_id, failure.id, forgotten_failure(failure))
            page.removed["failures"] += 1
