"""Make a webhook endpoint, or change it."""

from collections.abc import Iterable

from shared import log
from shared.domain.errors import Conflict, InvalidInput
from shared.domain.events.endpoint_url import check_url
from shared.domain.events.event import EventType
from shared.domain.events.webhook_endpoint import (
    MOST_ENDPOINTS,
    EndpointState,
    WebhookEndpoint,
    asked_anew,
    deliver_job,
    secrets_id,
)
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.outbox.find_listeners import forget_listeners
from shared.usecases.webhooks.live_secrets import FIELD, new_secret


async def create_webhook_endpoint(
    runtime: Runtime,
    company_id: str,
    endpoint_id: str,
    url: str,
    event_types: Iterable[EventType],
    name: str = "",
) -> tuple[WebhookEndpoint, str]:
    """A new endpoint with its secret, which nobody is shown again; with the same id again, the same.

    Raises InvalidInput, Conflict when the company has too many, SecretsUnavailable.
    """
    stores, now = runtime.stores, runtime.now()
    endpoint = WebhookEndpoint(
        id=endpoint_id,
        url=_checked_url(runtime, url),
        event_types=_told_types(event_types),
        name=name,
        created_at=now,
        updated_at=now,
    )
    page = await stores.webhook_endpoints.page(company_id, limit=MOST_ENDPOINTS)
    if len(page.items) >= MOST_ENDPOINTS and all(one.id != endpoint_id for one in page.items):
        raise Conflict(f"The company has {MOST_ENDPOINTS} webhook endpoints; delete one of them first.")
    live = await runtime.secrets.values(company_id, secrets_id(endpoint_id), fresh=True)
    secret = live[0].fields[FIELD] if live else new_secret()
    log.conceal([secret])
    if not live:
        await runtime.secrets.add(company_id, secrets_id(endpoint_id), {FIELD: secret}, now)
    await stores.webhook_endpoints.add(company_id, endpoint_id, endpoint)
    forget_listeners(runtime, company_id)
    return await stores.webhook_endpoints.get(company_id, endpoint_id), secret


async def edit_webhook_endpoint(
    runtime: Runtime,
    company_id: str,
    endpoint_id: str,
    url: str | None = None,
    event_types: Iterable[EventType] | None = None,
    name: str | None = None,
) -> WebhookEndpoint:
    """Change what is given of it. What waits goes to a new address at once. Raises NotFound, InvalidInput."""
    endpoints = runtime.stores.webhook_endpoints
    changes: dict[str, object] = {"updated_at": runtime.now()}
    changes |= {} if url is None else {"url": _checked_url(runtime, url)}
    changes |= {} if event_types is None else {"event_types": _told_types(event_types)}
    changes |= {} if name is None else {"name": name}

    async def edit(transaction: Transaction) -> WebhookEndpoint:
        current = await endpoints.get(company_id, endpoint_id, transaction)
        changed = replace(current, **changes)  # type: ignore[arg-type]  # fields of WebhookEndpoint
        if changed.url != current.url and changed.state is EndpointState.ACTIVE:
            changed = asked_anew(changed, runtime.now())
        endpoints.put_changed(transaction, company_id, endpoint_id, current, changed)
        return changed

    changed = await transact(runtime.stores.db, edit)
    forget_listeners(runtime, company_id)
    if changed.is_catching_up:
        await announce_jobs(runtime, [deliver_job(company_id, changed)], None)
    return changed


def _checked_url(runtime: Runtime, url: str) -> str:
    """The address, if webhooks may go there. Raises InvalidInput."""
    return check_url(url, allows_local=runtime.settings.allows_local_targets)


def _told_types(event_types: Iterable[EventType]) -> tuple[EventType, ...]:
    """The types in their order, each once. Raises InvalidInput for none, and for the one of tests."""
    found = set(event_types)
    if not found or EventType.TEST in found:
        reason = "must name what to tell; webhook.test is sent when it is asked for, and cannot be chosen"
        raise InvalidInput.at("event_types", reason)
    return tuple(one for one in EventType if one in found)
