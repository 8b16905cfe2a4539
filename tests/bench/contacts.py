"""Contacts in bulk: `python tests/bench/contacts.py --count=100000` prints one JSON object.

They are made, changed and looked through in a process of its own, against Firestore's emulator.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

from shared.domain.record import replace

HERE = Path(__file__).resolve()


def people(count: int, now: Any) -> list[Any]:
    """Contacts with a phone, a mailbox, a key, tags, a list and two fields each."""
    from shared.domain.channels.channel import Channel
    from shared.domain.contacts.contact import Consent, Contact, ContactAddress
    from shared.domain.ids import computed_id

    sms, email = Channel("sms"), Channel("email")
    return [
        Contact(
            id=computed_id("bench", number),
            created_at=now,
            changed_at=now,
            name=f"Person {number}",
            key=f"P{number}",
            language="en",
            time_zone="America/New_York",
            tags=("regular",) if number % 3 else (),
            list_ids=("newsletter",) if number % 2 else (),
            fields={"level": number % 7, "since": f"2026-01-{number % 28 + 1:02}"},
            addresses=(
                ContactAddress(
                    channel=sms,
                    address=f"+1{2_120_000_000 + number}",
                    is_preferred=True,
                    consent=Consent.SUBSCRIBED,
                    consent_source="import",
                    consent_at=now,
                ),
                ContactAddress(channel=email, address=f"p{number}@example.com", is_preferred=True),
            ),
        )
        for number in range(count)
    ]


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


async def work(count: int) -> dict[str, Any]:
    """Make so many contacts, change each, look through all, and find some by what they have."""
    from shared.domain.contacts.contact_changes import Author, ChangedBy
    from shared.domain.contacts.contact_keys import external_key
    from shared.firestore.contact_shards import contacts_in
    from shared.runtime import Runtime
    from shared.settings import Settings
    from shared.usecases.contacts.change_contacts import change_contacts
    from shared.views.contacts import find_contacts
    from tests.bench.intake import COMPANY, peak_mib

    runtime, author = Runtime(Settings.from_process()), Author(ChangedBy.IMPORT, "bench")
    contacts = people(count, runtime.now())
    making = {one.id: lambda _, made=one: made for one in contacts}
    create, created = await timed(change_contacts(runtime, COMPANY, making, author))
    peak = peak_mib()
    changing = {one.id: lambda it: it and replace(it, tags=("changed",)) for one in contacts}
    change, changed = await timed(change_contacts(runtime, COMPANY, changing, author))

    async def scan() -> tuple[int, int]:
        matches = size = 0
        async for shard in runtime.stores.contact_shards.scan(COMPANY):
            size += len(shard.contacts)
            matches += sum(one.fields["level"] == 3 and bool(one.list_ids) for one in contacts_in(shard))
        return matches, size

    await scan()
    used = time.process_time()
    count_all, (matches, size) = await timed(scan())
    used = round(time.process_time() - used, 2)
    keys = [external_key(f"P{number}") for number in range(0, count, max(1, count // 100))]
    find, found = await timed(find_contacts(runtime, COMPANY, keys))
    assert (created.created, changed.updated, len(found)) == (count, count, len(keys))
    return {
        "contacts": count,
        "create_seconds": create,
        "create_peak_mib": peak,
        "change_seconds": change,
        "scan_seconds": count_all,
        "scan_processor_seconds": used,
        "scan_matches": matches,
        "bytes_a_contact": round(size / count, 1),
        "find_100_seconds": find,
    }


async def timed(task: Awaitable[Any]) -> tuple[float, Any]:
    """The seconds it took, and what came of it."""
    began = time.monotonic()
    found = await task
    return round(time.monotonic() - began, 2), found


def main() -> None:
    """Measure once and print the result."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tree", type=Path, default=HERE.parents[2])
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--work", action="store_true", help="for the process that is measured")
    options = parser.parse_args()
    os.chdir(options.tree)
    sys.path.insert(0, str(options.tree))
    print(json.dumps(asyncio.run((work if options.work else measure)(options.count))))


if __name__ == "__main__":
    main()
