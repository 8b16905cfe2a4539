"""Topic run-automation: have some enrollments of an automation go on."""

from functions.triggers import worker
from shared.domain.job import RunAutomation
from shared.runtime import Runtime
from shared.usecases.automations import run_automation as usecase


@worker(RunAutomation)
async def run_automation(runtime: Runtime, job: RunAutomation) -> None:
    """Run the steps that are due for these enrollments."""
    await usecase.run_automation(runtime, job)
