"""Send a test of a broadcast: of the campaign that it was made into, or of the one that it will be."""

from shared.domain.campaigns.broadcast import campaign_of
from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.step_ids import with_step_ids
from shared.runtime import Runtime
from shared.usecases.campaigns.find_example import NOBODY, Example
from shared.usecases.campaigns.send_test import send_test_of
from shared.views.message_waits import ShownMessage


async def send_test_of_broadcast(
    runtime: Runtime,
    company_id: str,
    broadcast_id: str,
    address: str,
    message_id: str,
    *,
    by: str,
    step_id: str | None = None,
    example: Example = NOBODY,
) -> ShownMessage:
    """As send_test does, with the text of one of the broadcast's waves. Raises as it does."""
    campaign = await campaign_of_broadcast(runtime, company_id, broadcast_id)
    return await send_test_of(
        runtime, company_id, campaign, address, message_id, by=by, step_id=step_id, example=example
    )


async def campaign_of_broadcast(runtime: Runtime, company_id: str, broadcast_id: str) -> Campaign:
    """The campaign of a broadcast as it stands: the same steps, under the same ids, made or not yet."""
    broadcast = await runtime.stores.broadcasts.get(company_id, broadcast_id)
    planned = with_step_ids(campaign_of(broadcast, runtime.now()))
    return await runtime.stores.campaigns.find(company_id, planned.id) or planned
