"""`make bench`: how fast messages go out, beside a bare loop, and beside an older commit if one is named.

Only the ratios mean anything on another machine. The table is printed; `--json` is where the figures go.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
BENCH = REPOSITORY / "tests" / "bench"


@dataclass(frozen=True, slots=True)
class Case:
    """One measurement: what is sent, and how long the provider takes for a request, in seconds."""

    channel: str
    count: int
    latency: float

    @property
    def name(self) -> str:
        """As the table says it."""
        return f"{self.count:,} {self.channel}, {self.latency * 1000:.0f} ms"

    @property
    def options(self) -> list[str]:
        """For the programs that measure."""
        return [f"--channel={self.channel}", f"--count={self.count}", f"--latency={self.latency}"]


CASES = (Case("sms", 5_000, 0.1), Case("sms", 5_000, 0.0), Case("email", 5_000, 0.1))


def _run(program: str, *options: str) -> dict[str, Any]:
    command = [sys.executable, str(BENCH / program), *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603 - our own programs
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@contextmanager
def _checkout(commit: str) -> Iterator[Path]:
    """That commit's tree, in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        git = ["git", "-C", str(REPOSITORY)]
        archive = subprocess.run([*git, "archive", commit], stdout=subprocess.PIPE, check=True)  # noqa: S603
        subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)  # noqa: S603, S607
        yield Path(folder)


def measure(cases: tuple[Case, ...], base: Path | None) -> list[dict[str, Any]]:
    """Each case: Rollcall, the bare loop right after it, and the older tree if there is one."""
    results = []
    for case in cases:
        print(f"{case.name}: measuring", file=sys.stderr)
        ours = _run("fire.py", f"--tree={REPOSITORY}", *case.options)
        bare = _run("bare.py", *case.options)
        result = {"case": case.name, "rollcall": ours, "bare": bare}
        if base is not None:
            result["base"] = _run("fire.py", f"--tree={base}", *case.options)
        results.append(result)
    return results


def table(results: list[dict[str, Any]]) -> str:
    """The results in Markdown."""
    has_base = "base" in results[0]
    lines = [f"| work | Rollcall | bare loop | ratio |{' base | Rollcall to base |' if has_base else ''}"]
    lines.append(f"|---|---|---|---|{'---|---|' if has_base else ''}")
    for found in results:
        ours, bare = found["rollcall"]["per_second"], found["bare"]["per_second"]
        line = f"| {found['case']} | {ours:,.0f}/s | {bare:,.0f}/s | {ours / bare:.3f} |"
        if has_base:
            base = found["base"]["per_second"]
            line += f" {base:,.0f}/s | {ours / base:.1f} |"
        lines.append(line)
    return "\n".join(lines)


def main() -> None:
    """Measure, print, and keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", default="", help="an older commit to measure beside this tree")
    parser.add_argument("--count", type=int, default=0, help="messages of each case, in place of 5,000")
    parser.add_argument("--json", type=Path, default=REPOSITORY / ".local" / "bench.json")
    options = parser.parse_args()
    cases: tuple[Case, ...] = CASES
    if options.count:
        cases = tuple(Case(case.channel, options.count, case.latency) for case in CASES)
    if options.base:
        with _checkout(options.base) as base:
            results = measure(cases, base)
    else:
        results = measure(cases, None)
    print(f"\n{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}\n")
    print(table(results))
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
