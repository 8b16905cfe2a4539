"""After a restore: hold campaigns, recover refusals, and settle by the provider's list what was sent."""

import asyncio
from collections import Counter, defaultdict
from datetime import datetime, timedelta

from shared.domain.campaigns.campaign import UnknownPolicy
from shared.domain.evidence.reconciling import CLOCK_SKEW, ProviderMessage
from shared.domain.evidence.restoring import (
    IN_DOUBT,
    RESTORED,
    SentSince,
    Since,
    after_restore,
    by_address,
    held_campaign,
    unclear,
)
from shared.domain.fires.fire import ChunkState, FireState, queue_job
from shared.domain.messages.message import Message, MessageState
from shared.domain.record import replace
from shared.domain.senders.sender import Sender
from shared.firestore.kit.transactions import Transaction, transact
from shared.firestore.queries.fires import CHUNKS_BY_STATE, FIRES_NOT_CLOSED
from shared.firestore.queries.messages import MESSAGES_BY_PROVIDER_ID, MESSAGES_IN_STATE
from shared.providers.kit.adapters import ProviderHistory
from shared.runtime import Runtime
from shared.usecases.answers.recover_replies import recover_replies
from shared.usecases.fires.queue_messages import queue_messages
from shared.usecases.fires.store_chunks import store_all_chunks
from shared.usecases.ledger.summarize_fire import summarize_fire

MOST = 1_000_000
AT_ONCE = 16


async def settle_restore(
    runtime: Runtime, company_id: str, backup_at: datetime, held_since: datetime
) -> dict[str, int]:
    """Do all that can be done for one company; counts, of which `waiting` calls for another run.

    Done again it changes nothing that is settled. Raises ProviderUnavailable, SenderRefused.
    """
    counts: Counter[str] = Counter()
    counts["campaigns_paused"] = await _hold_campaigns(runtime, company_id)
    await _hold_fires(runtime, company_id, counts)
    sent: dict[str, SentSince] = {}
    async for page in runtime.stores.senders.each_page(company_id):
        for sender in page:
            signed_in = await runtime.credentials(company_id, sender)
            history = runtime.provider_history(sender, signed_in)
            if history is not None:
                counts["replies"] += await recover_replies(runtime, company_id, sender, history, backup_at)
                sent[sender.id] = await _sent_since(runtime, company_id, sender, history, backup_at)
    used = await _settle_messages(runtime, company_id, sent, held_since, counts)
    everything = {one.provider_id for found in sent.values() for one in found.messages}
    counts["sent_and_unknown_here"] = len(everything - used)
    return {name: count for name, count in counts.items() if count}


async def _hold_campaigns(runtime: Runtime, company_id: str) -> int:
    """Every campaign that could fire by itself or by a click waits for a person."""
    campaigns = runtime.stores.campaigns
    company = await runtime.stores.companies.get(company_id)
    paused = 0
    async for page in campaigns.each_page(company_id):
        for found in page:

            async def hold(transaction: Transaction, item_id: str = found.id) -> bool:
                current = await campaigns.get(company_id, item_id, transaction)
                held = held_campaign(current, company.time_zone, runtime.now())
                if held != current:
                    campaigns.put(transaction, company_id, item_id, held)
                return held != current

            paused += await transact(runtime.stores.db, hold)
    return paused


async def _hold_fires(runtime: Runtime, company_id: str, counts: Counter[str]) -> None:
    """Pause every open fire, and plan what was not planned: what is no message cannot be looked for."""
    stores = runtime.stores
    fires = await stores.fires.some(company_id, FIRES_NOT_CLOSED, False, limit=MOST)
    for fire in fires:

        async def pause(transaction: Transaction, item_id: str = fire.id) -> bool:
            current = await stores.fires.get(company_id, item_id, transaction)
            # What other fires sent since the backup is not known here.
            held = replace(current, is_alone=False)
            if is_firing := current.state is FireState.FIRING:
                held = replace(held, state=FireState.PAUSED, note=current.note or RESTORED)
            if held != current:
                stores.fires.put(transaction, company_id, item_id, held)
            return is_firing

        counts["fires_paused"] += await transact(stores.db, pause)
        await store_all_chunks(runtime, company_id, await stores.fires.get(company_id, fire.id))
        for state in (ChunkState.WAITING, ChunkState.LEASED):
            for chunk in await stores.chunks.some(company_id, CHUNKS_BY_STATE, fire.id, state, limit=MOST):
                await queue_messages(runtime, queue_job(company_id, chunk))
        left = await stores.chunks.count(company_id, CHUNKS_BY_STATE, fire.id, ChunkState.DONE)
        counts["waiting"] += fire.chunk_count - left  # another worker has it: another run finds its messages


