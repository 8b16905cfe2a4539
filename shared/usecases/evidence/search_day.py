"""Page through one sender's day in its provider's history, for the receipts that did not come."""

import asyncio
import time
from datetime import timedelta

from shared import faults
from shared.domain.evidence.history_search import HistorySearch, after_page
from shared.domain.evidence.reconciling import HistoryPage, ProviderMessage, receipt_of
from shared.domain.messages.message import MessageState, after_receipt
from shared.domain.messages.sending import Delivery
from shared.domain.record import replace
from shared.domain.senders.sender import Sender
from shared.firestore.kit.transactions import Transaction, transact
from shared.firestore.queries.messages import (
    FIRE_MESSAGES_BY_DELIVERY,
    FIRE_MESSAGES_BY_STATE,
    MESSAGES_BY_PROVIDER_ID,
)
from shared.providers.kit.adapters import ProviderHistory
from shared.providers.kit.asking import ProviderUnavailable, QuestionRefused, SenderRefused
from shared.runtime import Runtime
from shared.usecases.answers.record_receipt import record_receipt

AT_ONCE = 16
_FINAL = (Delivery.DELIVERED, Delivery.UNDELIVERED, Delivery.FAILED, Delivery.READ)


async def search_day(
    runtime: Runtime,
    company_id: str,
    search: HistorySearch,
    sender: Sender,
    history: ProviderHistory,
    deadline: float,
) -> int:
    """Go on with the search until its end or `deadline` (of time.monotonic); returns what it settled.

    Raises ProviderUnavailable, SenderRefused; what was paged through by then stays done.
    """
    is_asked = search.is_wanted or search.cursor is not None
    if not is_asked and not await _lacks_receipts(runtime, company_id, search):
        await _store(runtime, company_id, search, replace(search, is_open=False))
        return 0
    settled = 0
    passes = search.passes
    while search.is_open and search.passes == passes and time.monotonic() < deadline:
        page = await _page(runtime, company_id, search, sender, history)
        found = await _settle_all(runtime, company_id, sender, page.messages)
        next_at = runtime.now() + timedelta(seconds=runtime.settings.quiet_period_seconds)
        following = after_page(search, page.next_cursor, found, next_at)
        if not await _store(runtime, company_id, search, following):
            break  # another fire asked meanwhile: the search begins anew
        search = following
        settled += found
    return settled


async def _page(
    runtime: Runtime, company_id: str, search: HistorySearch, sender: Sender, history: ProviderHistory
) -> HistoryPage:
    """The next page. Without an answer the search is put off by a tick, so that others have their turn."""
    try:
        with faults.step("search_history.page"):
            return await history.page(sender.address, on=search.day, cursor=search.cursor)
    except (ProviderUnavailable, SenderRefused) as error:
        # A cursor that the provider takes no more would be refused for ever: the day begins anew.
        is_lost = isinstance(error, (QuestionRefused, SenderRefused))
        next_at = runtime.now() + timedelta(seconds=runtime.settings.tick_interval_seconds)
        put_off = replace(search, cursor=None if is_lost else search.cursor, next_at=next_at)
        await _store(runtime, company_id, search, put_off)
        raise


async def _lacks_receipts(runtime: Runtime, company_id: str, search: HistorySearch) -> bool:
    """Whether anything the day's fires sent is without a final receipt."""
    count = runtime.stores.messages.count
    for fire_id in search.fire_ids:
        sent, *final = await asyncio.gather(
            count(company_id, FIRE_MESSAGES_BY_STATE, fire_id, MessageState.SENT),
            *(count(company_id, FIRE_MESSAGES_BY_DELIVERY, fire_id, delivery) for delivery in _FINAL),
        )
        if sent > sum(final):
            return True
    return False


async def _settle_all(
    runtime: Runtime, company_id: str, sender: Sender, shown: tuple[ProviderMessage, ...]
) -> int:
    gate = asyncio.Semaphore(AT_ONCE)

    async def settle(one: ProviderMessage) -> bool:
        async with gate:
            return await _settle(runtime, company_id, sender, one)

    return sum(await asyncio.gather(*(settle(one) for one in shown)))


async def _settle(runtime: Runtime, company_id: str, sender: Sender, shown: ProviderMessage) -> bool:
    """Take what the provider shows as a receipt, if that moves our message forward."""
    owners = await runtime.stores.messages.some(
        company_id, MESSAGES_BY_PROVIDER_ID, shown.provider_id, limit=1
    )
    if not owners or owners[0].sender_id != sender.id:
        return False
    receipt = receipt_of(owners[0].id, shown)
    if after_receipt(owners[0], receipt, runtime.now()) == owners[0]:
        return False
    return await record_receipt(runtime, company_id, receipt)


async def _store(runtime: Runtime, company_id: str, read: HistorySearch, following: HistorySearch) -> bool:
    """Keep how far it got, unless the search was changed meanwhile."""
    searches = runtime.stores.history_searches

    async def store(transaction: Transaction) -> bool:
        current = await searches.get(company_id, read.id, transaction)
        if current not in (read, following):
            return False
        searches.put(transaction, company_id, read.id, following)
        return True

    return await transact(runtime.stores.db, store, "search_history.store")
