"""`make test` runs all, and with ONLY a part of it."""

import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("only", "part"),
    [
        ("", ""),
        ("api", "tests/api"),
        ("usecases/sending", "tests/usecases/sending"),
        ("tests/usecases/sending", "tests/usecases/sending"),
        ("deploy/test_plan.py", "tests/deploy/test_plan.py"),
    ],
)
def test_a_part_is_run_on_its_own(only: str, part: str) -> None:
    command = ["make", "--dry-run", "--no-print-directory", "test", f"ONLY={only}"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)  # noqa: S603
    [run] = [line for line in done.stdout.splitlines() if " -m pytest" in line]
    assert run.split("--maxprocesses=4")[1].strip() == part
    assert run.startswith("exec ")  # who ends make ends pytest
