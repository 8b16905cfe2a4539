"""The secrets that sign an endpoint's webhooks: kept where senders' credentials are, and in no document."""

import base64
import secrets as random
from datetime import datetime

from shared import log
from shared.domain.events.webhook_endpoint import WebhookEndpoint
from shared.runtime import Runtime

PREFIX = "whsec_"
BYTES = 32  # the specification takes 24 to 64
FIELD = "secret"


def new_secret() -> str:
    """A secret nobody can guess, in the form of the specification."""
    return PREFIX + base64.b64encode(random.token_bytes(BYTES)).decode()


async def live_secrets(runtime: Runtime, company_id: str, endpoint: WebhookEndpoint) -> list[str]:
    """The newest secret, and for a while after a rotation the one before. Raises SecretsUnavailable."""
    values = await runtime.secrets.values(company_id, endpoint.secrets_id)
    found = [value.fields.get(FIELD, "") for value in values]
    log.conceal(found)
    return found[: 1 + _is_overlapping(endpoint.old_secret_until, runtime.now())]


def _is_overlapping(until: datetime | None, now: datetime) -> bool:
    return until is not None and now < until
