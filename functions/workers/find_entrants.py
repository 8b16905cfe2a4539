"""Topic find-entrants: find the contacts who enter an automation as a date of theirs comes."""

from functions.triggers import worker
from shared.domain.job import FindEntrants
from shared.runtime import Runtime
from shared.usecases.automations import find_entrants as usecase


@worker(FindEntrants)
async def find_entrants(runtime: Runtime, job: FindEntrants) -> None:
    """Look through all contacts."""
    await usecase.find_entrants(runtime, job)
