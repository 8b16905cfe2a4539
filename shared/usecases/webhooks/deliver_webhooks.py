"""Deliver what waits for an endpoint: a round of webhooks at a time, some at once, each result kept.

A webhook may come twice, as when a worker dies before it noted that it was taken; its id stays the same. An
endpoint that fails is asked again later with a single webhook, and keeps no other endpoint waiting.
"""

import asyncio
import time
from collections.abc import Sequence

from shared import log
from shared.domain.errors import NotFound
from shared.domain.events.webhook_delivery import WebhookDelivery, after_try
from shared.domain.events.webhook_endpoint import (
    CLOCK_SKEW,
    GONE_STATUS,
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
        try:
            endpoint = await _deliver(runtime, company_id, claimed)
            is_failing = endpoint.failing_since is not None
        except SecretsUnavailable:
            log.event("webhooks not signed")
            is_failing = True
        except LeaseLost:
            log.event("endpoint taken over")
            return
        await give_back_endpoint(runtime, company_id, claimed, is_failing=is_failing)


async def _deliver(runtime: Runtime, company_id: str, endpoint: WebhookEndpoint) -> WebhookEndpoint:
    """Deliver round by round; the endpoint as it is then. Raises LeaseLost, SecretsUnavailable."""
    deadline, secrets = time.monotonic() + SECONDS_A_JOB, await live_secrets(runtime, company_id, endpoint)
    async with open_client(runtime) as client:
        post = Post(client=client, url=endpoint.url, secrets=secrets)
        while time.monotonic() < deadline:
            size = ROUND if endpoint.failing_since is None else 1
            until = runtime.now() + CLOCK_SKEW
            due = await runtime.stores.webhook_deliveries.some(
                company_id, DELIVERIES_DUE, endpoint.id, until, limit=size
            )
            if not due:
                break
            tried = await _try_each(runtime, company_id, post, due)
            endpoint = await _keep(runtime, company_id, endpoint, tried)
            if endpoint.failing_since is not None or endpoint.state is not EndpointState.ACTIVE:
                break
    return endpoint


async def _try_each(
    runtime: Runtime, company_id: str, post: Post, due: Sequence[WebhookDelivery]
) -> list[WebhookDelivery]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(delivery: WebhookDelivery) -> WebhookDelivery:
        async with gate:
            return after_try(delivery, await try_webhook(runtime, company_id, post, delivery))

    return await asyncio.gather(*map(one, due))


async def _keep(
    runtime: Runtime, company_id: str, endpoint: WebhookEndpoint, tried: Sequence[WebhookDelivery]
) -> WebhookEndpoint:
    """Store what came of a round; the endpoint after it. Raises LeaseLost."""
    stores, now = runtime.stores, runtime.now()
    last = [one.tries[-1] for one in tried]
    successes = sum(one.is_success for one in last)
    is_gone = any(one.status == GONE_STATUS for one in last)

    async def keep(transaction: Transaction) -> WebhookEndpoint:
        current = await stores.webhook_endpoints.find(company_id, endpoint.id, transaction)
        if current is None or current.lease_token != endpoint.lease_token:
            raise LeaseLost
        after = after_tries(current, successes, len(last) - successes, now, is_gone=is_gone)
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
