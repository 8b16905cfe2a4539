"""Topic deliver-webhooks: deliver what waits for an endpoint."""

from functions.triggers import worker
from shared.domain.job import DeliverWebhooks
from shared.runtime import Runtime
from shared.usecases.webhooks import deliver_webhooks as usecase


@worker(DeliverWebhooks)
async def deliver_webhooks(runtime: Runtime, job: DeliverWebhooks) -> None:
    """Deliver to the endpoint that the job names."""
    await usecase.deliver_webhooks(runtime, job)
