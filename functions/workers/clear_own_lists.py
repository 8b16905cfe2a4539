"""Topic clear-own-lists: take who returned to a company off the lists that its providers keep."""

from functions.triggers import worker
from shared.domain.job import ClearOwnLists
from shared.runtime import Runtime
from shared.usecases.contacts import clear_own_lists as usecase


@worker(ClearOwnLists)
async def clear_own_lists(runtime: Runtime, job: ClearOwnLists) -> None:
    """Ask the providers of the job's company."""
    await usecase.clear_own_lists(runtime, job)
