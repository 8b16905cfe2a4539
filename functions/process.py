"""This process's runtime, built once from its environment."""

from functools import cache
from typing import TYPE_CHECKING

from shared import log, tracing
from shared.runtime import Runtime
from shared.settings import Settings

if TYPE_CHECKING:
    from shared.domain.job import Job


@cache
def current_runtime() -> Runtime:
    """The runtime of this process. Raises SettingsError naming everything wrong in the environment."""
    settings = Settings.from_process()
    log.configure(settings.log_level)
    log.conceal((settings.signing_key, settings.caller_token, *settings.link_keys))
    tracing.configure(settings)
    runtime = Runtime(settings)
    if settings.bus == "inline":
        runtime.do_jobs_here(lambda job: _run_here(runtime, job, None))
    elif settings.fallback_jobs:
        runtime.fall_back_to(
            lambda job: _run_here(runtime, job, settings.fallback_jobs),
            lambda is_failing: _note_queue(runtime, is_failing),
        )
    return runtime


async def _run_here(runtime: Runtime, job: "Job", most_jobs: int | None) -> None:
    from shared.usecases.run_here import run_here  # of use cases only these pay for it

    await run_here(runtime, job, most_jobs=most_jobs)


async def _note_queue(runtime: Runtime, is_failing: bool) -> None:
    from shared.usecases.upkeep.note_queue import note_queue

    await note_queue(runtime, is_failing)