async def _sent_since(
    runtime: Runtime, company_id: str, sender: Sender, history: ProviderHistory, backup_at: datetime
) -> SentSince:
    """What the provider sent since the backup, or while a call of then lasted, that is no message here."""
    since = backup_at - CLOCK_SKEW - timedelta(seconds=runtime.settings.lease_seconds)
    listed: list[ProviderMessage] = []
    cursor = None
    while True:
        page = await history.page(sender.address, since=since.date(), cursor=cursor)
        listed += [one for one in page.messages if one.created_at >= since]
        cursor = page.next_cursor
        if cursor is None:
            break
    gate = asyncio.Semaphore(AT_ONCE)

    async def is_known(one: ProviderMessage) -> bool:
        async with gate:
            found = await runtime.stores.messages.some(
                company_id, MESSAGES_BY_PROVIDER_ID, one.provider_id, limit=1
            )
            return bool(found)

    known = await asyncio.gather(*(is_known(one) for one in listed))
    return SentSince(sender.channel, [one for one, is_ours in zip(listed, known, strict=True) if not is_ours])


async def _settle_messages(
    runtime: Runtime,
    company_id: str,
    sent: dict[str, SentSince],
    held_since: datetime,
    counts: Counter[str],
) -> set[str]:
    """Settle whatever could have been sent since; which of the provider's messages are accounted for."""
    is_over = runtime.now() >= held_since + timedelta(seconds=runtime.settings.quiet_period_seconds)
    begun = held_since + timedelta(seconds=runtime.settings.tick_interval_seconds)
    doubtful: dict[str, list[Message]] = defaultdict(list)
    for state in IN_DOUBT:
        for message in await runtime.stores.messages.some(company_id, MESSAGES_IN_STATE, state, limit=MOST):
            if (
                message.planned_for is None
                or message.planned_for <= begun
                or state is not MessageState.QUEUED
            ):
                doubtful[message.sender_id].append(message)
    used: set[str] = set()
    for sender_id, messages in doubtful.items():
        for group in by_address(messages):
            since = sent.get(sender_id)
            became = since.became(group, is_over=is_over) if since else unclear(group)
            for message in group:
                what, found = became[message.id]
                used |= {found.provider_id} if found else set()
                await _settle(runtime, company_id, message, what, found)
                counts[str(what)] += 1
    for fire_id in {message.fire_id for messages in doubtful.values() for message in messages}:
        await summarize_fire(runtime, company_id, fire_id)
    return used


async def _settle(
    runtime: Runtime, company_id: str, message: Message, what: Since, found: ProviderMessage | None
) -> None:
    """Write what became of the message, unless it was settled otherwise meanwhile."""
    messages = runtime.stores.messages
    fire = await runtime.stores.fires.get(company_id, message.fire_id)
    content = await runtime.stores.campaign_contents.frozen(company_id, fire.campaign_id, fire.content_hash)
    sends_again = content.campaign.unknown_policy is UnknownPolicy.RESEND

    async def settle(transaction: Transaction) -> None:
        current = await messages.get(company_id, message.id, transaction)
        if current.state not in IN_DOUBT:
            return
        settled = after_restore(current, what, found)
        if sends_again and settled.state is MessageState.UNKNOWN:  # it may have been sent again since
            settled = replace(settled, search_at=None)
        if settled != current:
            messages.put(transaction, company_id, message.id, settled)

    await transact(runtime.stores.db, settle)
