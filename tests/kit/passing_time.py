"""Time for time-outs that passes when a test says so: no test waits for one, or is too slow for one."""

import time

import pytest

_real = time.monotonic
_passed = 0.0


def pass_time(seconds: float) -> None:
    """It is so much later: for the event loop, and for who asks time.monotonic, within `passing_time`."""
    assert time.monotonic is _now, "the test must use the fixture passing_time"
    global _passed
    _passed += seconds


def _now() -> float:
    return _real() + _passed


@pytest.fixture
def passing_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time can be passed."""
    monkeypatch.setattr(time, "monotonic", _now)
