"""`make bench`: what sending costs and how fast it is, beside a bare loop, an older commit and other systems.

Only the ratios mean anything on another machine. The tables are printed; `--json` is where the figures go,
and what another run has measured of other parts stays there. docs/performance.md says how to read them.
"""

import argparse
import json
import os
import platform
import signal
import subprocess
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from tests.bench.cases import REPOSITORY, checkout
from tests.bench.parts import PARTS, SIZES, Wanted
from tests.bench.report import aims, tables, write_document

GIB = 1024**3


def measure(names: list[str], wanted: Wanted, path: Path) -> dict[str, Any]:
    """Run the parts, and store each as soon as it is measured; everything that is stored at `path` now."""
    stored: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    path.parent.mkdir(parents=True, exist_ok=True)
    for name in names:
        stored[name] = {"machine": machine(), "commit": commit(), "at": today(), "found": PARTS[name](wanted)}
        path.write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")
    return stored


def machine() -> str:
    """What it was measured on, in a line."""
    names = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    processor = next((line.partition(": ")[2] for line in names if line.startswith("model name")), "")
    memory = psutil.virtual_memory().total / GIB
    return (
        f"{os.cpu_count()} cores of {processor or platform.machine()}, {memory:.0f} GiB, "
        f"{platform.system()} {platform.release().partition('-')[0]}, Python {platform.python_version()}"
    )


def commit() -> str:
    """This tree's commit, with a plus if something was changed since."""
    command = ["git", "-C", str(REPOSITORY), "describe", "--always", "--exclude=*", "--dirty=+"]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()  # noqa: S603 - git


def today() -> str:
    """The day of the run."""
    return datetime.now(UTC).date().isoformat()


def main() -> None:
    """Measure, print, and keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", default="", help="an older commit to measure beside this tree")
    parser.add_argument("--count", type=int, default=0, help="messages of each case, in place of 5,000")
    parser.add_argument("--sizes", default="", help="of the size series, as 1000,5000,20000,100000")
    parser.add_argument("--rounds", type=int, default=1, help="how often each case is measured, in turns")
    parser.add_argument("--only", default="", help=f"parts, by comma: {', '.join(PARTS)}")
    parser.add_argument("--peers", action="store_true", help="measure other systems too")
    parser.add_argument("--document", action="store_true", help="write docs/performance.md and its pictures")
    parser.add_argument("--json", type=Path, default=REPOSITORY / ".local" / "bench.json")
    options = parser.parse_args()
    names = options.only.split(",") if options.only else [name for name in PARTS if name != "peers"]
    names += ["peers"] if options.peers and "peers" not in names else []
    if unknown := [name for name in names if name not in PARTS]:
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    for number in (signal.SIGINT, signal.SIGTERM):  # `kill` stops all in order as Ctrl-C does
        signal.signal(number, signal.default_int_handler)
    with ExitStack() as trees:
        wanted = Wanted(
            base=trees.enter_context(checkout(options.base)) if options.base else None,
            count=options.count,
            sizes=[int(size) for size in options.sizes.split(",")] if options.sizes else SIZES,
            rounds=options.rounds,
        )
        stored = measure(names, wanted, options.json)
    print("\n\n".join(f"{title}\n\n{table}" for title, table in tables(stored, names).items()))
    print(f"\naims\n\n{aims(stored)}")
    if options.document:
        write_document(stored)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        raise SystemExit("Stopped; what was measured is kept.") from None
