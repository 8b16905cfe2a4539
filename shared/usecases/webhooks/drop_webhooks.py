"""Delete the webhooks that wait for an endpoint that is gone. Those that ended stay to be looked at."""

from shared.domain.events.webhook_delivery import DeliveryState
from shared.firestore.queries.events import DELIVERIES_OF_STATE
from shared.runtime import Runtime

REMOVED_TOGETHER = 300


async def drop_webhooks(runtime: Runtime, company_id: str, endpoint_id: str) -> None:
    """Delete all that wait."""
    deliveries, state = runtime.stores.webhook_deliveries, DeliveryState.WAITING
    while waiting := await deliveries.some(
        company_id, DELIVERIES_OF_STATE, endpoint_id, state, limit=REMOVED_TOGETHER
    ):
        await deliveries.remove(company_id, [one.id for one in waiting])
