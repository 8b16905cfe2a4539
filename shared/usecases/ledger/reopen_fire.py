"""Open a closed fire again: one of its messages changes, or is to be sent after all."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from shared.domain.campaigns.campaign import Campaign, CampaignState
from shared.domain.errors import Conflict
from shared.domain.fires.fire import Fire, FireState
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction
from shared.runtime import Runtime
from shared.usecases.ledger.find_alone import no_longer_alone
from shared.views.ledger import is_past_keeping

_CLOSED = frozenset({CampaignState.SENT, CampaignState.NEEDS_ATTENTION})


async def reopen_books(runtime: Runtime, company_id: str, fire_id: str, transaction: Transaction) -> None:
    """Have the sweep sum up a closed fire again, as one of its messages changes in this transaction.

    Whoever changes it sums up at once, but may die before that. Read before anything is written.
    """
    fire = await runtime.stores.fires.find(company_id, fire_id, transaction)
    if fire is not None:
        await reopen_books_of(runtime, company_id, transaction, fire)


async def reopen_books_of(runtime: Runtime, company_id: str, transaction: Transaction, fire: Fire) -> None:
    """The same for a fire that was read in this transaction already."""
    if fire.is_closed and not await is_past_keeping(runtime, company_id, fire):
        runtime.stores.fires.put(transaction, company_id, fire.id, replace(fire, is_closed=False))


def check_may_send(fire: Fire, campaign: Campaign | None) -> None:
    """Raise Conflict when the campaign was canceled, be it after the fire had closed."""
    is_canceled = campaign is not None and campaign.state is CampaignState.CANCELED
    if is_canceled or fire.state is FireState.CANCELED:
        raise Conflict("The campaign was canceled; nothing of it is sent any more.")


def reopen_fire(
    runtime: Runtime,
    company_id: str,
    transaction: Transaction,
    fire: Fire,
    campaign: Campaign | None,
    alone: Sequence[Fire],
    *,
    more: Mapping[str, int] = MappingProxyType({}),
) -> None:
    """Let a fire send once more that was, or may be, closed: paused when its campaign is, else firing.

    `more` messages are planned than before, by step.

    Its books may be open again already, for a receipt; the campaign does not know of that.
    `fire`, `campaign` and the fire that was `alone` were read in this transaction.
    """
    is_paused = campaign is not None and campaign.state is CampaignState.PAUSED
    state = FireState.PAUSED if is_paused else FireState.FIRING
    steps = tuple(replace(one, planned=one.planned + more.get(one.step_id, 0)) for one in fire.steps)
    opened = replace(fire, is_closed=False, state=state, is_alone=fire in alone, steps=steps)
    if opened != fire:
        runtime.stores.fires.put(transaction, company_id, fire.id, opened)
    no_longer_alone(runtime, company_id, transaction, alone, but=fire.id)
    if campaign is None or campaign.last_fire_id != fire.id:
        return
    if campaign.state in _CLOSED:
        firing = replace(campaign, state=CampaignState.FIRING)
        runtime.stores.campaigns.put(transaction, company_id, campaign.id, firing)
    elif is_paused and campaign.paused_from in _CLOSED:
        firing = replace(campaign, paused_from=CampaignState.FIRING)
        runtime.stores.campaigns.put(transaction, company_id, campaign.id, firing)
