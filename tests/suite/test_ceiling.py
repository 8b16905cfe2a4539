"""A run that takes longer than it may fails, and names its slowest tests; one that does not, passes."""

from pathlib import Path

import pytest

from tests.kit.suite.inner_run import inner_run

SLOW = """
import time

def test_slow():
    time.sleep(0.02)
"""


@pytest.mark.parametrize("workers", [0, 1])
@pytest.mark.parametrize(("minutes", "outcome"), [("0.0001", 1), ("25", 0)])
def test_a_run_over_the_ceiling_fails(tmp_path: Path, minutes: str, outcome: int, workers: int) -> None:
    code, said = inner_run(
        tmp_path, SLOW, "ceiling", f"-n{workers}", "--durations=20", "-o", f"ceiling_minutes={minutes}"
    )
    assert code == outcome, said
    assert "1 passed" in said
    assert ("it may take 0.0001" in said) == bool(outcome)
    assert "test_inner.py::test_slow" in said


def test_our_ceiling(pytestconfig: pytest.Config) -> None:
    assert float(pytestconfig.getini("ceiling_minutes")) == 60
    assert pytestconfig.getini("addopts")[-1] == "--durations=20"
