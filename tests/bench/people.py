"""Imports, segments and audiences: `python tests/bench/people.py --count=100000` prints one JSON object.

A file of so many contacts is imported; segments over tags, consent and activity are counted; an audience of
three segments with exclusions is gathered. Each runs in a process of its own, which tells its peak of memory.
"""

import argparse
import asyncio
import csv
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve()
PARTS = ("contact_imports", "activity", "segments", "audience")


async def measure(count: int) -> dict[str, Any]:
    """Start the emulators, and have one part after the other done beside them."""
    from tests.bench.intake import bench_runtime

    found: dict[str, Any] = {"contacts": count}
    with tempfile.TemporaryDirectory() as name:
        async with bench_runtime(Path(name)) as (_, env):
            for part in PARTS:
                command = [
                    sys.executable,
                    str(HERE),
                    f"--tree={Path.cwd()}",
                    f"--count={count}",
                    f"--part={part}",
                ]
                done = subprocess.run(  # noqa: S603, ASYNC221 - our own program; nothing else is done meanwhile
                    command, env=os.environ | env, stdout=subprocess.PIPE, check=True
                )
                told = json.loads(done.stdout)
                found |= {f"{part}_{name}": value for name, value in told.items()}
    return found


def phone(number: int) -> str:
    """A number that may be given out: New York's exchanges begin at 200."""
    return f"+1{2_122_000_000 + number}"


