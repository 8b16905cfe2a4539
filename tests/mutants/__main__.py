"""Put careless changes into the code, one at a time, and count those that the tests notice.

`python -m tests.mutants [part, folder or module]`; `make mutants ONLY=shared/domain/messages`. The work is
done in a copy of the tree, by mutmut. docs/mutation-testing.md says what came of it.
"""

import argparse
import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from dataclasses import asdict
from pathlib import Path

from infra.local.emulators import running_emulators
from tests.conftest import GIVEN_EMULATORS, UPLOAD_TOPIC
from tests.mutants.parts import Part, chosen

REPOSITORY = Path(__file__).resolve().parents[2]
FOLDER = REPOSITORY / ".venv" / "mutants"
NOTICED = ("killed", "timeout", "suspicious", "segfault", "caught by type check")
# Each mutant runs in a fork of a process that has run no test: what one left in a cache would hide it.
_CONFIGURATION = """
[tool.mutmut]
source_paths = ["shared", "functions"]
only_mutate = [{pattern!r}]
also_copy = ["infra", "main.py", "docs", "findings", "requirements.txt"]
pytest_add_cli_args = ["-p", "no:cacheprovider"]
pytest_add_cli_args_test_selection = {tests}
process_isolation = "forkserver"
"""


def main() -> int:
    """Run what was chosen, and print a table for each part."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("only", nargs="?", default="", help="a part, a folder or a module")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the copy is made")
    parser.add_argument("--children", type=int, default=1, help="how many at a time")
    options = parser.parse_args()
    for part, pattern in chosen(options.only):
        folder = options.folder / part.code.replace("/", "-")
        _copy(folder, part, pattern)
        asyncio.run(_run(folder, part, options.children))
        sys.stdout.write(_table(pattern, _results(folder)))
    return 0


def _copy(folder: Path, part: Part, pattern: str) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    command = ["git", "ls-files", "-co", "--exclude-standard"]
    listed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)  # noqa: S603
    for name in listed.stdout.splitlines():
        if (REPOSITORY / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(REPOSITORY / name, folder / name)
    with (folder / "pyproject.toml").open("a") as file:
        file.write(_CONFIGURATION.format(pattern=pattern, tests=list(part.tests)))


async def _run(folder: Path, part: Part, children: int) -> None:
    if not part.emulators:
        await _mutmut(folder, children, {})
        return
    async with running_emulators(
        folder / ".emulators", project_id="rollcall-test", bucket="uploads", upload_topic=UPLOAD_TOPIC
    ) as running:
        await _mutmut(folder, children, {GIVEN_EMULATORS: json.dumps(asdict(running))})


async def _mutmut(folder: Path, children: int, env: dict[str, str]) -> None:
    command = [str(Path(sys.executable).parent / "mutmut"), "run", "--max-children", str(children)]
    with (folder / "mutmut.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=folder, env={**os.environ, **env}, stdout=log, stderr=log
        )
        if await process.wait():
            raise SystemExit(f"mutmut failed: see {log.name}")


def _results(folder: Path) -> dict[str, Counter[str]]:
    """How many mutants of each module ended how. Those that were not noticed are listed in a file."""
    command = [str(Path(sys.executable).parent / "mutmut"), "results", "--all", "true"]
    shown = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)  # noqa: S603
    modules: dict[str, Counter[str]] = defaultdict(Counter)
    unnoticed = []
    for line in shown.stdout.splitlines():
        found = re.fullmatch(r"\s+(?P<name>[\w.ǁ]+): (?P<status>.+)", line)
        if found:
            module = found["name"].rpartition(".")[0]
            modules[module][found["status"]] += 1
            if found["status"] not in NOTICED:
                unnoticed.append(line.strip())
    (folder / "unnoticed.txt").write_text("\n".join(unnoticed) + "\n")
    return modules


def _table(pattern: str, modules: dict[str, Counter[str]]) -> str:
    lines = [f"{pattern}", f"{'mutants':>8} {'noticed':>8} {'reached':>8}  share  module"]
    for module, counts in [*sorted(modules.items()), ("all", sum(modules.values(), Counter()))]:
        total = counts.total() - counts["skipped"]
        noticed = sum(counts[status] for status in NOTICED)
        share = f"{100 * noticed // total} %" if total else "-"
        lines.append(f"{total:>8} {noticed:>8} {total - counts['no tests']:>8}  {share:>5}  {module}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
