"""Every page of the portal in a company that is full: `python -m tests.bench.pages` prints one JSON object.

The pages are asked for one after the other, in one process, against the emulator of Firestore. Each is opened
once before it is timed, and the middle of some times counts. The ratio is to the page that reads nothing.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from shared import metering
from shared.domain.fires.fire_cost import Unit
from tests.bench.filled_company import EMAIL, PASSWORD, fill
from tests.bench.intake import COMPANY, bench_runtime
from tests.kit.portal.visitor import Visitor
from tests.portal.test_roles import CLOSED, NOUNS

HEALTH = "/health"
SLOW_MS = 200
# What is no page: files, and what only leads elsewhere.
_LEFT_OUT = (".csv", ".xlsx", "second-factor/code")
_BESIDE = (
    "/files/{file_id}/rows?text=Person+9999",
    "/files/{file_id}/rows?marked=1",
    "/fires/{fire_id}?state=failed",
    "/fires/{fire_id}?state=unknown",
    "/previews/{preview_id}?verdict=would_send",
    "/contacts?q=Person+9999",
    "/contacts?tag=regular",
    "/opt-outs?ended=1",
    "/inbox?show=all",
    "/settings/audit?noun=sender",
)


async def measure(rows: int, contacts: int, messages: int, times: int) -> dict[str, Any]:
    """Fill a company, open each of its pages, and say how long each took."""
    with tempfile.TemporaryDirectory() as name:
        async with bench_runtime(Path(name)) as (runtime, _):
            ids = await fill(runtime, Path(name), rows, contacts, messages)
            person = Visitor(runtime)
            assert (await person.sign_in(EMAIL, PASSWORD)).status_code == 303
            health, _ = await _timed(person, HEALTH, times)
            pages = {path: await _timed(person, _filled(path, ids), times) for path in _paths()}
            await person.close()
    slowest = max(pages, key=lambda path: pages[path][0])
    return {
        "rows": rows,
        "contacts": contacts,
        "messages": messages,
        "health_ms": health,
        "slowest": slowest,
        "slowest_ms": pages[slowest][0],
        "slower_than_aimed": sum(ms > SLOW_MS for ms, _ in pages.values()),
        "pages": {
            path: f"{ms:,} ms, {ms / health:,.0f} times health, {reads:,} reads"
            for path, (ms, reads) in sorted(pages.items(), key=lambda one: -one[1][0])
        },
    }


def _paths() -> list[str]:
    asked = [path for method, path in CLOSED if method == "GET" and not path.endswith(_LEFT_OUT)]
    return [*asked, *_BESIDE]


def _filled(path: str, ids: dict[str, str]) -> str:
    """The address with ids of things that are there."""
    named = {f"{noun}_id": f"{noun}-{COMPANY}" for noun in NOUNS} | {"opt_out_id": f"opt-out-{COMPANY}"} | ids
    for name, value in named.items():
        path = path.replace(f"{{{name}}}", value)
    return path.replace("{number:int}", "2")


async def _timed(person: Visitor, path: str, times: int) -> tuple[float, int]:
    """The middle of the times in ms, and how many documents were read. The page is there, or leads on."""
    taken, reads = [], 0
    for _ in range(times + 1):
        with metering.metered() as meter:
            began = time.perf_counter()
            answer = await person.get(path)
            taken.append((time.perf_counter() - began) * 1000)
        assert answer.status_code in (200, 303), (path, answer.status_code)
        reads = sum(meter.values(), Counter[str]())[Unit.READS]
    return round(statistics.median(taken[1:]), 1), reads


def main() -> None:
    """Measure once and print the result."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--contacts", type=int, default=10_000)
    parser.add_argument("--messages", type=int, default=9_000)
    parser.add_argument("--times", type=int, default=3)
    options = parser.parse_args()
    found = asyncio.run(measure(options.rows, options.contacts, options.messages, options.times))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