def write_file(path: Path, count: int) -> None:
    """A file of contacts with a key, a phone, a mailbox, consent and tags each."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["Key", "Name", "Phone", "Email", "sms consent", "Tags"])
        for number in range(count):
            tags = "regular, new" if number % 3 else "regular"
            row = [f"P{number}", f"Person {number}", phone(number), f"p{number}@example.com"]
            rows.writerow([*row, "subscribed", tags])


async def contact_imports(runtime: Any, count: int) -> dict[str, Any]:
    """The import of a file, from the claim to its end, with the operations that it takes."""
    from shared import metering
    from shared.domain.companies.company import Company
    from shared.domain.job import ImportContacts
    from shared.usecases.contact_imports.import_contacts import import_contacts
    from shared.usecases.contact_imports.start_import import ImportWish, start_import, upload_import
    from tests.bench.contacts import timed
    from tests.bench.intake import COMPANY, peak_mib

    runtime.do_jobs_here(_nothing)
    company = Company(
        id=COMPANY,
        name="Bench",
        created_at=runtime.now(),
        time_zone="America/New_York",
        default_region="US",
    )
    await runtime.stores.companies.add(company)
    wish = ImportWish(name="people.csv", match_by="key")
    item, _, _ = await start_import(runtime, COMPANY, "bench", wish, "bench")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.csv"
        write_file(path, count)
        await upload_import(runtime, COMPANY, item.id, str(path))
    job, attempts, seconds = ImportContacts(company_id=COMPANY, import_id=item.id), 0, 0.0
    with metering.metered() as meter:
        while (item := await runtime.stores.contact_imports.get(COMPANY, "bench")).ended_at is None:
            part, _ = await timed(import_contacts(runtime, job))
            attempts, seconds = attempts + 1, seconds + part
    assert item.counts.created == count, item
    operations = sum(meter.values(), Counter[str]())
    return {
        "seconds": round(seconds, 2),
        "jobs": attempts,
        **{str(unit): number for unit, number in operations.items()},
        "peak_mib": peak_mib(),
    }


async def _nothing(_: object) -> None:
    """What is announced is done by the bench itself."""


async def activity(runtime: Any, count: int) -> dict[str, Any]:
    """Three messages to each contact, told as workers tell them, and brought to where segments look."""
    from shared.domain.channels.channel import Channel
    from shared.domain.contacts.activity import ARRIVED, FAILED, Trace, minutes_of, of_contact
    from shared.domain.ids import computed_id, random_id
    from shared.domain.job import RecordActivity
    from shared.firestore.activity import ActivityNote, packed_traces
    from shared.firestore.contact_shards import contacts_in
    from shared.usecases.contacts.record_activity import record_activity
    from tests.bench.contacts import timed
    from tests.bench.intake import COMPANY

    now, sms = runtime.now(), Channel("sms")
    ids = [
        one.id async for shard in runtime.stores.contact_shards.scan(COMPANY) for one in contacts_in(shard)
    ]
    traces = [
        Trace(
            who=of_contact(contact_id),
            message=computed_id(contact_id, wave)[:12],
            at=minutes_of(now) - wave * 1_440,
            channel=sms,
            stage=FAILED if place % 50 == 0 else ARRIVED,
            is_answered=place % 4 == 0,
        )
        for wave in range(3)
        for place, contact_id in enumerate(ids)
    ]
    notes = runtime.stores.activity_notes
    for first in range(0, len(traces), 100):
        note = ActivityNote(id=random_id(), noted_at=now, traces=packed_traces(traces[first : first + 100]))
        await notes.save(COMPANY, note.id, note)
    seconds, _ = await timed(record_activity(runtime, RecordActivity(company_id=COMPANY)))
    return {"messages": len(traces), "record_seconds": seconds}


def criteria() -> dict[str, Any]:
    """Segments of each kind."""
    from shared.domain.channels.channel import Channel
    from shared.domain.contacts.contact import Consent
    from shared.domain.contacts.segment import Activity, AllOf, HasActivity, HasConsent, HasTag, Not

    new, sms = HasTag(value="new"), Channel("sms")
    agreed = HasConsent(channel=sms, consent=Consent.SUBSCRIBED)
    answered = HasActivity(activity=Activity.ANSWERED, days=30)
    failing = HasActivity(activity=Activity.NOT_DELIVERED, days=30, times=2)
    return {
        "tags": new,
        "consent": AllOf(criteria=(new, agreed)),
        "activity": AllOf(criteria=(new, Not(criterion=answered), Not(criterion=failing))),
    }


async def segments(runtime: Any, count: int) -> dict[str, Any]:
    """How long each segment takes to be counted; the first count opens what others find open."""
    from shared.views.segments import count_segment
    from tests.bench.contacts import timed
    from tests.bench.intake import COMPANY, peak_mib

    await count_segment(runtime, COMPANY, criteria()["tags"])
    found: dict[str, Any] = {}
    for name, criterion in criteria().items():
        seconds, counted = await timed(count_segment(runtime, COMPANY, criterion))
        assert counted.among == count
        found |= {f"{name}_seconds": seconds, f"{name}_count": counted.count}
    return found | {"peak_mib": peak_mib()}


async def audience(runtime: Any, count: int) -> dict[str, Any]:
    """An audience of three segments without two lists of people, stored as rows."""
    from shared.domain.campaigns.audience import (
        PastedAddresses,
        PeopleAudience,
        PickedContacts,
        SegmentMembers,
    )
    from shared.domain.channels.channel import Channel
    from shared.domain.contacts.segment import Segment
    from shared.usecases.campaigns.store_people import store_people
    from tests.bench.contacts import timed
    from tests.bench.intake import COMPANY, peak_mib

    now, sms = runtime.now(), Channel("sms")
    for name, criterion in criteria().items():
        made = Segment(id=name, name=name, criterion=criterion, created_at=now, updated_at=now)
        await runtime.stores.segments.save(COMPANY, name, made)
    excluded = tuple(phone(number) for number in range(0, count, 100))
    wanted = PeopleAudience(
        include=tuple(SegmentMembers(segment_id=name) for name in criteria()),
        exclude=(PastedAddresses(channel=sms, addresses=excluded), PickedContacts(contact_ids=("nobody",))),
    )
    before = peak_mib()
    seconds, part = await timed(store_people(runtime, COMPANY, wanted, {sms.record.address}, "bench", now))
    return {
        "seconds": seconds,
        "people": part.recipient_count,
        "peak_mib_before": before,
        "peak_mib": peak_mib(),
    }


async def work(part: str, count: int) -> dict[str, Any]:
    """One part, in a process that opens the database anew."""
    from shared.runtime import Runtime
    from shared.settings import Settings

    runtime = Runtime(Settings.from_process())
    parts = {
        "contact_imports": contact_imports,
        "activity": activity,
        "segments": segments,
        "audience": audience,
    }
    return await parts[part](runtime, count)


def main() -> None:
    """Measure once and print the result."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tree", type=Path, default=HERE.parents[2])
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--part", choices=PARTS, help="for the process that is measured")
    options = parser.parse_args()
    os.chdir(options.tree)
    sys.path.insert(0, str(options.tree))
    run = work(options.part, options.count) if options.part else measure(options.count)
    print(json.dumps(asyncio.run(run)))


if __name__ == "__main__":
    main()
