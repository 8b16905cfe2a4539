"""An edit with many people inside: `python tests/bench/automations.py --count=50000` prints one JSON object.

They wait on a step whose wait is made longer: each is timed anew, in a process of its own, against the
emulator of Firestore.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve()
HOUR = 3600


async def measure(count: int) -> dict[str, Any]:
    """Start the emulators and have the work done beside them."""
    from tests.bench.intake import bench_runtime

    with tempfile.TemporaryDirectory() as name:
        async with bench_runtime(Path(name)) as (_, env):
            command = [sys.executable, str(HERE), f"--tree={Path.cwd()}", f"--count={count}", "--work"]
            done = subprocess.run(  # noqa: S603, ASYNC221 - our own program; nothing else is done meanwhile
                command, env=os.environ | env, stdout=subprocess.PIPE, check=True
            )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def waiting(count: int, now: datetime) -> Iterator[Any]:
    """So many enrollments that wait for an hour, since some minutes each."""
    from shared.domain.automations.enrollment import Completed, Enrollment, EnrollmentState, Way
    from shared.domain.ids import computed_id

    for number in range(count):
        since = now - timedelta(minutes=number % 50)
        until = since + timedelta(seconds=HOUR)
        yield Enrollment(
            id=computed_id("bench", number),
            automation_id="bench",
            contact_id=computed_id("contact", number),
            event_id=computed_id("event", number),
            entered_by="contact.tag_attached new",
            entered_at=since,
            state=EnrollmentState.ACTIVE,
            step_id="wait",
            way=Way(
                completed=(Completed(step_id="greet", at=since, outcome="done"),),
                since=since,
                waits_until=until,
            ),
            due_at=until,
            seen=1,
        )


async def work(count: int) -> dict[str, Any]:
    """Publish an automation, put so many on its wait, publish a longer wait, and move them."""
    from shared.domain.automations.automation import Definition
    from shared.domain.automations.bring_up import move_job
    from shared.domain.automations.steps import TagStep, WaitFor, WaitStep
    from shared.domain.automations.trigger import Happened
    from shared.domain.companies.company import Company
    from shared.domain.events.event import EventType
    from shared.domain.fires.fire_cost import Unit
    from shared.firestore.kit.transactions import commit_part
    from shared.metering import NO_FIRE, metered
    from shared.runtime import Runtime
    from shared.settings import Settings
    from shared.usecases.automations.move_enrollments import move_enrollments
    from shared.usecases.automations.publish_automation import publish_automation
    from shared.usecases.automations.save_automation import create_automation, edit_automation
    from tests.bench.intake import COMPANY, peak_mib

    def definition(seconds: int) -> Definition:
        steps = (
            TagStep(id="greet", tag="greeted"),
            WaitStep(id="wait", wait=WaitFor(seconds=seconds)),
            TagStep(id="late", tag="late"),
        )
        triggers = (Happened(event=EventType.TAG_ATTACHED, what="new"),)
        return Definition(triggers=triggers, steps=steps)

    runtime = Runtime(Settings.from_process())
    runtime.do_jobs_here(_nothing)
    stores = runtime.stores
    company = Company(
        id=COMPANY, name="Bench", created_at=runtime.now(), time_zone="UTC", default_region="US"
    )
    await stores.companies.add(company)
    await create_automation(runtime, COMPANY, "bench", "Bench", definition(HOUR))
    await publish_automation(runtime, COMPANY, "bench")
    every = list(waiting(count, runtime.now()))
    gate = asyncio.Semaphore(4)

    async def put(part: list[Any]) -> None:
        async with gate:
            await commit_part(
                stores.db,
                part,
                lambda writer, one: stores.automation_enrollments.create(writer, COMPANY, one.id, one),
            )

    await asyncio.gather(*(put(every[first : first + 500]) for first in range(0, count, 500)))
    await edit_automation(runtime, COMPANY, "bench", "Bench", definition(2 * HOUR))
    await publish_automation(runtime, COMPANY, "bench")
    newest = max((await stores.automation_versions.page(COMPANY, limit=9)).items, key=lambda one: one.number)
    began, jobs, done = time.monotonic(), 0, newest
    with metered() as meter:
        while done.moving is None or not done.moving.is_done:  # a job ends after some minutes
            await move_enrollments(runtime, move_job(COMPANY, newest))
            done, jobs = await stores.automation_versions.get(COMPANY, newest.id), jobs + 1
    seconds = time.monotonic() - began
    assert done.moving.moved == count
    used = meter[NO_FIRE]
    return {
        "waiting": count,
        "jobs": jobs,
        "seconds": round(seconds, 1),
        "reads_a_contact": round(used[Unit.READS] / count, 3),
        "writes_a_contact": round(used[Unit.WRITES] / count, 3),
        "peak_mib": peak_mib(),
    }


async def _nothing(_: object) -> None:
    """Nobody goes on: the jobs are not what is measured."""


def main() -> None:
    """Measure once and print the result."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tree", type=Path, default=HERE.parents[2])
    parser.add_argument("--count", type=int, default=50_000)
    parser.add_argument("--work", action="store_true", help="for the process that is measured")
    options = parser.parse_args()
    os.chdir(options.tree)
    sys.path.insert(0, str(options.tree))
    print(json.dumps(asyncio.run((work if options.work else measure)(options.count))))


if __name__ == "__main__":
    main()
