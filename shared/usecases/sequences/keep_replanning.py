"""Keep how far the people of a change were moved, under the lease of whoever moves them."""

from datetime import timedelta

from shared.domain.lease import LeaseLost
from shared.domain.record import replace
from shared.domain.sequences.plan_change import Replanning
from shared.domain.sequences.sequence_plan import PLAN_ID, SequencePlan
from shared.domain.sequences.work import Work
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime


async def keep_replanning(runtime: Runtime, company_id: str, work: Work, **changes: object) -> Work:
    """The work with these fields of its Replanning changed and stored, and the lease renewed.

    A change that came meanwhile begins anew by itself: then nothing is kept. Raises LeaseLost.
    """
    plans, ours = runtime.stores.sequence_plans, work.plan.replanning
    if ours is None:
        return work
    kept = replace(ours, **changes)  # type: ignore[arg-type]  # fields of Replanning

    async def keep(transaction: Transaction) -> SequencePlan:
        current = await plans.get(company_id, PLAN_ID, transaction)
        if current.lease_token != work.plan.lease_token:
            raise LeaseLost
        until = runtime.now() + timedelta(seconds=runtime.settings.lease_seconds)
        renewed = replace(current, lease_until=until, due_at=until)
        if _is_same(current.replanning, ours):
            renewed = replace(renewed, replanning=kept)
        plans.put_changed(transaction, company_id, PLAN_ID, current, renewed)
        return replace(work.plan, replanning=kept)

    return replace(work, plan=await transact(runtime.stores.db, keep))


def _is_same(current: Replanning | None, ours: Replanning) -> bool:
    """Whether no other change was merged into it."""
    return current is not None and current.number == ours.number
