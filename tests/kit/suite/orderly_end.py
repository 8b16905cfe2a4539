"""A run that is told to end by `kill`, or by a closed terminal, ends as by Ctrl-C: a pytest plugin.

Fixtures then stop the emulators and stacks they started, in this process and in every worker of pytest-xdist:
those hear of it from here, as `kill` tells nobody else.
"""

import signal
import time
from contextlib import suppress
from types import FrameType

import psutil
import pytest

STOP_SECONDS = 120
POLL_SECONDS = 0.1
_TOLD_BY = (signal.SIGTERM, signal.SIGHUP)


def pytest_configure() -> None:
    """Take the signals, but for a SIGHUP that `nohup` has us ignore."""
    for number in _TOLD_BY:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _end_as_by_ctrl_c)
    # A shell that starts us in the background has us, and all we start, ignore Ctrl-C, which tests send.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_keyboard_interrupt() -> None:
    """From here on everything is stopped; who is impatient does not cut that short."""
    _ignore_more(signal.SIGINT, *_TOLD_BY)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Nothing disturbs the stopping; workers stop first, as pytest-xdist kills who takes ten seconds."""
    _ignore_more(signal.SIGINT, *_TOLD_BY)
    if session.config.pluginmanager.hasplugin("dsession"):
        _stop_workers()


def _end_as_by_ctrl_c(number: int, frame: FrameType | None) -> None:
    _ignore_more(*_TOLD_BY)
    signal.raise_signal(signal.SIGINT)


def _ignore_more(*numbers: int) -> None:
    for number in numbers:
        signal.signal(number, signal.SIG_IGN)


def _stop_workers() -> None:
    """Tell the workers, and wait until all they started is gone; those that are done have nothing left."""
    workers = psutil.Process().children()
    for worker in workers:
        with suppress(psutil.NoSuchProcess):
            worker.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline and any(_started_by(worker) for worker in workers):
        time.sleep(POLL_SECONDS)  # no event tells of others' children


def _started_by(worker: psutil.Process) -> list[psutil.Process]:
    try:
        return [one for one in worker.children() if one.status() != psutil.STATUS_ZOMBIE]
    except psutil.NoSuchProcess:
        return []
