"""The five-minute tick: start every campaign and broadcast, and later step of a fire, whose time has come."""

from datetime import datetime

from shared import log
from shared.domain.campaigns.campaign import CampaignState
from shared.domain.errors import RollcallError
from shared.firestore.queries.campaigns import CAMPAIGNS_DUE
from shared.runtime import Runtime
from shared.usecases.fires.make_due_broadcasts import make_due_broadcasts
from shared.usecases.fires.plan_later_steps import plan_later_steps
from shared.usecases.fires.refuse_fire import refuse_fire
from shared.usecases.fires.replan_fires import replan_fires
from shared.usecases.fires.start_fire import start_fire
from shared.usecases.hold.check_database import check_database

# A recurring campaign may still be firing, or need attention, when its next time comes.
_DUE_STATES = (CampaignState.SCHEDULED, CampaignState.FIRING, CampaignState.NEEDS_ATTENTION)


async def fire_due_campaigns(runtime: Runtime, now: datetime) -> dict[str, int]:
    """Start the fires that are due at `now`; returns how many. One that cannot start harms no other."""
    if await check_database(runtime, now) is not None:
        return {"held": 1}
    await replan_fires(runtime)
    started = refused = 0
    for state in _DUE_STATES:
        found = runtime.stores.campaigns.each_across_companies(CAMPAIGNS_DUE, state, now)
        for company_id, campaign in [pair async for pair in found]:
            if campaign.next_fire_at is None:
                continue
            with log.context(company_id=company_id, campaign_id=campaign.id):
                try:
                    await start_fire(runtime, company_id, campaign, campaign.next_fire_at.isoformat(), now)
                    started += 1
                except RollcallError as error:  # such as a file that is still loading: the next tick tries
                    await refuse_fire(runtime, company_id, campaign, str(error))
                    refused += 1
    made = await make_due_broadcasts(runtime, now)
    await plan_later_steps(runtime, now)
    return {"started": started, "refused": refused} | ({"broadcasts": made} if made else {})
