"""Every page of the portal in a company that is full: `python -m tests.bench.pages` prints one JSON object.

The pages are asked for one after the other over HTTP's own shapes, in one process, against the emulator of
Firestore. Each is opened once before it is timed. The ratio is to the page that reads nothing.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from shared import metering
from shared.domain.fires.fire_cost import Unit
from tests.bench.filled_company import EMAIL, PASSWORD, Size, fill
from tests.bench.intake import bench_runtime
from tests.kit.counted_questions import count_questions
from tests.kit.portal.page_addresses import filled, page_paths
from tests.kit.portal.pressed_pages import PRESSED, see_form
from tests.kit.portal.visitor import Visitor

Ask = Callable[[], Awaitable[httpx.Response]]

HEALTH = "/health"
SLOW_MS = 200
GIVEN_UP_MS = 3_000  # what takes longer is not asked for again
BESIDE = (
    "/files/{file_id}/rows?text=Person+9999",
    "/files/{file_id}/rows?marked=1",
    "/fires/{fire_id}?state=failed",
    "/fires/{fire_id}?state=unknown",
    "/previews/{preview_id}?verdict=would_send",
    "/campaigns/new?list={list_id}",
    "/contacts?q=Person+9999",
    "/contacts?tag=regular",
    "/opt-outs?ended=1",
    "/inbox?show=all",
    "/settings/audit?noun=sender",
)


async def measure(size: Size, times: int, chosen: Sequence[str] = ()) -> dict[str, Any]:
    """Fill a company, open each of its pages, or those that have one of `chosen` in their path, and say how
    long each took.
    """
    with tempfile.TemporaryDirectory() as name:
        async with bench_runtime(Path(name), is_lasting=True) as (runtime, _):
            began = time.monotonic()
            ids = await fill(runtime, Path(name), size)
            filled_in = time.monotonic() - began
            person = Visitor(runtime)
            assert (await person.sign_in(EMAIL, PASSWORD)).status_code == 303
            asked = count_questions(runtime.stores.db)
            health = await timed(partial(person.get, HEALTH), times, asked)
            pages = {}
            for name, ask in await asks(person, ids, chosen):
                pages[name] = await timed(ask, times, asked)
                print(f"  {pages[name]['ms']:8,.1f} ms {name}", file=sys.stderr, flush=True)
            await person.close()
    return _found(size, round(filled_in, 1), health["ms"], pages)


async def asks(person: Visitor, ids: Mapping[str, str], chosen: Sequence[str]) -> list[tuple[str, Ask]]:
    """How each page is asked for, by its path: one after the other by address, then those that forms show."""

    def wanted(paths: Iterable[str]) -> Iterator[tuple[str, Mapping[str, str]]]:
        for path in paths:
            if not chosen or any(one in path for one in chosen):
                yield path, {**ids, "step_id": "one" if path.startswith("/sequences/") else "greet"}

    found: list[tuple[str, Ask]] = [
        (path, partial(person.get, filled(path, whose))) for path, whose in wanted((*page_paths(), *BESIDE))
    ]
    for path, whose in wanted(PRESSED):
        fields = await see_form(person, path, whose)
        found.append((f"POST {path}", partial(person.post, filled(path, whose), fields)))
    return found


def _found(size: Size, filled_in: float, health: float, pages: dict[str, dict[str, Any]]) -> dict[str, Any]:
    in_order = sorted(pages, key=lambda path: -pages[path]["ms"])
    return {
        "rows": size.rows,
        "contacts": size.contacts,
        "messages": size.messages,
        "others": size.others,
        "filled_in_seconds": filled_in,
        "health_ms": health,
        "slowest": in_order[0],
        "slowest_ms": pages[in_order[0]]["ms"],
        "slower_than_aimed": sum(one["ms"] > SLOW_MS for one in pages.values()),
        "pages": [
            {"page": path, "to_health": round(pages[path]["ms"] / health)} | pages[path] for path in in_order
        ],
    }


async def timed(ask: Ask, times: int, asked: Counter[str]) -> dict[str, Any]:
    """The middle and the 95th percentile of the times in ms, bytes, documents read, and requests for them.

    Raises AssertionError where the page is not there.
    """
    taken, before = [], Counter[str]()
    for _ in range(times + 1):
        before = asked.copy()
        with metering.metered() as meter:
            began = time.perf_counter()
            answer = await ask()
            taken.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200, (answer.request.url, answer.status_code)
        if taken[-1] > GIVEN_UP_MS:
            break
    warm = sorted(taken[1:] or taken)
    return {
        "ms": round(statistics.median(warm), 1),
        "p95_ms": round(warm[max(0, -(-len(warm) * 95 // 100) - 1)], 1),
        "bytes": len(answer.content),
        "reads": sum(meter.values(), Counter[str]())[Unit.READS],
        "questions": (asked - before).total(),
    }


def main() -> None:
    """Measure once and print the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--contacts", type=int, default=10_000)
    parser.add_argument("--messages", type=int, default=9_000, help="of thirty fires together")
    parser.add_argument("--others", type=int, default=200, help="campaigns, files, lists, senders and so on")
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--only", nargs="*", default=(), help="parts of the paths of pages; without: all")
    options = parser.parse_args()
    size = Size(
        rows=options.rows, contacts=options.contacts, messages=options.messages, others=options.others
    )
    print(json.dumps(asyncio.run(measure(size, options.times, options.only))))


if __name__ == "__main__":
    main()
