"""Have a company's sequences planned soon, as something of them has changed."""

from dataclasses import replace

from shared.domain.sequences.sequence_plan import PLAN_ID, SequencePlan, plan_job
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs


async def ask_plan(runtime: Runtime, company_id: str) -> None:
    """Note that it is to be planned, and announce it. Lost, the tick finds it."""
    plans = runtime.stores.sequence_plans

    async def ask(transaction: Transaction) -> None:
        now = runtime.now()
        plan = await plans.find(company_id, PLAN_ID, transaction) or SequencePlan(heard_until=now)
        asked = replace(plan, is_active=True, asked_at=now, due_at=now)
        plans.put(transaction, company_id, PLAN_ID, asked)

    await transact(runtime.stores.db, ask, "ask_plan")
    await announce_jobs(runtime, [plan_job(company_id)], "ask_plan.publish")
