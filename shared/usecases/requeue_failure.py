"""Correct a failed row and queue it again."""

import re
from dataclasses import replace
from datetime import timedelta

from shared.domain.batch import BatchState
from shared.domain.errors import Conflict, InvalidInput, Problem
from shared.domain.failure import Failure, FailureState
from shared.domain.file import Row
from shared.domain.fire import Fire, FireState
from shared.domain.job import SendBatch
from shared.domain.message import MessageState
from shared.domain.opt_out import opt_out_id
from shared.domain.planning import PlannedFailure, PlannedMessage, Planner
from shared.domain.queueing import Starts, Writes, arrange
from shared.firestore.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.freeze_content import content_of
from shared.usecases.summarize_fire import summarize_fire

LONGEST_VALUE = 10_000
_FIELD = re.compile(r"[a-z][a-z0-9_]*")


async def requeue_failure(
    runtime: Runtime, company_id: str, failure_id: str, corrections: dict[str, str]
) -> Failure:
    """Plan the failure's row again with `corrections` in place of its values, and queue the message.

    Raises InvalidInput when the corrected row fails again, Conflict when it cannot be queued any more.
    """
    failure = await runtime.stores.failures.get(company_id, failure_id)
    if failure.fire_id is None:
        raise Conflict("A rejected row is mended in its file: upload the rejected-rows file, corrected.")
    if failure.message_id is not None:
        raise Conflict("The provider refused this message for good; it is not sent again.")
    fire = await runtime.stores.fires.get(company_id, failure.fire_id)
    plan = await _plan(runtime, company_id, failure, fire, corrections)
    return await _store(runtime, company_id, failure, fire, plan)


async def _plan(
    runtime: Runtime, company_id: str, failure: Failure, fire: Fire, corrections: dict[str, str]
) -> PlannedMessage:
    _check(corrections)
    content = await content_of(runtime, company_id, fire.campaign_id, fire.content_hash)
    row = Row(number=failure.row_number, values={**failure.values, **corrections})
    outcomes = Planner(content, runtime.now(), fire.fired_at).plan(row)
    outcome = next(outcome for outcome in outcomes if outcome.step.id == failure.step_id)
    if isinstance(outcome, PlannedFailure):
        raise InvalidInput.at(f"corrections.{outcome.field}", outcome.reason)
    return outcome


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


async def _store(
    runtime: Runtime, company_id: str, failure: Failure, fire: Fire, plan: PlannedMessage
) -> Failure:
    """The message and the end of the failure in one transaction: the ledger holds throughout."""
    stores, now = runtime.stores, runtime.now()
    content = await content_of(runtime, company_id, fire.campaign_id, fire.content_hash)
    soon = now + timedelta(seconds=runtime.settings.tick_interval_seconds)
    starts = Starts(now=now, reserved={}, rows_before=0, dispatch_until=soon)
    arranged = arrange(company_id, fire, content, [plan], starts)

    async def requeue(transaction: Transaction) -> tuple[Failure, Writes]:
        current = await stores.failures.get(company_id, failure.id, transaction)
        control = await stores.fires.get(company_id, fire.id, transaction)
        existing = await stores.messages.find_many(company_id, arranged.message_ids(), transaction)
        claims = await stores.text_claims.find_many(company_id, arranged.claim_ids(), transaction)
        key = opt_out_id(plan.step.channel, plan.address)
        opt_out = await stores.opt_outs.find(company_id, key, transaction)
        if current.state is not FailureState.OPEN:
            raise Conflict("This failure was queued again already.")
        if control.state is FireState.CANCELED:
            raise Conflict("The campaign was canceled; nothing of it is sent any more.")
        is_refused = opt_out is not None and opt_out.is_active
        refused = {(plan.step.channel, plan.address.casefold())} if is_refused else set()
        writes = arranged.missing(existing, claims, set(), refused, is_canceled=False)
        if not writes.messages:
            raise Conflict("This row has a message already.")
        for batch in writes.batches:
            stores.batches.put(transaction, company_id, batch.id, batch)
        for message in writes.messages:
            stores.messages.put(transaction, company_id, message.id, message)
        for claim in writes.claims.values():
            stores.text_claims.put(transaction, company_id, claim.id, claim)
        done = replace(current, state=FailureState.REQUEUED, requeued_as=writes.messages[0].id)
        stores.failures.put(transaction, company_id, failure.id, done)
        if control.is_closed and writes.messages[0].state is MessageState.QUEUED:
            stores.fires.put(transaction, company_id, fire.id, replace(control, is_closed=False))
        return done, writes

    done, writes = await transact(stores.db, requeue)
    jobs = [
        SendBatch(company_id=company_id, batch_id=batch.id)
        for batch in writes.batches
        if batch.state is BatchState.DISPATCHED
    ]
    await runtime.publisher.publish(jobs)
    await summarize_fire(runtime, company_id, fire.id)
    return done
