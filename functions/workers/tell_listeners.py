"""Topic tell-listeners: tell whoever listens of what happened in a company."""

from functools import partial

from functions.triggers import worker
from shared.domain.job import TellListeners
from shared.rounds import Rounds
from shared.runtime import Runtime
from shared.usecases.webhooks import tell_listeners as usecase

GATHERED_SECONDS = 0.3  # changes come in bursts, and one job tells all that wait
GATHERED_JOBS = 1_000

_rounds: Rounds[None] = Rounds(GATHERED_SECONDS, GATHERED_JOBS)


@worker(TellListeners)
async def tell_listeners(runtime: Runtime, job: TellListeners) -> None:
    """Tell everything of the company that waits, once for all jobs that come just now."""
    tell = partial(usecase.tell_listeners, runtime, job)
    await _rounds.join(job.company_id, [None], lambda _: tell())
