"""What reopen, pause, resume and cancel share: a campaign and its running fire change together."""

from collections.abc import Callable

from shared.domain.campaigns.campaign import Campaign, check_arrow
from shared.domain.fires.fire import Fire, FireState
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.firestore.queries.fires import CAMPAIGN_FIRES
from shared.runtime import Runtime

FIRES_LOOKED_AT = 200


async def change_campaign(
    runtime: Runtime,
    company_id: str,
    campaign_id: str,
    change: Callable[[Campaign], Campaign],
    fire_state: FireState | None = None,
) -> tuple[Campaign, list[Fire]]:
    """Apply `change`, and give the campaign's open fires `fire_state`; a recurring one may have several.

    Changing to the state it is in is no error and changes nothing. Raises NotFound, Conflict.
    """
    stores = runtime.stores
    newest = await stores.fires.some(company_id, CAMPAIGN_FIRES, campaign_id, limit=FIRES_LOOKED_AT)
    known = [fire.id for fire in newest if not fire.is_closed]

    async def apply(transaction: Transaction) -> tuple[Campaign, list[Fire]]:
        campaign = await stores.campaigns.get(company_id, campaign_id, transaction)
        # A fire that started after the query is the campaign's last one.
        fire_ids = set(known)
        if campaign.last_fire_id is not None:
            fire_ids.add(campaign.last_fire_id)
        found = await stores.fires.find_many(company_id, sorted(fire_ids), transaction)
        changed = change(campaign)
        if changed.state is not campaign.state:
            check_arrow(campaign.state, changed.state)
            stores.campaigns.put(transaction, company_id, campaign_id, changed)
        fires = [fire for fire in found.values() if not fire.is_closed]
        for fire in fires:
            if fire_state is not None and fire.state not in (fire_state, FireState.CANCELED):
                stores.fires.put(transaction, company_id, fire.id, replace(fire, state=fire_state))
        return changed, fires

    return await transact(stores.db, apply)
