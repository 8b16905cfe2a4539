"""What is tried with each kind of work that goes on for days: jobs and ticks too often, commits, deaths."""

import asyncio
from collections.abc import Callable, Iterator
from functools import partial

import grpc

from tests.faults import disturbances
from tests.faults.disturbances import Passage
from tests.faults.grpc_proxy import Failing
from tests.faults.laboratory import Laboratory
from tests.faults.scenario import LEAVES_UNKNOWN, MOMENTS, Disturb, Scenario
from tests.faults.trial import Trial


async def five_ticks(lab: Laboratory, trial: Trial, advance: str) -> None:
    """Every tick five times at once, again and again; `advance` is the one that moves this kind on."""

    async def tick() -> None:
        for _ in range(20):
            names = (advance, "dispatch_due_batches", "sweep_stalled_work")
            await asyncio.gather(*(lab.stack.tick_now(name) for name in names for _ in range(5)))

    trial.meanwhile(tick())


def of_kind(
    kind: str, make: Callable[..., Scenario], repeat_jobs: Disturb, advance: str
) -> Iterator[Scenario]:
    """Jobs that come often, ticks at once, commits that are unsure, workers that die while they send."""
    yield make(name=f"{kind}, every job three times, shuffled", disturb=repeat_jobs)
    ticks = partial(five_ticks, advance=advance)
    yield make(name=f"{kind}, ticks fired five times at once", disturb=ticks)
    for moment in MOMENTS:
        failing = Failing(code=grpc.StatusCode.ABORTED, moment=moment, methods=("Commit",), every=3)
        yield make(
            name=f"{kind}, every third commit ABORTED {moment} it applied",
            disturb=partial(disturbances.fail_firestore, failing),
        )
    passages: tuple[Passage, ...] = (
        ("intend_messages", "after"),
        ("send_batch.call", "after"),
        ("close_batch", "before"),
    )
    for passage in passages:
        yield make(
            name=f"{kind}, kill {passage[1]} {passage[0]}",
            disturb=partial(disturbances.kill, [passage], replies=False),
            may_be_unknown=passage in LEAVES_UNKNOWN,
        )
