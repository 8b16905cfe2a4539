"""Have a company's sequences planned soon, as something of them has changed."""

from shared.domain.record import replace
from shared.domain.sequences.plan_change import PlanChange, merged
from shared.domain.sequences.sequence_plan import PLAN_ID, SequencePlan, plan_job
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs


async def ask_plan(runtime: Runtime, company_id: str) -> None:
    """Note that it is to be planned, and announce it. Lost, the tick finds it."""

    async def ask(transaction: Transaction) -> None:
        asked = await asked_plan(runtime, company_id, None, transaction)
        runtime.stores.sequence_plans.put(transaction, company_id, PLAN_ID, asked)

    await transact(runtime.stores.db, ask, "ask_plan")
    await announce_plan(runtime, company_id)


async def asked_plan(
    runtime: Runtime, company_id: str, change: PlanChange | None, transaction: Transaction
) -> SequencePlan:
    """The plan as it is to be stored by the transaction that changes something of it."""
    now = runtime.now()
    plan = await runtime.stores.sequence_plans.find(company_id, PLAN_ID, transaction)
    plan = plan or SequencePlan(heard_until=now)
    asked = replace(plan, is_active=True, asked_at=now, due_at=now)
    return replace(asked, replanning=merged(plan.replanning, change, now)) if change else asked


async def announce_plan(runtime: Runtime, company_id: str) -> None:
    """Announce that the plan was asked for."""
    await announce_jobs(runtime, [plan_job(company_id)], "ask_plan.publish")
