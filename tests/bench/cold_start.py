"""What a cold start imports, in CPU time: `python tests/bench/cold_start.py` prints one JSON object.

For each entry point: the CPU time (user and system) that a fresh interpreter takes to import and resolve
it, as a ratio to one that imports `functions_framework.aio` and `google.cloud.firestore` only. Each round
measures that first and then every entry point, so that noise hits all; what is printed is the median over
the rounds. The byte code is compiled before the first round. An instance of the API needs one part more for
its first request: `api, campaigns` is with the largest of them.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
BASE = "import functions_framework.aio, google.cloud.firestore"
RESOLVE = "import main; getattr(main, {!r})"
LARGEST_PART = "import main; main.api; from functions.api.kit.app import routers_of; routers_of('campaigns')"


def entry_points() -> tuple[str, ...]:
    """Their names, as `main.py` lists them."""
    command = [sys.executable, "-c", "import main; print(*main.ENTRY_POINTS)"]
    found = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603 - ours
    return tuple(found.stdout.split())


def cpu_seconds(code: str, environment: Mapping[str, str]) -> float:
    """User and system time of a fresh interpreter that runs `code` in the repository's folder."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-c", code]
    subprocess.run(command, cwd=REPOSITORY, env=environment, check=True)  # noqa: S603 - our own code
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def measure(rounds: int) -> dict[str, object]:
    """The base in seconds, and each entry point's ratio to it."""
    measured = {name: RESOLVE.format(name) for name in entry_points()} | {"api, campaigns": LARGEST_PART}
    bases: list[float] = []
    ratios: dict[str, list[float]] = {name: [] for name in measured}
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": folder}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for code in (BASE, *measured.values()):
            cpu_seconds(code, environment)
        for _ in range(rounds):
            bases.append(cpu_seconds(BASE, environment))
            for name, code in measured.items():
                ratios[name].append(cpu_seconds(code, environment) / bases[-1])
    return {
        "rounds": rounds,
        "base_cpu_seconds": round(statistics.median(bases), 3),
        "ratios": {name: round(statistics.median(found), 2) for name, found in ratios.items()},
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    print(json.dumps(measure(parser.parse_args().rounds)))


if __name__ == "__main__":
    main()
