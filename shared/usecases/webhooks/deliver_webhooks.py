"""Deliver what waits for an endpoint: a round of webhooks at a time, some at once, each result kept.

A webhook may come twice, as when a worker dies before it noted that it was taken; its id stays the same. An
endpoint that fails is asked again later with a single webhook, and keeps no other endpoint waiting.
"""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime

from shared import log
from shared.domain.errors import NotFound
from shared.domain.events.webhook_delivery import WebhookDelivery, after_try
from shared.domain.events.webhook_endpoint import (
    CLOCK_SKEW,
    PAUSE,
    EndpointState,
    WebhookEndpoint,
    after_tries,
)
from shared.domain.fires.notice import endpoint_notice
from shared.domain.job import DeliverWebhooks
from shared.domain.lease import LeaseLost
from shared.firestore.kit.transactions import Transaction, transact
from shared.firestore.queries.events import DELIVERIES_DUE
from shared.runtime import Runtime
from shared.storage.secrets import SecretsUnavailable
from shared.usecases.outbox.find_listeners import forget_listeners
from shared.usecases.webhooks.claim_endpoint import claim_endpoint, give_back_endpoint
from shared.usecases.webhooks.drop_webhooks import drop_webhooks
from shared.usecases.webhooks.hasten_webhooks import hasten_webhooks
from shared.usecases.webhooks.live_secrets import live_secrets
from shared.usecases.webhooks.try_webhook import Post, open_client, try_webhook

SECONDS_A_JOB = 240.0  # a round begun by then ends within the lease, even when nobody answers
ROUND = 40
AT_ONCE = 8


async def deliver_webhooks(runtime: Runtime, job: DeliverWebhooks) -> None:
    """Deliver what is due, for some minutes. Nothing, when another worker is at it."""
    company_id = job.company_id
    with log.context(company_id=company_id, endpoint_id=job.endpoint_id):
        try:
            claimed = await claim_endpoint(runtime, company_id, job.endpoint_id)
        except NotFound:  # deleted while webhooks were made for it
            await drop_webhooks(runtime, company_id, job.endpoint_id)
            return
        if claimed is None:
            return
        not_before = None
        try:
            await _deliver(runtime, company_id, claimed)
        except SecretsUnavailable:
            log.event("webhooks not signed")
            not_before = runtime.now() + PAUSE
        except LeaseLost:
            log.event("endpoint taken over")
            return
        await give_back_endpoint(runtime, company_id, claimed, not_before=not_before)


async def _deliver(runtime: Runtime, company_id: str, endpoint: WebhookEndpoint) -> None:
    """Deliver round by round. Raises LeaseLost, SecretsUnavailable."""
    deadline = time.monotonic() + SECONDS_A_JOB
    async with open_client(runtime) as client:
        while time.monotonic() < deadline:
            if endpoint.is_catching_up:
                endpoint = await hasten_webhooks(runtime, company_id, endpoint)
            due = await _due(runtime, company_id, endpoint)
            if not due:
                break
            secrets = await live_secrets(runtime, company_id, endpoint)
            post = Post(client=client, url=endpoint.url, secrets=secrets)
            tried, asked_until = await _try_each(runtime, company_id, post, due)
            endpoint = await _keep(runtime, company_id, endpoint, tried, asked_until)
            if endpoint.waits_until is not None or endpoint.state is not EndpointState.ACTIVE:
                break


async def _due(runtime: Runtime, company_id: str, endpoint: WebhookEndpoint) -> list[WebhookDelivery]:
    """What is due; of one that fails a single webhook."""
    size, until = 1 if endpoint.failing_since is not None else ROUND, runtime.now() + CLOCK_SKEW
    return await runtime.stores.webhook_deliveries.some(
        company_id, DELIVERIES_DUE, endpoint.id, until, limit=size
    )


async def _try_each(
    runtime: Runtime, company_id: str, post: Post, due: Sequence[WebhookDelivery]
) -> tuple[list[WebhookDelivery], datetime | None]:
    """The webhooks after a try of each, and until when the answers ask to be left alone."""
    gate, asked = asyncio.Semaphore(AT_ONCE), list[datetime]()

    async def one(delivery: WebhookDelivery) -> WebhookDelivery:
        async with gate:
            made, not_before = await try_webhook(runtime, company_id, post, delivery)
        asked.extend([not_before] if not_before is not None else [])
        return after_try(delivery, made, not_before)

    return await asyncio.gather(*map(one, due)), max(asked, default=None)


async def _keep(
    runtime: Runtime,
    company_id: str,
    endpoint: WebhookEndpoint,
    tried: Sequence[WebhookDelivery],
    asked_until: datetime | None,
) -> WebhookEndpoint:
    """Store what came of a round; the endpoint after it. Raises LeaseLost."""
    stores, now = runtime.stores, runtime.now()
    last = [one.tries[-1] for one in tried]
    successes = sum(one.is_success for one in last)

    async def keep(transaction: Transaction) -> WebhookEndpoint:
        current = await stores.webhook_endpoints.find(company_id, endpoint.id, transaction)
        if current is None or current.lease_token != endpoint.lease_token:
            raise LeaseLost
        after = after_tries(current, last, now, asked_until)
        for delivery in tried:
            stores.webhook_deliveries.put(transaction, company_id, delivery.id, delivery)
        if after != current:
            stores.webhook_endpoints.put_changed(transaction, company_id, after.id, current, after)
        if after.state is EndpointState.DISABLED and current.state is not EndpointState.DISABLED:
            notice = endpoint_notice(after, now)
            stores.notices.put(transaction, company_id, notice.id, notice)
        return after

    after = await transact(stores.db, keep)
    log.event("webhooks tried", successes=successes, failures=len(last) - successes)
    if after.state is EndpointState.DISABLED:
        forget_listeners(runtime, company_id)
    return after
