"""This process's runtime, built once from its environment."""

from functools import cache

from shared import log, tracing
from shared.runtime import Runtime
from shared.settings import Settings


@cache
def current_runtime() -> Runtime:
    """The runtime of this process. Raises SettingsError naming everything wrong in the environment."""
    settings = Settings.from_process()
    log.configure(settings.log_level)
    log.conceal((settings.signing_key, settings.caller_token, *settings.link_keys))
    tracing.configure(settings)
    runtime = Runtime(settings)
    if settings.bus == "inline":
        from shared.usecases.run_job import run_job

        runtime.do_jobs_here(lambda job: run_job(runtime, job))
    return runtime
