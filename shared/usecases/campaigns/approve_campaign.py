"""Approve a campaign that somebody else made ready."""

from shared import log
from shared.domain.campaigns.approval import approved, check_others
from shared.domain.campaigns.campaign import Campaign
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime


async def approve_campaign(runtime: Runtime, company_id: str, campaign_id: str, *, by: str) -> Campaign:
    """The campaign, approved as it is frozen now; approved already, it stays as it is.

    `by` is "user …" or "key …". Raises NotFound, Conflict for who made it ready in either way, and for a
    draft.
    """
    campaigns, now = runtime.stores.campaigns, runtime.now()

    async def approve(transaction: Transaction) -> Campaign:
        current = await campaigns.get(company_id, campaign_id, transaction)
        approval = approved(current.approval, current.content_hash, by, now)
        asked_by = approval.asked_by
        askers = await _people_behind(runtime, company_id, asked_by, transaction) if asked_by else None
        check_others(askers, await _people_behind(runtime, company_id, by, transaction))
        changed = replace(current, approval=approval, fire_refusal="")
        campaigns.put(transaction, company_id, campaign_id, changed)
        return changed

    campaign = await transact(runtime.stores.db, approve)
    log.event("campaign approved", campaign_id=campaign_id, by=by)
    return campaign


async def _people_behind(
    runtime: Runtime, company_id: str, by: str, transaction: Transaction
) -> tuple[str, ...]:
    """The ids of the users who are, or who made, "user …" or "key …"; none where nobody knows."""
    kind, _, item_id = by.partition(" ")
    if kind == "user":
        return (item_id,)
    key = await runtime.stores.api_keys.find(company_id, item_id, transaction)
    return key.made_by if key else ()
