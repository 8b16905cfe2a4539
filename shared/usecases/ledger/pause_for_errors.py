"""Pause a fire of which too many messages came to nothing, where its campaign wants that."""

import asyncio

from shared import log
from shared.domain.campaigns.campaign import ARROWS, CampaignState
from shared.domain.fires.error_limit import is_over, over_words
from shared.domain.fires.fire import Fire, FireState
from shared.domain.fires.notice import paused_notice
from shared.domain.messages.message import MessageState
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.firestore.queries.messages import STEP_MESSAGES
from shared.runtime import Runtime


async def pause_for_errors(runtime: Runtime, company_id: str, fire: Fire) -> bool:
    """Whether it was paused now. What is being sent this moment still goes; nothing after it does.

    It happens once a fire: who resumes it has decided.
    """
    percent = fire.pause_at_percent
    if percent is None or fire.state is not FireState.FIRING or fire.is_closed:
        return False
    counts = await _counts(runtime, company_id, fire)
    if not is_over(percent, *counts):
        return False
    stores, now = runtime.stores, runtime.now()

    async def pause(transaction: Transaction) -> bool:
        current = await stores.fires.get(company_id, fire.id, transaction)
        campaign = await stores.campaigns.find(company_id, fire.campaign_id, transaction)
        if current.pause_at_percent is None or current.state is not FireState.FIRING:
            return False
        note = over_words(percent, *counts)
        paused = replace(current, state=FireState.PAUSED, note=note, pause_at_percent=None)
        stores.fires.put(transaction, company_id, fire.id, paused)
        notice = paused_notice(campaign.name if campaign else "", paused, now)
        stores.notices.create(transaction, company_id, notice.id, notice)
        if campaign is not None and CampaignState.PAUSED in ARROWS[campaign.state]:
            held = replace(campaign, state=CampaignState.PAUSED, paused_from=campaign.state)
            stores.campaigns.put(transaction, company_id, campaign.id, held)
        return True

    if not await transact(stores.db, pause):
        return False
    log.event("fire paused for errors", fire_id=fire.id, percent=percent)
    return True


async def _counts(runtime: Runtime, company_id: str, fire: Fire) -> tuple[int, int, int]:
    """How many messages of the fire were sent, failed at the provider, and are unknown."""

    async def count(state: MessageState) -> int:
        found = await asyncio.gather(
            *(
                runtime.stores.messages.count(company_id, STEP_MESSAGES, fire.id, step.step_id, state)
                for step in fire.steps
            )
        )
        return sum(found)

    states = (MessageState.SENT, MessageState.FAILED, MessageState.UNKNOWN)
    sent, failed, unknown = await asyncio.gather(*map(count, states))
    return sent, failed, unknown
