"""Give an endpoint another secret. For a while both sign, so that its receiver can be changed meanwhile."""

from datetime import timedelta

from shared import log
from shared.domain.events.webhook_endpoint import WebhookEndpoint
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.webhooks.live_secrets import FIELD, new_secret


async def rotate_secret(
    runtime: Runtime, company_id: str, endpoint_id: str, overlap: timedelta
) -> tuple[WebhookEndpoint, str]:
    """The new secret, which nobody is shown again. The one before signs too for the time of `overlap`.

    Any older one ends at once; without an overlap so does the one before, as when it was stolen. Raises
    NotFound, SecretsUnavailable.
    """
    endpoints, secrets = runtime.stores.webhook_endpoints, runtime.secrets
    named = await endpoints.get(company_id, endpoint_id)
    live = await secrets.values(company_id, named.secrets_id, fresh=True)
    for old in live[1:] if overlap else live:
        await secrets.end(company_id, named.secrets_id, old.version)
    secret, now = new_secret(), runtime.now()
    log.conceal([secret])
    await secrets.add(company_id, named.secrets_id, {FIELD: secret}, now)

    async def note(transaction: Transaction) -> WebhookEndpoint:
        current = await endpoints.get(company_id, endpoint_id, transaction)
        changed = replace(current, old_secret_until=now + overlap, updated_at=now)
        endpoints.put_changed(transaction, company_id, endpoint_id, current, changed)
        return changed

    changed = await transact(runtime.stores.db, note)
    log.event("webhook secret rotated", endpoint_id=endpoint_id, hours=overlap.total_seconds() / 3600)
    return changed, secret
