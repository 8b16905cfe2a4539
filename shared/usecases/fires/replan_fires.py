"""Plan the coming fires anew when the rules of time zones have changed since they were planned.

Messages that wait need no such step: the intent lays the window over the new rules before each send.
"""

import logging
from datetime import UTC, datetime

from shared import log
from shared.domain.campaigns.campaign import Campaign, CampaignState
from shared.domain.campaigns.recurrence import replanned
from shared.domain.errors import RollcallError
from shared.domain.place import zone_data
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.firestore.queries.campaigns import CAMPAIGNS_DUE
from shared.runtime import Runtime

_PLANNED_STATES = (
    CampaignState.SCHEDULED,
    CampaignState.FIRING,
    CampaignState.PAUSED,
    CampaignState.NEEDS_ATTENTION,
)
_EVER = datetime.max.replace(tzinfo=UTC)


async def replan_fires(runtime: Runtime) -> int:
    """Move every `next_fire_at` to where the schedule's wall time is now; returns how many moved.

    Does nothing when this release of the rules was seen before. A tick that ends half-way does it again.
    """
    release = zone_data()
    if await runtime.stores.system.zone_data() == release:
        return 0
    moved = 0
    for state in _PLANNED_STATES:
        found = runtime.stores.campaigns.each_across_companies(CAMPAIGNS_DUE, state, _EVER)
        for company_id, campaign in [pair async for pair in found]:
            try:
                moved += await _replan(runtime, company_id, campaign)
            except RollcallError as error:  # one broken campaign must not keep the others from their time
                log.event("fire not planned anew", level=logging.WARNING, reason=str(error))
    await runtime.stores.system.note_zone_data(release)
    log.event("fires planned anew", zone_data=release, moved=moved)
    return moved


async def _replan(runtime: Runtime, company_id: str, campaign: Campaign) -> bool:
    stores, planned = runtime.stores, campaign.next_fire_at
    if planned is None or campaign.content_hash is None:
        return False
    content = await stores.campaign_contents.frozen(company_id, campaign.id, campaign.content_hash)
    following = replanned(campaign.schedule, content.company_time_zone, planned)
    if following == planned:
        return False

    async def move(transaction: Transaction) -> bool:
        current = await stores.campaigns.get(company_id, campaign.id, transaction)
        if current.next_fire_at != planned:  # it fired or was changed meanwhile, by the new rules
            return False
        stores.campaigns.put(transaction, company_id, campaign.id, replace(current, next_fire_at=following))
        return True

    return await transact(stores.db, move)
