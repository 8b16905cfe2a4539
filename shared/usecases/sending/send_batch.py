"""Send one batch: claim, then group by group intent, call and result, then close."""

import asyncio
import logging
from datetime import timedelta

from shared import log, metering, tracing
from shared.domain.campaigns.content import CampaignContent
from shared.domain.fires.fire import Fire, FireState
from shared.domain.fires.fire_cost import Unit
from shared.domain.ids import computed_id
from shared.domain.job import SendBatch
from shared.domain.lease import LeaseLost
from shared.domain.messages.batch import Batch, BatchState, Claim
from shared.domain.senders.pacing import sending_seconds
from shared.firestore.kit.transactions import transact
from shared.providers.kit.credentials import WrongCredentials
from shared.runtime import Runtime
from shared.storage.secrets import CredentialsMissing, SecretsUnavailable
from shared.usecases.ledger.summarize_fire import pause_if_wanted, summarize_once
from shared.usecases.sending.claim_batch import claim_batch
from shared.usecases.sending.close_batch import close_batch, fire_has_open_batches
from shared.usecases.sending.dispatch_batches import dispatch_batches
from shared.usecases.sending.hand_over import hand_over
from shared.usecases.sending.replan_messages import replan_messages
from shared.usecases.sending.reserve_start import taking_time
from shared.usecases.sending.send_groups import Sending, send_groups

SENDER_BROKEN_SECONDS = 300.0


async def send_batch(runtime: Runtime, job: SendBatch) -> None:
    """Send what is queued in the batch. A batch that is done, or another worker's, is left alone."""
    deadline = runtime.deadline()
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
        runtime.batches_at_work[fire.id] += 1
        try:
            closed = await _send_claimed(runtime, job.company_id, claim, fire, deadline)
        except LeaseLost:
            log.event("lease lost")
            return
        finally:
            runtime.batches_at_work[fire.id] -= 1
        await _go_on(runtime, job.company_id, closed, fire)


async def _await_start(runtime: Runtime, job: SendBatch, batch: Batch) -> bool:
    """Wait for the batch's start, which the tick announces early. False when it is not due yet."""
    wait = (batch.planned_start - runtime.now()).total_seconds()
    if wait <= 0:
        return True
    fire = await runtime.stores.fires.get(job.company_id, batch.fire_id)
    if fire.state is FireState.CANCELED:
        return True
    if wait > runtime.settings.dispatch_ahead_seconds:  # not due yet: a tick will announce it again
        return False
    await asyncio.sleep(wait)
    return True


async def _send_claimed(
    runtime: Runtime, company_id: str, claim: Claim, fire: Fire, deadline: float
) -> Batch:
    content = await runtime.stores.campaign_contents.frozen(company_id, fire.campaign_id, fire.content_hash)
    try:
        sent = await send_groups(runtime, company_id, claim, content, fire, deadline)
    except (CredentialsMissing, WrongCredentials, SecretsUnavailable) as error:
        reason, sender_id = str(error), claim.batch.sender_id
        log.event("sender not ready", level=logging.ERROR, sender_id=sender_id, reason=reason)
        return await close_batch(
            runtime,
            company_id,
            claim,
            is_settled=False,
            is_paused=False,
            retry_after_seconds=SENDER_BROKEN_SECONDS,
        )
    # Together and not group by group: a slow sender's groups are single messages.
    await replan_messages(runtime, company_id, claim, sent.sender, sent.later)
    if sent.is_down and sent.stand_in is not None and not sent.is_paused:
        await hand_over(runtime, company_id, claim, sent.stand_in, claim.batch.message_ids)
    next_run = await _next_run(runtime, company_id, claim, content, sent)
    return await close_batch(
        runtime,
        company_id,
        claim,
        is_settled=sent.is_settled,
        is_paused=sent.is_paused,
        retry_after_seconds=max(sent.retry_after, next_run),
    )


async def _next_run(
    runtime: Runtime, company_id: str, claim: Claim, content: CampaignContent, sent: Sending
) -> float:
    """For how many seconds what a run left waits, if its campaign sends in runs.

    It is taken by a run of its own, after those that have their time on the sender already: two runs of a
    sender at once would be twice its pace.
    """
    runs, batch, rate = content.campaign.runs, claim.batch, sent.sender.rate_per_second
    if runs is None or sent.is_settled or sent.is_paused:
        return 0.0
    now, key = runtime.now(), computed_id(batch.id, "again", batch.attempt)
    earliest, seconds = now + timedelta(seconds=sent.retry_after), sending_seconds(1, rate, runs)
    take = taking_time(runtime, company_id, batch.fire_id, sent.sender, key, earliest, seconds)
    start = await transact(runtime.stores.db, take, "replan_messages.reserve")
    return (start - now).total_seconds()


async def _go_on(runtime: Runtime, company_id: str, batch: Batch, fire: Fire) -> None:
    """Announce what is left if it is due soon, pause the fire if too much came to nothing, and sum it up when
    no other batch is open.

    Of several batches that this process has at work, the one that ends last looks. A standing fire is summed
    up by whoever looks at it: else each answer would have all others of the day counted.
    """
    soon = runtime.now() + timedelta(seconds=runtime.settings.dispatch_ahead_seconds)
    if batch.state is BatchState.WAITING and batch.planned_start <= soon:
        await dispatch_batches(runtime, [(company_id, batch)])
    await pause_if_wanted(runtime, company_id, fire)
    if runtime.batches_at_work[batch.fire_id] == 0:
        del runtime.batches_at_work[batch.fire_id]
        if not fire.is_standing:
            await _sum_up(runtime, company_id, batch.fire_id)


async def _sum_up(runtime: Runtime, company_id: str, fire_id: str) -> None:
    if not await fire_has_open_batches(runtime, company_id, fire_id):
        await summarize_once(runtime, company_id, fire_id)
