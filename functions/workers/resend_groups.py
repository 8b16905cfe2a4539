"""Topic resend-groups: messages of a fire are to be sent again to those whom they did not reach."""

from functions.triggers import worker
from shared.domain.job import ResendGroups
from shared.runtime import Runtime
from shared.usecases.fires import resend_groups as usecase


@worker(ResendGroups)
async def resend_groups(runtime: Runtime, job: ResendGroups) -> None:
    """Go on with the resend that the job names."""
    await usecase.resend_groups(runtime, job)
