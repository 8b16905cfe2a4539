"""One worker at a time works on a company's plan, under a lease; what it writes is fenced by its token."""

from collections.abc import Mapping
from datetime import datetime

from shared.domain.lease import LeaseLost
from shared.domain.record import replace
from shared.domain.sequences.plan_change import Replanning
from shared.domain.sequences.sequence_plan import LOOK_AGAIN, PLAN_ID, SequencePlan
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.take_lease import take_lease


async def claim_plan(runtime: Runtime, company_id: str) -> SequencePlan | None:
    """Lease the plan; None when there is none, or another worker is at it."""
    plans = runtime.stores.sequence_plans
    return await take_lease(runtime, company_id, plans, PLAN_ID, "claim_plan.lease")


async def check_plan(runtime: Runtime, company_id: str, token: str | None, transaction: Transaction) -> None:
    """As part of a transaction that writes by the plan. Raises LeaseLost when another worker is at it."""
    plan = await runtime.stores.sequence_plans.find(company_id, PLAN_ID, transaction)
    if plan is None or plan.lease_token != token:
        raise LeaseLost


async def release_plan(
    runtime: Runtime,
    company_id: str,
    plan: SequencePlan,
    *,
    is_active: bool,
    is_unfinished: bool,
    began_at: datetime,
    **came_to: object,
) -> bool:
    """Give the lease back with what the work `came_to`. True when there is more to be done at once.

    That is so when somebody has asked since it `began_at`, when people are still to be moved, and when the
    plan `is_unfinished`.
    Raises LeaseLost.
    """
    plans = runtime.stores.sequence_plans

    async def release(transaction: Transaction) -> bool:
        now = runtime.now()
        current = await plans.get(company_id, PLAN_ID, transaction)
        if current.lease_token != plan.lease_token:
            raise LeaseLost
        current = replace(current, replanning=_ended(current.replanning, plan.replanning, came_to, now))
        is_asked = current.asked_at is not None and current.asked_at > began_at
        is_asked = is_asked or current.is_changing or is_unfinished
        facts = {
            "is_active": is_active or is_asked,
            "due_at": now if is_asked else now + LOOK_AGAIN,
            "lease_until": None,
            "attempt": 0,
        } | came_to
        plans.put(transaction, company_id, PLAN_ID, replace(current, **facts))  # type: ignore[arg-type]
        return is_asked

    return await transact(runtime.stores.db, release, "claim_plan.release")


def _ended(
    current: Replanning | None, ours: Replanning | None, came_to: Mapping[str, object], now: datetime
) -> Replanning | None:
    """The change at its end, when everybody was looked at and planned, and no other one came meanwhile."""
    if current is None or ours is None or not current.is_open:
        return current
    is_done = current.number == ours.number and not current.sequence_ids and "planned_at" in came_to
    return replace(current, ended_at=now) if is_done else current
