"""Send one batch: claim, then per group intent, call and result, then close."""

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from shared import faults, log, metering, tracing
from shared.domain.batch import Batch, BatchState
from shared.domain.channel import Channel
from shared.domain.fire import Fire, FireState
from shared.domain.fire_cost import Unit
from shared.domain.job import SendBatch
from shared.domain.message import Message, MessageState
from shared.domain.pacing import group_size
from shared.domain.sender import Sender
from shared.domain.sending import Outcome, OutgoingMessage, SendResult
from shared.domain.sms import estimate
from shared.providers.credentials import Credentials, WrongCredentials
from shared.providers.registry import MessageSender
from shared.runtime import Runtime
from shared.storage.secrets import CredentialsMissing, SecretsUnavailable
from shared.usecases.claim_batch import Claim, claim_batch
from shared.usecases.close_batch import close_batch, fire_has_open_batches
from shared.usecases.dispatch_batches import dispatch_batches
from shared.usecases.freeze_content import content_of
from shared.usecases.intend_messages import Intended, LeaseLost, intend_messages
from shared.usecases.pause_sender import pause_sender
from shared.usecases.record_results import record_results
from shared.usecases.replan_messages import replan_messages
from shared.usecases.summarize_fire import summarize_fire, summary_is_due

SENDER_BROKEN_SECONDS = 300.0
TOO_LATE = SendResult(
    outcome=Outcome.NOT_ACCEPTED, reason="The worker ran out of time before it called the provider."
)


async def send_batch(runtime: Runtime, job: SendBatch) -> None:
    """Send what is queued in the batch. A batch that is done, or another worker's, is left alone."""
    deadline = time.monotonic() + runtime.settings.function_timeout_seconds
    with log.context(company_id=job.company_id, batch_id=job.batch_id):
        batch = await runtime.stores.batches.find(job.company_id, job.batch_id)
        if batch is None:
            return
        with log.context(fire_id=batch.fire_id):
            metering.count(Unit.INVOCATIONS)
            if batch.state is not BatchState.DONE and await _await_start(runtime, job, batch):
                await _send(runtime, job, deadline)


async def _send(runtime: Runtime, job: SendBatch, deadline: float) -> None:
    claim = await claim_batch(runtime, job.company_id, job.batch_id)
    if claim is None:
        return
    fire = await runtime.stores.fires.get(job.company_id, claim.batch.fire_id)
    tracing.link(fire.traceparent)
    with log.context(campaign_id=fire.campaign_id):
        try:
            closed = await _send_claimed(runtime, job.company_id, claim, fire, deadline)
        except LeaseLost:
            log.event("lease lost")
            return
        await _go_on(runtime, job.company_id, closed)


async def _await_start(runtime: Runtime, job: SendBatch, batch: Batch) -> bool:
    """Wait for the batch's start, which the tick announces early. False when it is not due yet."""
    wait = (batch.planned_start - runtime.now()).total_seconds()
    if wait <= 0:
        return True
    fire = await runtime.stores.fires.get(job.company_id, batch.fire_id)
    if fire.state is FireState.CANCELED:
        return True
    if wait > runtime.settings.tick_interval_seconds:  # not due yet: a tick will announce it again
        return False
    await asyncio.sleep(wait)
    return True


async def _send_claimed(
    runtime: Runtime, company_id: str, claim: Claim, fire: Fire, deadline: float
) -> Batch:
    batch = claim.batch
    content = await content_of(runtime, company_id, fire.campaign_id, fire.content_hash)
    sender = content.senders[batch.sender_id]
    queued = await _queued(runtime, company_id, batch)
    credentials = provider = None
    if fire.state is not FireState.CANCELED:  # of a canceled fire nothing is sent, only skipped
        try:  # nothing has been touched yet
            credentials = await runtime.credentials(company_id, sender)
            provider = runtime.message_sender(sender, credentials)
        except (CredentialsMissing, WrongCredentials, SecretsUnavailable) as error:
            log.event("sender not ready", level=logging.ERROR, sender_id=sender.id, reason=str(error))
            return await close_batch(
                runtime, company_id, claim, is_paused=False, retry_after_seconds=SENDER_BROKEN_SECONDS
            )
    size = group_size(sender.rate_per_second, sender.channel)
    is_paused, retry_after = False, 0.0
    later: dict[datetime, list[str]] = {}
    for first in range(0, len(queued), size):
        if time.monotonic() + 2 * runtime.settings.provider_timeout_seconds >= deadline:
            break  # what is left goes back: the next worker sends it
        started = time.monotonic()
        intents = await intend_messages(runtime, company_id, claim, content, queued[first : first + size])
        is_paused = intents.is_paused
        results = await _call(runtime, company_id, claim, sender, provider, intents.intended)
        await record_results(runtime, company_id, claim.token, results)
        for opens_at, message_ids in intents.later.items():
            later.setdefault(opens_at, []).extend(message_ids)
        retry_after = max([retry_after, *(r.retry_after_seconds or 0.0 for r in results.values())])
        broken = [result for result in results.values() if result.outcome is Outcome.SENDER_BROKEN]
        if broken:
            is_paused = await _pause_broken(runtime, company_id, sender, credentials, broken[0])
        if is_paused or broken:
            break
        if first + size < len(queued):
            await _keep_pace(sender, len(intents.intended), started)
    # Together and not group by group: a slow sender's groups are single messages.
    await replan_messages(runtime, company_id, claim, sender, later)
    return await close_batch(runtime, company_id, claim, is_paused=is_paused, retry_after_seconds=retry_after)


