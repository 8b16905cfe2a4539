"""A run or a demo that is told to end leaves no process behind, whether make or pytest itself was told."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.kit.leftovers import Leftovers, leftovers
from tests.kit.patience import PATIENCE_SECONDS

__all__ = ["leftovers"]
REPOSITORY = Path(__file__).resolve().parents[2]
WAITS = """
import asyncio
import pytest_asyncio
from infra.local.processes import Process
from tests.kit.patience import PATIENCE_SECONDS

@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def program(tmp_path_factory):
    log = tmp_path_factory.mktemp("program") / "log"
    process = await Process.start("program", ["sh", "-c", "sleep 4321 & wait"], log_path=log)
    yield
    await asyncio.sleep(1)  # stopping takes its time
    await process.stop()

async def test_until_the_run_is_ended(program):
    await asyncio.Event().wait()
"""

# Whoever runs the tests may ignore SIGHUP, as `nohup` does, and what is started here would do so too. (Not by
# `preexec_fn`: it runs in a fork of this process, in which gRPC has threads.)
HEARS_ALL_SIGNALS = """
import os, signal, sys
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])
"""


def until(holds: Callable[[], bool], run: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert run.poll() is None, run.communicate()[0]
        assert time.monotonic() < deadline
        time.sleep(0.05)


def start(*command: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own commands
        [sys.executable, "-c", HEARS_ALL_SIGNALS, *command],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_fixtures_stop_what_they_started(
    leftovers: Leftovers, tmp_path: Path, number: signal.Signals, workers: int
) -> None:
    for place in range(max(1, workers)):
        (tmp_path / f"test_waits_{place}.py").write_text(WAITS)
    plugins = [f"-p tests.kit.suite.{name}" for name in ("orderly_end", "sharing")]
    options = ["-o", "asyncio_mode=auto", "-c", os.devnull, f"--rootdir={tmp_path}", f"-n{workers}"]
    run = start(sys.executable, "-m", "pytest", *plugins, *options, str(tmp_path))
    until(lambda: leftovers.commands().count("sleep 4321") == max(1, workers), run)
    for _ in range(3):  # who is impatient does not cut the stopping short
        run.send_signal(number)
        time.sleep(0.2)
    said, _ = run.communicate(timeout=PATIENCE_SECONDS)
    assert run.returncode == pytest.ExitCode.INTERRUPTED, said
    assert leftovers.commands() == []


def test_make_test_stops_its_emulators(leftovers: Leftovers, tmp_path: Path) -> None:
    waits = tmp_path / "waits"
    run = start("make", "test", "ONLY=kit/suite/waits_for_its_end.py", TELLS=str(waits))
    until(waits.exists, run)
    assert sum(command.startswith("java") for command in leftovers.commands()) >= 2
    run.terminate()
    run.communicate(timeout=PATIENCE_SECONDS)
    assert leftovers.commands() == []


def test_make_demo_stops_its_stack(leftovers: Leftovers) -> None:
    run = start("make", "demo")
    assert run.stdout is not None
    assert any(line.startswith("Company North Clinic") for line in run.stdout)  # all of it runs
    assert len(leftovers.commands()) > 10
    run.terminate()
    said, _ = run.communicate(timeout=PATIENCE_SECONDS)
    assert "Stopping" in said
    assert leftovers.commands() == []
