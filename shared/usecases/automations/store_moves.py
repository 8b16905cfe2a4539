"""Store what a round does, in one transaction: enrollments, and what their steps make.

An enrollment that another worker moved meanwhile, or whose automation was edited or paused, is left alone.
"""

import asyncio
from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from shared.domain.automations.enrollment import (
    EndReason,
    Enrollment,
    EnrollmentState,
    completing,
    ended,
)
from shared.domain.automations.move import Move
from shared.domain.automations.moving import advanced, begun_wait, entry_refusal
from shared.domain.automations.notices import circle_notice, hand_over_notice
from shared.domain.automations.steps import EndStep, HandOverStep, WaitStep
from shared.domain.events.webhook_endpoint import deliver_job
from shared.domain.fires.notice import Notice
from shared.domain.job import Job
from shared.domain.messages.batch import BatchState, send_job
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.firestore.queries.automations import ENROLLMENTS_OF_CONTACT
from shared.runtime import Runtime
from shared.usecases.automations.load_round import Round
from shared.usecases.automations.make_webhooks import Webhooks, make_webhooks
from shared.usecases.automations.plan_sends import PlannedSends
from shared.usecases.automations.put_sends import Sent, put_sends
from shared.usecases.outbox.find_heard import looked_after

LOOKED_AT = 50  # earlier enrollments of a contact in the automation


class _Made(Struct, kw_only=True):
    """What is to be written, and announced afterwards."""

    changed: list[tuple[Enrollment, Enrollment]] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)


async def store_moves(
    runtime: Runtime, company_id: str, round: Round, moves: Sequence[Move], planned: Sequence[PlannedSends]
) -> list[Job]:
    """Store the moves that still hold; the jobs that are to be announced then."""

    async def store(transaction: Transaction) -> list[Job]:
        live = await _still_hold(runtime, round, transaction, moves)
        others = await _others(runtime, round, transaction, live)
        sent = [await _read_sends(runtime, round, transaction, one, live) for one in planned]
        webhooks = await make_webhooks(runtime, company_id, round, transaction, live)
        made = _Made()
        outcomes = {
            **webhooks.outcomes,
            **{key: value for one in sent for key, value in one.outcomes.items()},
        }
        for move in live:
            _decide(round, move, others, outcomes, made)
        _write(runtime, round, transaction, made, sent, webhooks)
        return made.jobs

    return await transact(runtime.stores.db, store, "run_automation.commit")


async def _still_hold(
    runtime: Runtime, round: Round, transaction: Transaction, moves: Sequence[Move]
) -> list[Move]:
    stores, company_id = runtime.stores, round.company.id
    automation = await stores.automations.find(company_id, round.automation.id, transaction)
    if automation is None or not automation.moves or automation.version != round.automation.version:
        return []
    ids = [move.before.id for move in moves]
    stored = await stores.automation_enrollments.find_many(company_id, ids, transaction)
    return [
        move
        for move in moves
        if (now := stored.get(move.before.id)) is not None and now.revision == move.before.revision
    ]


async def _others(
    runtime: Runtime, round: Round, transaction: Transaction, moves: Sequence[Move]
) -> dict[str, list[Enrollment]]:
    """Of those who enter: the other enrollments that the contact has in the automation."""
    entering = [move.before for move in moves if move.before.state is EnrollmentState.ENTERED]

    async def read(one: Enrollment) -> list[Enrollment]:
        found = await runtime.stores.automation_enrollments.some(
            round.company.id,
            ENROLLMENTS_OF_CONTACT,
            one.automation_id,
            one.contact_id,
            limit=LOOKED_AT,
            transaction=transaction,
        )
        return [each for each in found if each.id != one.id]

    several = await asyncio.gather(*map(read, entering))
    return {one.id: found for one, found in zip(entering, several, strict=True)}


