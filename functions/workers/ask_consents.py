"""Topic ask-consents: somebody may have joined a list that asks for double opt-in."""

from functions.triggers import worker
from shared.domain.job import AskConsents
from shared.runtime import Runtime
from shared.usecases.answers import ask_consents as usecase


@worker(AskConsents)
async def ask_consents(runtime: Runtime, job: AskConsents) -> None:
    """Ask the company's people who were not asked yet."""
    await usecase.ask_consents(runtime, job)
