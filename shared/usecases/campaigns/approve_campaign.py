"""Approve a campaign that somebody else made ready."""

from shared import log
from shared.domain.campaigns.approval import approved
from shared.domain.campaigns.campaign import Campaign
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime


async def approve_campaign(runtime: Runtime, company_id: str, campaign_id: str, *, by: str) -> Campaign:
    """The campaign, approved as it is frozen now; approved already, it stays as it is.

    `by` is "user …" or "key …". Raises NotFound, Conflict for who made it ready, and for a draft.
    """
    campaigns, now = runtime.stores.campaigns, runtime.now()

    async def approve(transaction: Transaction) -> Campaign:
        current = await campaigns.get(company_id, campaign_id, transaction)
        approval = approved(current.approval, current.content_hash, by, now)
        changed = replace(current, approval=approval, fire_refusal="")
        campaigns.put(transaction, company_id, campaign_id, changed)
        return changed

    campaign = await transact(runtime.stores.db, approve)
    log.event("campaign approved", campaign_id=campaign_id, by=by)
    return campaign
