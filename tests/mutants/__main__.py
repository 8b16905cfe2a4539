"""Put careless changes into the code, one at a time, and count those that the tests notice.

`python -m tests.mutants [part, folder or module]`; `make mutants ONLY=shared/domain/messages`. The work is
done in a copy of the tree, by mutmut. docs/mutation-testing.md says what came of it.
"""

import argparse
import asyncio
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from shared.domain.record import replace
from tests.mutants.counted import NOT_TRIED, list_unnoticed, table
from tests.mutants.parts import Part, chosen
from tests.mutants.trial import MutmutFailed, Sample, sampled, statuses_in, trial

REPOSITORY = Path(__file__).resolve().parents[2]
FOLDER = REPOSITORY / ".venv" / "mutants"
SEED = 41  # of the sample, unless another is given: the same code gives the same sample
STOPPED = 130  # what a shell makes of Ctrl-C
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
    """Run what was chosen, part by part, and print a table for each."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("only", nargs="?", default="", help="a part, a folder or a module")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the copy is made")
    parser.add_argument("--sample", type=int, default=0, help="how many of each part, at random; 0: all")
    parser.add_argument("--seed", type=int, default=SEED, help="of the sample: another one, another sample")
    parser.add_argument("--minutes", type=float, default=0, help="that a part's are tried; 0: no limit")
    parser.add_argument("--tests", nargs="+", default=[], help="that are to notice, if not all of the part's")
    parser.add_argument("--seconds", type=float, default=0, help="of tests for each mutant; 0: all tests")
    parser.add_argument("--resume", action="store_true", help="go on in the copy there is")
    options = parser.parse_args()
    # A shell that starts us in the background has us ignore Ctrl-C. `kill` ends us as that does.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda number, frame: signal.raise_signal(signal.SIGINT))
    for part, pattern in chosen(options.only):
        folder = options.folder / part.code.replace("/", "-")
        sample = Sample(options.sample, options.seed, options.minutes, options.seconds)
        if options.tests:
            part = replace(part, tests=tuple(options.tests))
        if not options.resume:
            _say(f"{pattern}: copying the tree to {folder}")
            _copy(folder, part, pattern)
        try:
            asyncio.run(trial(folder, part, sample, _say))
        except MutmutFailed as failed:
            _say(str(failed))
            return 1
        except KeyboardInterrupt:
            _report(folder, pattern, sample)
            return STOPPED
        _report(folder, pattern, sample)
    return 0


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _copy(folder: Path, part: Part, pattern: str) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    command = ["git", "ls-files", "-co", "--exclude-standard"]
    listed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)  # noqa: S603  # git
    for name in listed.stdout.splitlines():
        if (REPOSITORY / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(REPOSITORY / name, folder / name)
    with (folder / "pyproject.toml").open("a") as file:
        file.write(_CONFIGURATION.format(pattern=pattern, tests=list(part.tests)))


def _report(folder: Path, pattern: str, sample: Sample) -> None:
    """Print what was tried, and of a run that was cut short that it was."""
    statuses = statuses_in(folder)
    drawn = sampled(statuses, sample)
    untried = sum(statuses[name] in NOT_TRIED for name in drawn)
    list_unnoticed(folder, statuses)
    sys.stdout.write(table(pattern, statuses))
    if untried:
        sys.stdout.write(
            f"Cut short: {untried} of {len(drawn)} were not tried. They are tried in a random order, so that "
            "the others are a sample of their own.\n"
        )
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
