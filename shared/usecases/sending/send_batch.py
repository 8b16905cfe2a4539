"""Send one batch: claim, then per group intent, call and result, then close."""

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared import log, metering, tracing
from shared.domain.campaigns.content import CampaignContent
from shared.domain.fires.fire import Fire, FireState
from shared.domain.fires.fire_cost import Unit
from shared.domain.job import SendBatch
from shared.domain.lease import LeaseLost
from shared.domain.messages.batch import Batch, BatchState, Claim
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.sending import Outcome, SendResult
from shared.domain.senders.pacing import group_size
from shared.domain.senders.sender import Sender
from shared.domain.stored_size import cut, stored_bytes
from shared.firestore.kit.too_large import TooLarge
from shared.firestore.kit.transactions import halving
from shared.providers.kit.adapters import MessageSender
from shared.providers.kit.credentials import Credentials, WrongCredentials
from shared.runtime import Runtime
from shared.storage.secrets import CredentialsMissing, SecretsUnavailable
from shared.usecases.ledger.summarize_fire import summarize_once
from shared.usecases.sending.call_provider import call_provider
from shared.usecases.sending.claim_batch import claim_batch
from shared.usecases.sending.close_batch import close_batch, fire_has_open_batches
from shared.usecases.sending.dispatch_batches import dispatch_batches
from shared.usecases.sending.fail_too_large import fail_too_large
from shared.usecases.sending.intend_messages import Intents, intend_messages, together
from shared.usecases.sending.pause_sender import pause_sender
from shared.usecases.sending.record_results import record_results
from shared.usecases.sending.replan_messages import replan_messages

SENDER_BROKEN_SECONDS = 300.0


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
    content = await runtime.stores.campaign_contents.frozen(company_id, fire.campaign_id, fire.content_hash)
    sender = content.senders[claim.batch.sender_id]
    queued = await _queued(runtime, company_id, claim.batch)
    sending = _Sending(runtime=runtime, company_id=company_id, claim=claim, content=content, sender=sender)
    if fire.state is not FireState.CANCELED:  # of a canceled fire nothing is sent, only skipped
        try:  # nothing has been touched yet
            await sending.sign_in()
        except (CredentialsMissing, WrongCredentials, SecretsUnavailable) as error:
            log.event("sender not ready", level=logging.ERROR, sender_id=sender.id, reason=str(error))
            return await close_batch(
                runtime, company_id, claim, is_paused=False, retry_after_seconds=SENDER_BROKEN_SECONDS
            )
    await sending.send(queued, deadline)
    # Together and not group by group: a slow sender's groups are single messages.
    await replan_messages(runtime, company_id, claim, sender, sending.later)
    return await close_batch(
        runtime, company_id, claim, is_paused=sending.is_paused, retry_after_seconds=sending.retry_after
    )


@dataclass(kw_only=True, slots=True)
class _Sending:
    """A claimed batch's messages on their way out, group by group, and what came of it so far."""

    runtime: Runtime
    company_id: str
    claim: Claim
    content: CampaignContent
    sender: Sender
    credentials: Credentials | None = None
    provider: MessageSender | None = None
    is_paused: bool = False
    retry_after: float = 0.0
    later: dict[datetime, list[str]] = field(default_factory=dict)  # message ids by their next start

    async def sign_in(self) -> None:
        """Raises CredentialsMissing, WrongCredentials, SecretsUnavailable."""
        self.credentials = await self.runtime.credentials(self.company_id, self.sender)
        self.provider = self.runtime.message_sender(self.sender, self.credentials)

    async def send(self, queued: Sequence[Message], deadline: float) -> None:
        """Send in groups, at the sender's pace. What is left at the deadline the next worker sends."""
        size = group_size(self.sender.rate_per_second, self.sender.channel)
        left = len(queued)
        for group in cut(queued, stored_bytes, most=size):
            if time.monotonic() + 2 * self.runtime.settings.provider_timeout_seconds >= deadline:
                return
            started = time.monotonic()
            count, may_go_on = await self._send_group(group)
            left -= len(group)
            if not may_go_on:
                return
            if left:
                await _keep_pace(self.sender, count, started)

    async def _send_group(self, group: Sequence[Message]) -> tuple[int, bool]:
        """Intent, call and result of one group; how many were called for, and whether others may be."""
        runtime, company_id, claim = self.runtime, self.company_id, self.claim
        intents = await self._intend(group)
        self.is_paused = intents.is_paused
        results = await call_provider(
            runtime, company_id, claim, self.sender, self.provider, intents.intended
        )
        await record_results(runtime, company_id, claim.token, results)
        for opens_at, message_ids in intents.later.items():
            self.later.setdefault(opens_at, []).extend(message_ids)
        self.retry_after = max([self.retry_after, *(r.retry_after_seconds or 0.0 for r in results.values())])
        broken = [result for result in results.values() if result.outcome is Outcome.SENDER_BROKEN]
        if broken:
            self.is_paused = await self._pause_broken(broken[0])
        return len(intents.intended), not (self.is_paused or broken)

    async def _intend(self, group: Sequence[Message]) -> Intents:
        """The group's intents: in one transaction, or in several when the database finds it too large."""

        async def intend(part: Sequence[Message]) -> Intents:
            try:
                return await intend_messages(self.runtime, self.company_id, self.claim, self.content, part)
            except TooLarge as error:
                if len(part) > 1:
                    raise
                log.event("message too large", level=logging.ERROR, message_id=part[0].id, reason=str(error))
                await fail_too_large(self.runtime, self.company_id, self.claim, part[0])
                return Intents(intended=[], later={})

        return together(await halving(group, intend))

    async def _pause_broken(self, result: SendResult) -> bool:
        """Pause the sender that its provider calls broken. False, and nothing is done, when its credentials
        were replaced since they were read: then the next try, with the new ones, will tell.
        """
        runtime, company_id, sender = self.runtime, self.company_id, self.sender
        try:
            if await runtime.credentials(company_id, sender, fresh=True) != self.credentials:
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


async def _go_on(runtime: Runtime, company_id: str, batch: Batch) -> None:
    """Announce what is left if it is due soon, and sum up the fire when no other batch is open."""
    soon = runtime.now() + timedelta(seconds=runtime.settings.tick_interval_seconds)
    if batch.state is BatchState.WAITING and batch.planned_start <= soon:
        await dispatch_batches(runtime, [(company_id, batch)])
    if not await fire_has_open_batches(runtime, company_id, batch.fire_id):
        await summarize_once(runtime, company_id, batch.fire_id)
