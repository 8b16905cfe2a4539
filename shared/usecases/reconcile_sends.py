"""The five-minute tick: settle by the providers' own history what receipts left open."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from shared import log
from shared.domain.errors import Conflict, NotFound
from shared.domain.fire import FireContent
from shared.domain.history_search import HistorySearch
from shared.domain.message import Message, MessageState
from shared.firestore.queries import MESSAGES_TO_SEARCH, SEARCHES_DUE
from shared.providers.asking import ProviderUnavailable, SenderRefused
from shared.providers.credentials import WrongCredentials
from shared.runtime import Runtime
from shared.storage.secrets import CredentialsMissing, SecretsUnavailable
from shared.usecases.freeze_content import content_of
from shared.usecases.search_day import search_day
from shared.usecases.search_message import Archive, search_message
from shared.usecases.summarize_fire import summarize_fire

RUN_SECONDS = 200.0  # of the tick's 300: a run that is cut short goes on at the next tick
AT_ONCE = 8
_LATER = (
    ProviderUnavailable,
    SenderRefused,
    CredentialsMissing,
    WrongCredentials,
    SecretsUnavailable,
    NotFound,
    Conflict,
)


async def reconcile_sends(runtime: Runtime, now: datetime) -> dict[str, int]:
    """Search for unknown messages, then go through days with missing receipts; returns what was settled."""
    deadline = time.monotonic() + RUN_SECONDS
    states = await _search_messages(runtime, now, deadline)
    receipts = await _search_days(runtime, now, deadline)
    return {
        "searched": states.total(),
        "sent": states[MessageState.SENT],
        "failed": states[MessageState.FAILED],
        "unknown": states[MessageState.UNKNOWN],
        "receipts": receipts,
    }


async def _search_messages(runtime: Runtime, now: datetime, deadline: float) -> Counter[MessageState]:
    states: Counter[MessageState] = Counter()
    fires: set[tuple[str, str]] = set()
    contents: dict[tuple[str, str], FireContent] = {}
    gate = asyncio.Semaphore(AT_ONCE)

    async def search(company_id: str, message: Message) -> None:
        async with gate:
            if time.monotonic() >= deadline:
                return
            key = (company_id, message.fire_id)
            if key not in contents:
                contents[key] = await _content(runtime, company_id, message.fire_id)
            content = contents[key]
            sender = content.senders[message.sender_id]
            credentials = await runtime.credentials(company_id, sender)
            archive = Archive(sender=sender, history=runtime.provider_history(sender, credentials))
            policy = content.campaign.unknown_policy
            state = await search_message(runtime, company_id, message, archive, policy)
            states[state] += 1
            if state is not MessageState.UNKNOWN:
                fires.add(key)

    found = runtime.stores.messages.each_across_companies(MESSAGES_TO_SEARCH, MessageState.UNKNOWN, now)
    lease_over = now - timedelta(seconds=runtime.settings.lease_seconds)
    due = [
        (company_id, message)
        async for company_id, message in found
        # While its lease may live, its worker may still be calling.
        if message.sending_at is not None and message.sending_at <= lease_over
    ]
    await asyncio.gather(*(_guarded(pair[0], search, pair[1]) for pair in due))
    for company_id, fire_id in fires:
        await summarize_fire(runtime, company_id, fire_id)
    return states


async def _content(runtime: Runtime, company_id: str, fire_id: str) -> FireContent:
    fire = await runtime.stores.fires.get(company_id, fire_id)
    return await content_of(runtime, company_id, fire.campaign_id, fire.content_hash)


async def _guarded(
    company_id: str, search: Callable[[str, Message], Awaitable[None]], message: Message
) -> None:
    """What keeps one message from being searched now must not keep others from it."""
    with log.context(company_id=company_id, message_id=message.id):
        try:
            await search(company_id, message)
        except _LATER as error:
            log.event("message not searched", level=logging.WARNING, reason=str(error))


async def _search_days(runtime: Runtime, now: datetime, deadline: float) -> int:
    found = runtime.stores.history_searches.each_across_companies(SEARCHES_DUE, True, now)
    settled = 0
    for company_id, search in [pair async for pair in found]:
        if time.monotonic() >= deadline:
            break
        with log.context(company_id=company_id, sender_id=search.sender_id):
            try:
                settled += await _search_day(runtime, company_id, search, deadline)
            except _LATER as error:
                log.event("day not searched", level=logging.WARNING, reason=str(error))
    return settled


async def _search_day(runtime: Runtime, company_id: str, search: HistorySearch, deadline: float) -> int:
    sender = await runtime.stores.senders.get(company_id, search.sender_id)
    history = runtime.provider_history(sender, await runtime.credentials(company_id, sender))
    if history is None:
        return 0
    return await search_day(runtime, company_id, search, sender, history, deadline)
