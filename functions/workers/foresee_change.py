"""Topic foresee-change: somebody wants to know what a change of sequences would do."""

from functions.triggers import worker
from shared.domain.job import ForeseeChange
from shared.runtime import Runtime
from shared.usecases.sequences import foresee_change as usecase


@worker(ForeseeChange)
async def foresee_change(runtime: Runtime, job: ForeseeChange) -> None:
    """Find the effect of the change that the job names."""
    await usecase.foresee_change(runtime, job)
