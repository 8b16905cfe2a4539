"""Delete a webhook endpoint with its secrets, and the webhooks that wait for it."""

from shared import log
from shared.runtime import Runtime
from shared.usecases.outbox.find_listeners import forget_listeners
from shared.usecases.webhooks.drop_webhooks import drop_webhooks


async def delete_webhook_endpoint(runtime: Runtime, company_id: str, endpoint_id: str) -> None:
    """Delete it. Webhooks that ended stay to be looked at. Raises NotFound, SecretsUnavailable."""
    stores = runtime.stores
    endpoint = await stores.webhook_endpoints.get(company_id, endpoint_id)
    await runtime.secrets.delete(company_id, endpoint.secrets_id)
    await stores.webhook_endpoints.remove(company_id, [endpoint_id])
    forget_listeners(runtime, company_id)
    await drop_webhooks(runtime, company_id, endpoint_id)
    log.event("webhook endpoint deleted", endpoint_id=endpoint_id)
