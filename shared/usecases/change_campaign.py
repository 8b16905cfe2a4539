"""What reopen, pause, resume and cancel share: a campaign and its running fire change together."""

from collections.abc import Callable
from dataclasses import replace

from shared.domain.campaign import Campaign, check_arrow
from shared.domain.fire import Fire, FireState
from shared.firestore.transactions import Transaction, transact
from shared.runtime import Runtime


async def change_campaign(
    runtime: Runtime,
    company_id: str,
    campaign_id: str,
    change: Callable[[Campaign], Campaign],
    fire_state: FireState | None = None,
) -> tuple[Campaign, Fire | None]:
    """Apply `change` and, when its last fire is still open, give that fire `fire_state`.

    Changing to the state it is in is no error and changes nothing. Raises NotFound, Conflict.
    """
    stores = runtime.stores

    async def apply(transaction: Transaction) -> tuple[Campaign, Fire | None]:
        campaign = await stores.campaigns.get(company_id, campaign_id, transaction)
        fire = None
        if campaign.last_fire_id is not None:
            fire = await stores.fires.find(company_id, campaign.last_fire_id, transaction)
        changed = change(campaign)
        if changed.state is not campaign.state:
            check_arrow(campaign.state, changed.state)
            stores.campaigns.put(transaction, company_id, campaign_id, changed)
        if fire is None or fire.is_closed:
            return changed, None
        if fire_state is not None and fire.state not in (fire_state, FireState.CANCELED):
            fire = replace(fire, state=fire_state)
            stores.fires.put(transaction, company_id, fire.id, fire)
        return changed, fire

    return await transact(stores.db, apply)
