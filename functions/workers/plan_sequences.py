"""Topic plan-sequences: a company's sequences have something to plan or to send."""

from functions.triggers import worker
from shared.domain.job import PlanSequences
from shared.runtime import Runtime
from shared.usecases.sequences import plan_sequences as usecase


@worker(PlanSequences)
async def plan_sequences(runtime: Runtime, job: PlanSequences) -> None:
    """Go on with the plan of the company that the job names."""
    await usecase.plan_sequences(runtime, job)
