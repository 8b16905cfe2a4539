"""Topic forget-person: go on deleting what a company holds about a person."""

from functions.triggers import worker
from shared.domain.job import ForgetPerson
from shared.runtime import Runtime
from shared.usecases.contacts import forget_person as usecase


@worker(ForgetPerson)
async def forget_person(runtime: Runtime, job: ForgetPerson) -> None:
    """Go on with the deletion that the job names."""
    await usecase.forget_person(runtime, job)
