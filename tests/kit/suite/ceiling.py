"""The suite stays quick: a run over the ceiling fails, and says so under its slowest tests. A plugin."""

import time

import pytest

_STARTED: pytest.StashKey[float] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The ceiling is a setting of pytest, in pyproject.toml."""
    parser.addini("ceiling_minutes", "how long a run may take; the slowest tests are under --durations")


def pytest_configure(config: pytest.Config) -> None:
    """The run begins."""
    config.stash[_STARTED] = time.monotonic()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A run that passed in too long a time has failed."""
    if _is_over(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what failed."""
    if _is_over(config):
        terminalreporter.write_line(
            f"The run took {_minutes(config):.1f} minutes; it may take {_ceiling(config):g} (ceiling_minutes "
            "in pyproject.toml). The slowest tests are listed above: mend those, or share what they start.",
            red=True,
        )


def _is_over(config: pytest.Config) -> bool:
    return not hasattr(config, "workerinput") and _minutes(config) > _ceiling(config)


def _minutes(config: pytest.Config) -> float:
    return (time.monotonic() - config.stash[_STARTED]) / 60


def _ceiling(config: pytest.Config) -> float:
    return float(config.getini("ceiling_minutes") or "inf")
