"""Topic move-enrollments: bring who stands on steps that an edit concerns up to a version."""

from functions.triggers import worker
from shared.domain.job import MoveEnrollments
from shared.runtime import Runtime
from shared.usecases.automations import move_enrollments as usecase


@worker(MoveEnrollments)
async def move_enrollments(runtime: Runtime, job: MoveEnrollments) -> None:
    """Bring them up, a page at a time."""
    await usecase.move_enrollments(runtime, job)
