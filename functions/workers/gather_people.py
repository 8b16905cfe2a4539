"""Topic gather-people: a fire is for contacts, find them."""

from functions.triggers import worker
from shared.domain.job import GatherPeople
from shared.runtime import Runtime
from shared.usecases.fires import gather_people as usecase


@worker(GatherPeople)
async def gather_people(runtime: Runtime, job: GatherPeople) -> None:
    """Find the people of the fire that the job names."""
    await usecase.gather_people(runtime, job)