async def _read_sends(
    runtime: Runtime, round: Round, transaction: Transaction, planned: PlannedSends, live: Sequence[Move]
) -> Sent:
    ids, company_id = {move.before.id for move in live}, round.company.id
    # Only an edit brings a step back to somebody who got its message.
    is_edited = round.automation.version > 1
    before = await planned.stored(runtime, company_id, transaction, ids) if is_edited else {}
    writes = await planned.writes(runtime, company_id, transaction, ids, before)
    known = await runtime.stores.fires.find(company_id, planned.fire.id, transaction)
    return Sent(
        fire=planned.fire if known is None and ids else None, writes=writes, before=[*before.values()]
    )


def _decide(
    round: Round,
    move: Move,
    others: Mapping[str, list[Enrollment]],
    outcomes: Mapping[str, tuple[str, str]],
    made: _Made,
) -> None:
    """What becomes of one enrollment."""
    before, now = move.before, round.now
    if before.contact_id not in round.contacts:
        after = ended(before, EndReason.CONTACT_GONE, now)
    elif move.brought is not None:
        after = move.brought
    elif before.state is EnrollmentState.ENTERED:
        after = _entered(round, before, [*others[before.id], *_just_begun(made, before)], made)
    elif move.step is None:
        after = advanced(before, round.definition_of(before).steps, now)
    elif move.is_waiting and isinstance(move.step, WaitStep):
        after = begun_wait(before, move.step, round.person(before))
    else:
        after = _completed(round, move, outcomes, made)
    made.changed.append((before, after))


def _just_begun(made: _Made, entering: Enrollment) -> list[Enrollment]:
    """Those of the same contact that enter in this very round."""
    return [after for _, after in made.changed if after.contact_id == entering.contact_id]


def _entered(round: Round, before: Enrollment, others: Sequence[Enrollment], made: _Made) -> Enrollment:
    definition = round.definition_of(before)
    refusal = entry_refusal(definition.reentry, others, round.now)
    if refusal is EndReason.TOO_OFTEN:
        made.notices.append(circle_notice(round.automation, before, round.now))
    if refusal is not None:
        return ended(before, refusal, round.now)
    return advanced(before, definition.steps, round.now)


def _completed(round: Round, move: Move, outcomes: Mapping[str, tuple[str, str]], made: _Made) -> Enrollment:
    before, now = move.before, round.now
    outcome, record_id = outcomes.get(before.id, (move.outcome or "done", ""))
    if isinstance(move.step, HandOverStep):
        notice = hand_over_notice(round.automation, before, move.step.text, now)
        made.notices.append(notice)
        record_id = notice.id
    done = completing(before, outcome, now, record_id)
    if isinstance(move.step, EndStep):
        return ended(done, EndReason.COMPLETED, now)
    return advanced(done, round.definition_of(before).steps, now)


def _write(
    runtime: Runtime,
    round: Round,
    transaction: Transaction,
    made: _Made,
    sent: Sequence[Sent],
    webhooks: Webhooks,
) -> None:
    stores, company_id, now = runtime.stores, round.company.id, runtime.now()
    for before, after in made.changed:
        is_queued = after.state is EnrollmentState.ACTIVE and after.waits_until is None
        due_at = now + looked_after(runtime) if is_queued else after.due_at
        seen = after.version or round.automation.version
        stored = replace(after, revision=before.revision + 1, due_at=due_at, seen=seen)
        stores.automation_enrollments.put_changed(transaction, company_id, before.id, before, stored)
    for notice in made.notices:
        stores.notices.put(transaction, company_id, notice.id, notice)
    for one in sent:
        put_sends(runtime, company_id, transaction, one)
        due = [batch for batch in one.writes.batches if batch.state is BatchState.DISPATCHED]
        made.jobs += [send_job(batch) for batch in due]
    webhooks.put(runtime, company_id, transaction)
    made.jobs += [deliver_job(company_id, one) for one in webhooks.endpoints]
