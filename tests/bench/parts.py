"""The parts of `make bench` by name. Each gives what goes into the JSON under its name."""

import statistics
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct

from tests.bench.cases import REPOSITORY, Case, Result, run

CASES = (Case("sms", 5_000, 0.1), Case("sms", 5_000, 0.0), Case("email", 5_000, 0.1))
SIZES = (1_000, 5_000, 20_000)
# The second fire of a source looks its people up in the fires before it, by queries for which Firestore's
# emulator scans the collection: this is measured small.
SECOND_COUNT = 1_000


class Wanted(Struct, frozen=True):
    """What to measure: the older tree, the messages of a case in place of its own, sizes, and how often."""

    base: Path | None = None
    count: int = 0
    sizes: Sequence[int] = SIZES
    rounds: int = 1

    @property
    def cases(self) -> list[Case]:
        """The cases, with as many messages as wanted."""
        return [Case(case.channel, self.count or case.count, case.latency) for case in CASES]


def throughput(wanted: Wanted) -> list[Result]:
    """Each case: Rollcall, the bare loop right after it, and the older tree if there is one; in turns."""
    results = []
    for case in wanted.cases:
        rounds: dict[str, list[Result]] = {}
        for _ in range(wanted.rounds):
            _say(case.name)
            rounds.setdefault("rollcall", []).append(run("fire", *case.options))
            rounds.setdefault("bare", []).append(run("bare", *case.options))
            if wanted.base is not None:
                rounds.setdefault("base", []).append(run("fire", f"--tree={wanted.base}", *case.options))
        results.append({"case": case.name} | {who: middle(found) for who, found in rounds.items()})
    return results


def middle(found: list[Result]) -> Result:
    """The result in the middle by speed, with the speeds of all."""
    speeds = sorted(float(one["per_second"]) for one in found)
    speed = statistics.median_low(speeds)
    return next(one for one in found if one["per_second"] == speed) | {"rounds": speeds}


def sizes(wanted: Wanted) -> list[Result]:
    """SMS by fires of more and more messages; the provider takes 100 ms."""
    return [_one(Case("sms", size, 0.1)) for size in wanted.sizes]


def workers(wanted: Wanted) -> list[Result]:
    """The first case with one and with two processes of send_batch."""
    case = wanted.cases[0]
    return [_one(case, f"--workers={number}") | {"workers": number} for number in (1, 2)]


def second(wanted: Wanted) -> list[Result]:
    """A source's first fire and, to other people, its second, which looks people up in the one before."""
    case = Case("sms", min(wanted.count or SECOND_COUNT, SECOND_COUNT), 0.1)
    return [_one(case) | {"fire": "first"}, _one(case, "--again") | {"fire": "second"}]


def peers(wanted: Wanted) -> list[Result]:
    """The same work by what people would use in place of Rollcall."""
    results = []
    for case in wanted.cases:
        _say(f"{case.name}, by others")
        results.append({"case": case.name} | run("peers", *case.options))
    return results


def _one(case: Case, *options: str) -> Result:
    _say(" ".join((case.name, *options)))
    return {"case": case.name} | run("fire", *case.options, *options)


def _program(name: str, *options: str) -> Callable[[Wanted], Result]:
    """A part that is a program of its own; without options it measures what it is aimed at."""

    def measure(_: Wanted) -> Result:
        _say(" ".join((name, *options)))
        return run(name, *options)

    return measure


def _say(what: str) -> None:
    print(f"Measuring: {what}", file=sys.stderr, flush=True)


PROGRAMS: dict[str, tuple[str, ...]] = {
    "receipts": (),
    "intake": ("--rows=999999",),  # with its header the most that is taken
    "preview": ("--rows=100000",),
    "contacts": ("--count=100000",),
    "people": ("--count=100000",),
    "automations": ("--count=50000",),
    "sequences": ("--people=50000",),
    "sequence_effect": ("--people=50000",),
    "pages": (),
    "cold_start": (),
}
FIRES: dict[str, Callable[[Wanted], list[Result]]] = {
    "throughput": throughput,
    "sizes": sizes,
    "workers": workers,
    "second": second,
}
# All by name, in the order in which they run. The peers run when asked for only.
PARTS: dict[str, Callable[[Wanted], list[Result] | Result]] = {
    **FIRES,
    "peers": peers,
    **{
        name: _program(name, *options)
        for name, options in PROGRAMS.items()
        if (REPOSITORY / "tests" / "bench" / f"{name}.py").exists()
    },
}
