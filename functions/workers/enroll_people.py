"""Topic enroll-people: people are brought into a sequence."""

from functions.triggers import worker
from shared.domain.job import EnrollPeople
from shared.runtime import Runtime
from shared.usecases.sequences import enroll_people as usecase


@worker(EnrollPeople)
async def enroll_people(runtime: Runtime, job: EnrollPeople) -> None:
    """Go on with the enrolling that the job names."""
    await usecase.enroll_people(runtime, job)
