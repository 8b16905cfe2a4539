"""Take a sender's credentials away."""

from shared import log
from shared.runtime import Runtime


async def remove_credentials(runtime: Runtime, company_id: str, sender_id: str) -> None:
    """Remove all credentials: the sender can neither send nor take webhooks until it gets others.

    Raises NotFound, SecretsUnavailable.
    """
    await runtime.stores.senders.get(company_id, sender_id)
    await runtime.secrets.delete(company_id, sender_id)
    log.event("credentials removed", sender_id=sender_id)
