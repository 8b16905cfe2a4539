"""Put careless changes into the code, one at a time, and count those that the tests notice.

`python -m tests.mutants [part, folder or module]`; `make mutants ONLY=shared/domain/messages`. The work is
done in a copy of the tree, by mutmut. docs/mutation-testing.md says what came of it.
"""

import argparse
import asyncio
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path

from infra.local.emulators import running_emulators
from tests.conftest import GIVEN_EMULATORS, UPLOAD_TOPIC
from tests.mutants.parts import Part, chosen

REPOSITORY = Path(__file__).resolve().parents[2]
FOLDER = REPOSITORY / ".venv" / "mutants"
SEED = 41  # of the sample, unless another is given: the same code gives the same sample
NOT_TRIED = ("not checked", "skipped")
NOTICED = ("killed", "timeout", "suspicious", "segfault", "caught by type check")
_MUTMUT = Path(sys.executable).parent / "mutmut"
_NO_MUTANT = "none"  # a name that no mutant has
_FAILED = (
    "mutmut failed: see {folder}/mutmut.log. If a test fails there, MUTANT_UNDER_TEST=stats python -m pytest "
    "in {folder}/mutants says which."
)
# Each mutant runs in a fork of a process that has run no test: what one left in a cache would hide it.
_CONFIGURATION = """
[tool.mutmut]
source_paths = ["shared", "functions"]
only_mutate = [{pattern!r}]
also_copy = ["infra", "main.py", "docs", "findings", "requirements.txt"]
pytest_add_cli_args = ["-p", "no:cacheprovider", "-p", "tests.mutants.children", "-o", "ceiling_minutes=600"]
pytest_add_cli_args_test_selection = {tests}
process_isolation = "forkserver"
"""


def main() -> int:
    """Run what was chosen, and print a table for each part."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("only", nargs="?", default="", help="a part, a folder or a module")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the copy is made")
    parser.add_argument("--children", type=int, default=1, help="how many at a time")
    parser.add_argument("--sample", type=int, default=0, help="how many of each part, at random; 0: all")
    parser.add_argument("--seed", type=int, default=SEED, help="of the sample: another one, another sample")
    options = parser.parse_args()
    for part, pattern in chosen(options.only):
        folder = options.folder / part.code.replace("/", "-")
        _copy(folder, part, pattern)
        asyncio.run(_run(folder, part, _Options(options.children, options.sample, options.seed)))
        statuses = _statuses(folder)
        _list_unnoticed(folder, statuses)
        sys.stdout.write(_table(pattern, statuses))
    return 0


@dataclass(frozen=True, slots=True)
class _Options:
    children: int
    sample: int
    seed: int


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


async def _run(folder: Path, part: Part, options: _Options) -> None:
    if not part.emulators:
        await _mutate(folder, options, {})
        return
    async with running_emulators(
        folder / ".emulators", project_id="rollcall-test", bucket="uploads", upload_topic=UPLOAD_TOPIC
    ) as running:
        await _mutate(folder, options, {GIVEN_EMULATORS: json.dumps(asdict(running))})


async def _mutate(folder: Path, options: _Options, env: dict[str, str]) -> None:
    names: list[str] = []
    if options.sample:
        # mutmut makes the mutants and learns which tests reach them before it looks for the name.
        await _mutmut(folder, options, env, [_NO_MUTANT])
        if not (folder / "mutants" / "mutmut-stats.json").is_file():
            raise SystemExit(_FAILED.format(folder=folder))
        made = sorted(_statuses(folder))
        names = random.Random(options.seed).sample(made, min(options.sample, len(made)))  # noqa: S311
    if await _mutmut(folder, options, env, names):
        raise SystemExit(_FAILED.format(folder=folder))


async def _mutmut(folder: Path, options: _Options, env: dict[str, str], names: list[str]) -> int:
    command = [str(_MUTMUT), "run", "--max-children", str(options.children), *names]
    with (folder / "mutmut.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=folder, env={**os.environ, **env}, stdout=log, stderr=log
        )
        return await process.wait()


def _statuses(folder: Path) -> dict[str, str]:
    """How each mutant ended, by its name. What was not drawn is "not checked"."""
    command = [str(_MUTMUT), "results", "--all", "true"]
    shown = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)  # noqa: S603
    found = re.finditer(r"^\s+(?P<name>[\w.ǁ]+): (?P<status>.+)$", shown.stdout, re.MULTILINE)
    return {line["name"]: line["status"] for line in found}


def _list_unnoticed(folder: Path, statuses: dict[str, str]) -> None:
    unnoticed = [
        f"{name}: {status}\n" for name, status in statuses.items() if status not in (*NOTICED, *NOT_TRIED)
    ]
    (folder / "unnoticed.txt").write_text("".join(unnoticed))


def _table(pattern: str, statuses: dict[str, str]) -> str:
    modules: dict[str, Counter[str]] = defaultdict(Counter)
    for name, status in statuses.items():
        if status not in NOT_TRIED:
            modules[name.rpartition(".")[0]][status] += 1
    lines = [f"{pattern}: of {len(statuses)}", f"{'tried':>8} {'noticed':>8} {'reached':>8}  share  module"]
    for module, counts in [*sorted(modules.items()), ("all", sum(modules.values(), Counter()))]:
        total = counts.total()
        noticed = sum(counts[status] for status in NOTICED)
        share = f"{100 * noticed // total} %" if total else "-"
        lines.append(f"{total:>8} {noticed:>8} {total - counts['no tests']:>8}  {share:>5}  {module}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
