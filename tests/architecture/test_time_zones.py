"""The pinned time zones hold in every process, whatever files its machine has."""

import os
import subprocess
import sys
import zoneinfo
from datetime import datetime
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import pytest

from shared.domain.place import zone_data
from tests.kit.architecture.source_tree import ROOT

# What each kind of process begins with. The functions' own are in test_cold_start.
PROCESSES = (
    "functions.process",
    "infra.ops.__main__",
    "infra.local.__main__",
    "infra.local.simulator.__main__",
    "shared.tabular.spreadsheet_child",
    "shared.tabular.appointments.child",
    "shared.tabular.appointments.calendar",
    "shared.domain.campaigns.window",
    "tests.conftest",
)
SHOW_OFFSET = """
import sys
from datetime import datetime
from importlib import import_module
from zoneinfo import ZoneInfo
ZoneInfo("America/Vancouver")  # as a library might, before anything of ours is there
import_module(sys.argv[1])
print(datetime(2026, 12, 15, 12, tzinfo=ZoneInfo("America/Vancouver")).strftime("%z"))
"""


@pytest.fixture(scope="session")
def stale_zones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A system's zone files by which Vancouver keeps the clock of Los Angeles, as it did up to 2026."""
    folder = tmp_path_factory.mktemp("zones")
    (folder / "America").mkdir()
    old = files("tzdata.zoneinfo.America").joinpath("Los_Angeles").read_bytes()
    (folder / "America" / "Vancouver").write_bytes(old)
    return folder


@pytest.mark.parametrize("module", PROCESSES)
def test_a_process_reads_the_pinned_zones_and_not_the_systems(module: str, stale_zones: Path) -> None:
    env = {**os.environ, "PYTHONTZPATH": str(stale_zones)}
    command = [sys.executable, "-c", SHOW_OFFSET, module]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True, timeout=60)  # noqa: S603
    assert done.stdout.strip() == "-0700"


def test_the_tests_read_the_pinned_zones() -> None:
    assert zoneinfo.TZPATH == ()
    assert f"tzdata=={version('tzdata')}\n" in (ROOT / "requirements.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("zone", "offset"),
    # From the release's own notes: all year on summer's offset from 2026-11-01, Morocco without one.
    [
        ("America/Vancouver", "-0700"),
        ("America/Edmonton", "-0600"),
        ("America/Winnipeg", "-0500"),
        ("Africa/Casablanca", "+0000"),
    ],
)
def test_the_pinned_zones_are_of_2026f(zone: str, offset: str) -> None:
    assert zone_data() >= "2026f"
    assert datetime(2026, 12, 15, 12, tzinfo=zoneinfo.ZoneInfo(zone)).strftime("%z") == offset
