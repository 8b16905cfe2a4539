"""What a change would do, found by its worker: `python tests/bench/sequence_effect.py --people=50000`.

So many people, over 200 mailboxes, are stored in Firestore's emulator with their emails. The worker reads
them, makes the plan as it would be, and keeps the numbers: in a process of its own, from the job to the
answer. What it says is held against the plan that is made of the same people without any storage. It prints
one JSON object.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve()
CHANGES = ("mailbox paused", "capacity raised", "step added", "holidays")
TOGETHER, WRITERS = 500, 4  # writes in a commit, and commits at once


async def measure(people: int, mailboxes: int) -> dict[str, Any]:
    """Start the emulators and have the work done beside them."""
    from tests.bench.intake import bench_runtime

    with tempfile.TemporaryDirectory() as name:
        async with bench_runtime(Path(name)) as (_, env):
            sizes = f"--people={people}", f"--mailboxes={mailboxes}"
            command = [sys.executable, str(HERE), f"--tree={Path.cwd()}", *sizes, "--work"]
            done = subprocess.run(  # noqa: S603, ASYNC221 - our own program; nothing else is done meanwhile
                command, env=os.environ | env, stdout=subprocess.PIPE, check=True
            )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


async def work(people: int, mailboxes: int) -> dict[str, Any]:
    """Store everything, and have the worker find the effect of some changes, one after the other."""
    from shared.domain.fires.fire_cost import Unit
    from shared.domain.sequences.work import make_plan
    from shared.metering import NO_FIRE, metered
    from shared.runtime import Runtime
    from shared.settings import Settings
    from tests.bench.intake import peak_mib
    from tests.bench.sequence_world import NOW, a_world
    from tests.bench.sequences import changes

    runtime = Runtime(Settings.from_process())
    runtime.now = lambda: NOW
    world = a_world(people, mailboxes)
    world = world.planned(make_plan(world.work, world.emails, is_replanned=False, brings_forward=False))
    await _store(runtime, world)
    found: dict[str, Any] = {"people": people, "mailboxes": mailboxes}
    with metered() as meter:
        for name in CHANGES:
            found[name] = await _foresee(runtime, world, changes()[name])
    reads = meter[NO_FIRE][Unit.READS]
    return found | {"reads_a_person": round(reads / len(CHANGES) / people, 2), "peak_mib": peak_mib()}


async def _foresee(runtime: Any, world: Any, what: Any) -> dict[str, Any]:
    from shared.domain.job import ForeseeChange
    from shared.domain.sequences.plan_effect import EffectState, effect_asked
    from shared.domain.sequences.what_if import applied
    from shared.usecases.sequences.foresee_change import foresee_change
    from tests.bench.sequences import replanned

    company_id, effects = world.work.company.id, runtime.stores.plan_effects
    asked = effect_asked("asked", what, applied(world.work, what)[0], runtime.now())
    await effects.save(company_id, asked.id, asked)
    began = time.monotonic()
    await foresee_change(runtime, ForeseeChange(company_id=company_id, effect_id=asked.id))
    seconds = time.monotonic() - began
    done = await effects.get(company_id, asked.id)
    assert done.state is EffectState.DONE, done.note
    _, made, _, _ = replanned(world, what)
    assert (done.found.moved, done.found.unplaced) == (len(made.moved), len(made.plan.unplaced))
    return {"seconds": round(seconds, 1), "moved": done.found.moved, "rewritten": done.found.rewritten}


async def _store(runtime: Any, world: Any) -> None:
    stores, work = runtime.stores, world.work
    await stores.companies.add(work.company)
    for collection, records in (
        (stores.sequences, work.sequences.values()),
        (stores.mailboxes, work.mailboxes.values()),
        (stores.senders, work.senders.values()),
        (stores.sequence_plans, [work.plan]),
        (stores.enrollments, world.people.values()),
        (stores.scheduled_emails, world.emails),
    ):
        await _put(runtime, work.company.id, collection, records)


async def _put(runtime: Any, company_id: str, collection: Any, records: Iterable[Any]) -> None:
    from shared.firestore.kit.transactions import commit_part

    gate, every = asyncio.Semaphore(WRITERS), list(records)

    async def put(part: list[Any]) -> None:
        async with gate:
            await commit_part(
                runtime.stores.db,
                part,
                lambda writer, one: collection.create(writer, company_id, one.id, one),
            )

    await asyncio.gather(*(put(every[first : first + TOGETHER]) for first in range(0, len(every), TOGETHER)))


def main() -> None:
    """Measure once and print the result."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tree", type=Path, default=HERE.parents[2])
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--mailboxes", type=int, default=200)
    parser.add_argument("--work", action="store_true", help="for the process that is measured")
    options = parser.parse_args()
    os.chdir(options.tree)
    sys.path.insert(0, str(options.tree))
    act = work if options.work else measure
    print(json.dumps(asyncio.run(act(options.people, options.mailboxes))))


if __name__ == "__main__":
    main()
