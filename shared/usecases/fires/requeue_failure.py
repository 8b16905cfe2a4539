"""Correct a failed row and queue it again."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from shared import faults
from shared.domain.campaigns.content import CampaignContent
from shared.domain.contacts.opt_out import opt_out_id
from shared.domain.errors import Conflict, InvalidInput, Problem
from shared.domain.files.file import Row
from shared.domain.fires.fire import Fire
from shared.domain.fires.planning import PlannedFailure, PlannedMessage, Planner
from shared.domain.fires.queueing import Arranged, Starts, Writes, arrange
from shared.domain.job import SendBatch
from shared.domain.messages.batch import BatchState
from shared.domain.messages.failure import Failure, FailureState
from shared.domain.messages.message import MessageState
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.ledger.reopen_fire import check_may_send, reopen_books_of, reopen_fire
from shared.usecases.ledger.summarize_fire import summarize_fire

LONGEST_VALUE = 10_000
_FIELD = re.compile(r"[a-z][a-z0-9_]*")


async def requeue_failure(
    runtime: Runtime, company_id: str, failure_id: str, corrections: dict[str, str]
) -> Failure:
    """Plan the failure's row again with `corrections` in place of its values, and queue the message.

    What the provider refused may be corrected too: that makes a new message, with `resend_of`.
    Raises InvalidInput when the corrected row fails again, Conflict when it cannot be queued any more.
    """
    _check(corrections)
    failure = await runtime.stores.failures.get(company_id, failure_id)
    if failure.fire_id is None:
        raise Conflict("A rejected row is mended in its file: upload the rejected-rows file, corrected.")
    fire = await runtime.stores.fires.get(company_id, failure.fire_id)
    content = await runtime.stores.campaign_contents.frozen(company_id, fire.campaign_id, fire.content_hash)
    values = {**await _values(runtime, company_id, failure, fire), **corrections}
    plan = _plan(runtime, content, failure, fire, values)
    now = runtime.now()
    soon = now + timedelta(seconds=runtime.settings.tick_interval_seconds)
    starts = Starts(now=now, reserved={}, rows_before=0, chunk_number=0, dispatch_until=soon)
    arranged = arrange(company_id, fire, content, [plan], starts)
    done, writes = await _store(runtime, company_id, failure, plan, arranged)
    due = [batch for batch in writes.batches if batch.state is BatchState.DISPATCHED]
    with faults.step("requeue_failure.publish" if due else None):
        await runtime.publisher.publish(
            [SendBatch(company_id=company_id, batch_id=batch.id, fire_id=batch.fire_id) for batch in due]
        )
    await summarize_fire(runtime, company_id, fire.id)
    return done


def _check(corrections: dict[str, str]) -> None:
    problems = [
        Problem(field=f"corrections.{name}", reason="is not the name of a field")
        for name in corrections
        if not _FIELD.fullmatch(name)
    ]
    problems += [
        Problem(field=f"corrections.{name}", reason=f"is longer than {LONGEST_VALUE:,} characters")
        for name, value in corrections.items()
        if len(value) > LONGEST_VALUE
    ]
    if problems:
        raise InvalidInput(*problems)


async def _values(runtime: Runtime, company_id: str, failure: Failure, fire: Fire) -> Mapping[str, str]:
    """The failed row's fields; those of a message that the provider refused are read from its file."""
    if failure.message_id is None or fire.file_id is None:
        return failure.values
    message = await runtime.stores.messages.get(company_id, failure.message_id)
    rows = await runtime.stores.row_chunks.rows(company_id, fire.file_id, message.chunk_number)
    return next((row.values for row in rows if row.number == message.row_number), {})


def _plan(
    runtime: Runtime, content: CampaignContent, failure: Failure, fire: Fire, values: dict[str, str]
) -> PlannedMessage:
    row = Row(number=failure.row_number, values=values)
    outcomes = Planner(content, runtime.now(), fire.fired_at).plan(row)
    outcome = next(outcome for outcome in outcomes if outcome.step.id == failure.step_id)
    if isinstance(outcome, PlannedFailure):
        raise InvalidInput.at(f"corrections.{outcome.field}", outcome.reason)
    return outcome


async def _store(
    runtime: Runtime, company_id: str, failure: Failure, plan: PlannedMessage, arranged: Arranged
) -> tuple[Failure, Writes]:
    """The message and the end of the failure in one transaction: the ledger holds throughout."""
    stores = runtime.stores
    tried: list[Writes] = []

    async def requeue(transaction: Transaction) -> tuple[Failure, Writes]:
        current = await stores.failures.get(company_id, failure.id, transaction)
        fire = await stores.fires.get(company_id, arranged.fire.id, transaction)
        campaign = await stores.campaigns.find(company_id, fire.campaign_id, transaction)
        writes = await _writes(runtime, company_id, plan, arranged, transaction)
        if tried and current.requeued_as == tried[0].messages[0].id:
            return current, tried[0]  # our own commit, applied though it reported an error
        if current.state is not FailureState.OPEN:
            raise Conflict("This failure was queued again already.")
        check_may_send(fire, campaign)
        if not writes.messages:
            raise Conflict("This row has this very message already: correct what was wrong with it.")
        tried[:] = [writes]
        message = replace(writes.messages[0], resend_of=failure.message_id)
        stores.messages.put(transaction, company_id, message.id, message)
        for batch in writes.batches:
            stores.batches.put(transaction, company_id, batch.id, batch)
        for claim in writes.claims.values():
            stores.text_claims.put(transaction, company_id, claim.id, claim)
        done = replace(current, state=FailureState.REQUEUED, requeued_as=message.id)
        stores.failures.put(transaction, company_id, failure.id, done)
        if message.state is MessageState.QUEUED:
            reopen_fire(runtime, company_id, transaction, fire, campaign)
        else:
            reopen_books_of(runtime, company_id, transaction, fire)
        return done, writes

    return await transact(stores.db, requeue, "requeue_failure")


async def _writes(
    runtime: Runtime, company_id: str, plan: PlannedMessage, arranged: Arranged, transaction: Transaction
) -> Writes:
    stores = runtime.stores
    existing = await stores.messages.find_many(company_id, arranged.message_ids(), transaction)
    claims = await stores.text_claims.find_many(company_id, arranged.claim_ids(), transaction)
    key = opt_out_id(plan.step.channel, plan.address)
    opt_out = await stores.opt_outs.find(company_id, key, transaction)
    is_refused = opt_out is not None and opt_out.is_active
    refused = {(plan.step.channel, plan.address.casefold())} if is_refused else set()
    return arranged.missing(existing, claims, set(), refused, is_canceled=False)