async def _pause_broken(
    runtime: Runtime, company_id: str, sender: Sender, refused: Credentials | None, result: SendResult
) -> bool:
    """Pause the sender that its provider calls broken. False, and nothing is done, when its credentials
    were replaced since they were read: then the next try, with the new ones, will tell.
    """
    try:
        if await runtime.credentials(company_id, sender, fresh=True) != refused:
            return False
    except (CredentialsMissing, WrongCredentials, SecretsUnavailable) as error:
        log.event("sender not ready", level=logging.ERROR, sender_id=sender.id, reason=str(error))
    await pause_sender(runtime, company_id, sender.id, result.reason or "The provider refuses it.")
    return True


async def _queued(runtime: Runtime, company_id: str, batch: Batch) -> list[Message]:
    """The batch's messages that are still to be sent, in order."""
    found = await runtime.stores.messages.find_many(company_id, batch.message_ids)
    return [
        message
        for item_id in batch.message_ids
        if (message := found.get(item_id)) is not None
        and message.state is MessageState.QUEUED
        and message.batch_id == batch.id
    ]


async def _keep_pace(sender: Sender, sent_count: int, started: float) -> None:
    """Wait until the sender's rate allows the next group."""
    await asyncio.sleep(max(0.0, sent_count / sender.rate_per_second - (time.monotonic() - started)))


async def _call(
    runtime: Runtime,
    company_id: str,
    claim: Claim,
    sender: Sender,
    provider: MessageSender | None,
    intended: Sequence[Intended],
) -> dict[str, SendResult]:
    """Call the provider, unless the lease could end before it answers: then nothing leaves."""
    if not intended or provider is None:
        return {}
    latest = runtime.now() + timedelta(seconds=2 * runtime.settings.provider_timeout_seconds)
    if claim.batch.lease_until is None or latest >= claim.batch.lease_until:
        return {one.message.id: TOO_LATE for one in intended}
    outgoing = [_outgoing(runtime, company_id, sender, one) for one in intended]
    started = time.monotonic()
    with tracing.span("send_batch.call", message_count=len(outgoing)), faults.step("send_batch.call"):
        results = await provider.send(outgoing)
    for one in intended:
        if results[one.message.id].outcome is Outcome.ACCEPTED:
            _count_accepted(one.message)
    seconds = round(time.monotonic() - started, 3)
    log.event("group sent", seconds=seconds, **_tallied(results))
    return results


# As the dashboard shows them.
_TALLIES = {
    Outcome.ACCEPTED: "accepted",
    Outcome.REJECTED: "refused",
    Outcome.OPTED_OUT: "refused",
    Outcome.UNKNOWN: "unknown",
    Outcome.NOT_ACCEPTED: "put_back",
    Outcome.SENDER_BROKEN: "put_back",
}


def _tallied(results: Mapping[str, SendResult]) -> dict[str, Any]:
    tallies = dict.fromkeys(_TALLIES.values(), 0)
    for result in results.values():
        tallies[_TALLIES[result.outcome]] += 1
    return tallies


def _count_accepted(message: Message) -> None:
    """What the provider charges for it: a text by its parts."""
    if message.channel is Channel.SMS:
        metering.count(Unit.SMS_PARTS, estimate(message.body).parts)
    else:
        metering.count(Unit.EMAILS)


def _outgoing(runtime: Runtime, company_id: str, sender: Sender, intended: Intended) -> OutgoingMessage:
    message = intended.message
    return OutgoingMessage(
        message_id=message.id,
        from_address=sender.address,
        from_name=sender.name,
        to_address=message.address,
        subject=message.subject,
        body=message.body,
        validity_seconds=intended.validity_seconds,
        status_url=(
            f"{runtime.settings.public_url}/messages/status"
            f"?company={company_id}&sender={sender.id}&message={message.id}"
        ),
    )


async def _go_on(runtime: Runtime, company_id: str, batch: Batch) -> None:
    """Announce what is left if it is due soon, and bring the fire's summary up to date."""
    soon = runtime.now() + timedelta(seconds=runtime.settings.tick_interval_seconds)
    if batch.state is BatchState.WAITING and batch.planned_start <= soon:
        await dispatch_batches(runtime, [(company_id, batch)])
    progress = await runtime.stores.fire_progress.find(company_id, batch.fire_id)
    is_last = not await fire_has_open_batches(runtime, company_id, batch.fire_id)
    if is_last or summary_is_due(progress, runtime.now()):
        await summarize_fire(runtime, company_id, batch.fire_id)
