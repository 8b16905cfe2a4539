"""Make a broadcast: its campaign fires, the next of its series is planned, and it is marked as made.

A making is claimed with a lease. All that is made has a computed id, so that whoever comes after an attempt
that died goes on where that stopped.
"""

from datetime import UTC, datetime, timedelta

from msgspec import Struct

from shared import log
from shared.domain.campaigns.audience import DueAudience, FoundAudience
from shared.domain.campaigns.broadcast import (
    Broadcast,
    BroadcastState,
    campaign_of,
    end_of_today,
    following,
    of_broadcast,
)
from shared.domain.campaigns.campaign import Campaign, CampaignState
from shared.domain.errors import InvalidInput, RollcallError
from shared.domain.fires.fire import Fire
from shared.domain.fires.notice import broadcast_notice
from shared.domain.ids import random_id
from shared.domain.lease import leased
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.firestore.queries.broadcasts import OWN_BROADCASTS_DUE
from shared.runtime import Runtime
from shared.usecases.campaigns.mark_ready import mark_ready
from shared.usecases.campaigns.save_campaign import create_campaign
from shared.usecases.fires.start_fire import start_fire_for

_EVER = datetime.max.replace(tzinfo=UTC)
_OPEN = (BroadcastState.PLANNED, BroadcastState.MAKING)


class Making(Struct, frozen=True, kw_only=True):
    """What came of it: the broadcast that was made, or is just being made by another, and the next one."""

    broadcast: Broadcast | None = None
    following: Broadcast | None = None


async def make_broadcast(runtime: Runtime, company_id: str) -> Making:
    """Make the nearest broadcast that is due today, or was before; nothing when none is.

    Before its time it is made all the same, and nothing goes out until then. Two calls at once make it once.
    Raises InvalidInput, Conflict or NotFound when it cannot be made; it stays planned then.
    """
    last = end_of_today(await runtime.stores.companies.get(company_id), runtime.now())
    for state in _OPEN:
        for one in await runtime.stores.broadcasts.some(company_id, OWN_BROADCASTS_DUE, state, last, limit=1):
            made = await make_one(runtime, company_id, one)
            next_one = await runtime.stores.broadcasts.find(company_id, made.next_id or "")
            return Making(broadcast=made, following=next_one)
    coming = await runtime.stores.broadcasts.some(
        company_id, OWN_BROADCASTS_DUE, BroadcastState.PLANNED, _EVER, limit=1
    )
    return Making(following=coming[0] if coming else None)


async def make_one(runtime: Runtime, company_id: str, broadcast: Broadcast) -> Broadcast:
    """Make this broadcast, unless it is made or another is at it; as it is then. Raises as make_broadcast."""
    ours = await _claim(runtime, company_id, broadcast.id)
    if ours.state is not BroadcastState.MAKING or ours.lease_token is None:
        return ours
    with log.context(company_id=company_id, broadcast_id=ours.id):
        try:
            campaign = await _ready_campaign(runtime, company_id, ours)
            fire = await _fire(runtime, company_id, campaign, ours)
        except RollcallError as error:
            refusal = of_broadcast(error) if isinstance(error, InvalidInput) else error
            await _refuse(runtime, company_id, ours, str(refusal))
            raise refusal from error
        made = await _finish(runtime, company_id, ours, fire)
        log.event("broadcast made", campaign_id=fire.campaign_id, fire_id=fire.id)
        return made


async def _claim(runtime: Runtime, company_id: str, broadcast_id: str) -> Broadcast:
    """Lease the making. Without a token, as it is, when there is nothing to make or another is at it."""
    stores, token = runtime.stores, random_id()

    async def claim(transaction: Transaction) -> Broadcast:
        now, seconds = runtime.now(), runtime.settings.lease_seconds
        current = await stores.broadcasts.get(company_id, broadcast_id, transaction)
        if current.state not in _OPEN:
            return current
        changes = {"state": BroadcastState.MAKING, "due_at": now + timedelta(seconds=seconds)}
        ours = leased(current, token, now, seconds, **changes)
        if ours is None:
            return replace(current, lease_token=None)
        stores.broadcasts.put(transaction, company_id, broadcast_id, ours)
        return ours

    return await transact(stores.db, claim, "make_broadcast.claim")


async def _ready_campaign(runtime: Runtime, company_id: str, broadcast: Broadcast) -> Campaign:
    """Its campaign, frozen; an attempt before this one may have come so far, or further."""
    wanted = campaign_of(broadcast, runtime.now())
    campaign = await runtime.stores.campaigns.find(company_id, wanted.id)
    if campaign is None:
        campaign = await create_campaign(runtime, company_id, wanted)
    if campaign.state is CampaignState.DRAFT:
        return await mark_ready(runtime, company_id, campaign.id, by=broadcast.asked_by)
    return campaign


async def _fire(runtime: Runtime, company_id: str, campaign: Campaign, broadcast: Broadcast) -> Fire:
    everybody = DueAudience(audience=FoundAudience())
    return await start_fire_for(
        runtime,
        company_id,
        campaign,
        f"broadcast {broadcast.id}",
        runtime.now(),
        everybody,
        starts_at=broadcast.run_at,
    )


async def _finish(runtime: Runtime, company_id: str, broadcast: Broadcast, fire: Fire) -> Broadcast:
    """Mark it made and plan the next one, in one transaction."""
    stores = runtime.stores
    company = await stores.companies.get(company_id)

    async def finish(transaction: Transaction) -> Broadcast:
        now = runtime.now()
        current = await stores.broadcasts.get(company_id, broadcast.id, transaction)
        if current.state is not BroadcastState.MAKING or current.lease_token != broadcast.lease_token:
            return current
        next_one = following(current, company, now)
        made = replace(
            current,
            state=BroadcastState.MADE,
            campaign_id=fire.campaign_id,
            fire_id=fire.id,
            next_id=next_one.id if next_one else None,
            made_at=now,
            updated_at=now,
            due_at=now,
            refusal="",
            lease_until=None,
        )
        stores.broadcasts.put(transaction, company_id, current.id, made)
        if next_one is not None:
            stores.broadcasts.create(transaction, company_id, next_one.id, next_one)
        return made

    return await transact(stores.db, finish, "make_broadcast.finish")


async def _refuse(runtime: Runtime, company_id: str, broadcast: Broadcast, reason: str) -> None:
    """Say why it was not made, and give it back; the company is told of a reason once."""
    stores = runtime.stores
    notice = broadcast_notice(broadcast, reason, runtime.now())

    async def refuse(transaction: Transaction) -> None:
        current = await stores.broadcasts.get(company_id, broadcast.id, transaction)
        stored = await stores.notices.find(company_id, notice.id, transaction)
        if current.state is not BroadcastState.MAKING or current.lease_token != broadcast.lease_token:
            return
        planned = replace(
            current,
            state=BroadcastState.PLANNED,
            due_at=current.run_at,
            refusal=reason,
            lease_token=None,
            lease_until=None,
        )
        stores.broadcasts.put(transaction, company_id, current.id, planned)
        if stored is None:
            stores.notices.create(transaction, company_id, notice.id, notice)

    await transact(stores.db, refuse)
    log.event("broadcast refused", reason=reason)
