"""What a test started and has not stopped, whoever its parent is now."""

import os

import psutil
import pytest

MARK = "STARTED_BY_TEST"


class Leftovers:
    """All live processes that inherited the test's mark in their environment."""

    def __init__(self, mark: str) -> None:
        self._mark = mark

    def commands(self) -> list[str]:
        """Their commands; this process is none of them."""
        commands = []
        for process in psutil.process_iter():
            try:
                if process.pid != os.getpid() and process.environ().get(MARK) == self._mark:
                    commands.append(" ".join(process.cmdline()))
            except (psutil.NoSuchProcess, psutil.AccessDenied):  # a zombie counts as gone
                continue
        return commands


@pytest.fixture
def leftovers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Leftovers:
    """Mark what is started from now on."""
    mark = f"{os.getpid()} {request.node.nodeid}"
    monkeypatch.setenv(MARK, mark)
    monkeypatch.setenv("SPT_NOENV", "1")  # gunicorn would write its title over the environment
    return Leftovers(mark)
