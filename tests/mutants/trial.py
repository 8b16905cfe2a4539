"""Runs mutmut in a copy of the tree, says how far it is, and stops it with all that it started."""

import asyncio
import json
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from msgspec import Struct
from msgspec.structs import asdict

from infra.local.emulators import running_emulators
from infra.local.processes import Process
from tests.conftest import GIVEN_EMULATORS, UPLOAD_TOPIC
from tests.mutants.counted import NOT_TRIED
from tests.mutants.parts import Part

Say = Callable[[str], None]
TELL_SECONDS = 20.0
_MUTMUT = (str(Path(sys.executable).parent / "mutmut"),)
_IN_ORDER = (sys.executable, "-P", str(Path(__file__).parent / "in_order.py"))
_NO_MUTANT = "none"  # a name that no mutant has
_UNNOTICED = (0, 33)  # mutmut's codes for a mutant that survived, and for one that no test reaches


class MutmutFailed(Exception):
    """mutmut ended early, mostly as a test fails in the copy without any change."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"mutmut failed: see {folder}/mutmut.log. If a test fails there, MUTANT_UNDER_TEST=stats "
            f"python -m pytest in {folder}/mutants says which."
        )


class Sample(Struct, frozen=True):
    """How many of a part's mutants are tried, drawn by `seed` and tried in the order drawn; 0 for all."""

    size: int
    seed: int
    minutes: float = 0  # that they are tried; 0 for as long as it takes
    test_seconds: float = 0  # of tests that each is held against; 0 for all that reach it


async def trial(folder: Path, part: Part, sample: Sample, say: Say) -> None:
    """Try the mutants of the copy in `folder`. Raises MutmutFailed."""
    if not part.emulators:
        await _mutate(folder, sample, {}, say)
        return
    async with running_emulators(
        folder / ".emulators",
        project_id="rollcall-test",
        bucket="uploads",
        upload_topic=UPLOAD_TOPIC,
        say=say,
    ) as running:
        await _mutate(folder, sample, {GIVEN_EMULATORS: json.dumps(asdict(running))}, say)


def sampled(statuses: Mapping[str, str], sample: Sample) -> list[str]:
    """The names of the mutants to try, in the order in which they are tried."""
    made = sorted(statuses)
    random.Random(sample.seed).shuffle(made)  # noqa: S311  # the same sample for the same seed
    return made[: sample.size or None]


def statuses_in(folder: Path) -> dict[str, str]:
    """How each mutant ended, by its name. What was not drawn is "not checked"."""
    command = [*_MUTMUT, "results", "--all", "true"]
    shown = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603  # mutmut
    found = re.finditer(r"^\s+(?P<name>[\w.ǁ]+): (?P<status>.+)$", shown.stdout, re.MULTILINE)
    return {line["name"]: line["status"] for line in found}


async def _mutate(folder: Path, sample: Sample, env: dict[str, str], say: Say) -> None:
    if not _is_prepared(folder):
        say("Making the changes, and running every test once to learn which changes it reaches")
        # mutmut does both before it looks for the name.
        await _ended(folder, env, [*_MUTMUT, "run", "--max-children", "1", _NO_MUTANT])
        if not _is_prepared(folder):
            raise MutmutFailed(folder)
    statuses = statuses_in(folder)
    names = [name for name in sampled(statuses, sample) if statuses[name] in NOT_TRIED]
    say(f"Trying {len(names)} changes")
    telling = asyncio.create_task(_tell_progress(folder, say))
    try:
        async with asyncio.timeout(sample.minutes * 60 or None):
            if names and await _ended(folder, env, [*_IN_ORDER, str(sample.test_seconds), *names]):
                raise MutmutFailed(folder)
    except TimeoutError:
        say(f"The {sample.minutes:g} minutes are over")
    finally:
        telling.cancel()


def _is_prepared(folder: Path) -> bool:
    return (folder / "mutants" / "mutmut-stats.json").is_file()


async def _ended(folder: Path, env: dict[str, str], command: list[str]) -> int:
    process = await Process.start("mutmut", command, log_path=folder / "mutmut.log", env=env, cwd=folder)
    try:
        return await process.wait_ended()
    finally:
        await process.stop()


async def _tell_progress(folder: Path, say: Say) -> None:
    """Say from time to time how many are done, while there is something new."""
    began, told = time.monotonic(), 0
    while True:
        await asyncio.sleep(TELL_SECONDS)
        codes = await asyncio.to_thread(_codes, folder)
        if len(codes) > told:
            told = len(codes)
            unnoticed = sum(code in _UNNOTICED for code in codes)
            minutes = (time.monotonic() - began) / 60
            say(f"{told} tried, {unnoticed} not noticed, {minutes:.1f} minutes")


def _codes(folder: Path) -> list[int]:
    """mutmut's codes for the mutants that it is done with."""
    codes: list[int] = []
    for path in (folder / "mutants").rglob("*.py.meta"):
        with suppress(ValueError):  # it is being written
            codes += [
                code for code in json.loads(path.read_text())["exit_code_by_key"].values() if code is not None
            ]
    return codes
