"""The moments that tests with a clock are run at: a pytest plugin.

A test has a clock when it takes `clock`, or anything made with it, as the clinic and the office are. Usually
it runs at one of MOMENTS, by its name, so that all are tried on some tests in every run. Tests marked
`every_moment` run once for each, and with `--every-moment` all do that have a clock.
"""

from datetime import UTC, datetime, timedelta
from zlib import crc32

import pytest

from tests.kit.builders import NOON
from tests.kit.clock import Clock

# Local is New York, five hours behind UTC in winter: where the companies of the tests are.
MOMENTS = {
    "noon": NOON,
    "evening": datetime(2026, 11, 23, 23, 15, tzinfo=UTC),
    "before_midnight": datetime(2026, 11, 23, 23, 59, 30, tzinfo=UTC),
    "after_midnight": datetime(2026, 11, 24, 0, 0, 30, tzinfo=UTC),
    "before_local_midnight": datetime(2026, 11, 24, 4, 59, 30, tzinfo=UTC),
    "after_local_midnight": datetime(2026, 11, 24, 5, 0, 30, tzinfo=UTC),
    "sunday": datetime(2026, 11, 29, 14, 0, tzinfo=UTC),
    "years_end": datetime(2027, 1, 1, 3, 0, tzinfo=UTC),  # still last year in New York
    "months_end": datetime(2027, 1, 31, 22, 0, tzinfo=UTC),
    "clocks_go_forward": datetime(2027, 3, 14, 6, 59, 30, tzinfo=UTC),  # the next local hour is left out
    "clocks_go_back": datetime(2027, 11, 7, 5, 30, tzinfo=UTC),  # this local hour comes twice
    "leap_day": datetime(2028, 2, 29, 18, 0, tzinfo=UTC),
    "five_years_on": datetime(2031, 11, 24, 9, 0, tzinfo=UTC),
}
MILLISECOND = timedelta(milliseconds=1)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option that asks for all of it."""
    parser.addoption(
        "--every-moment",
        action="store_true",
        help="run every test that has a clock, and only those, at every moment",
    )


def pytest_configure(config: pytest.Config) -> None:
    """The mark is known."""
    config.addinivalue_line("markers", "every_moment: run at each of the moments, as it counts days or hours")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Repeat what is to be repeated."""
    if "begins_at" not in metafunc.fixturenames:
        return
    is_repeated = metafunc.config.getoption("--every-moment") or any(
        metafunc.definition.iter_markers("every_moment")
    )
    if is_repeated:
        metafunc.parametrize("begins_at", MOMENTS, indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Asked for every moment, leave out the tests that have no clock."""
    if config.getoption("--every-moment"):
        timed = [item for item in items if "begins_at" in getattr(item, "fixturenames", ())]
        config.hook.pytest_deselected(items=[item for item in items if item not in set(timed)])
        items[:] = timed


def moment_of(nodeid: str) -> str:
    """The name of the moment that a test is usually run at."""
    return sorted(MOMENTS)[crc32(nodeid.encode()) % len(MOMENTS)]


@pytest.fixture
def begins_at(request: pytest.FixtureRequest) -> datetime:
    """When the test begins."""
    name = getattr(request, "param", None) or moment_of(request.node.nodeid)
    print(f"The test begins at {MOMENTS[name]} ({name}).")  # noqa: T201 - shown when it fails
    return MOMENTS[name]


@pytest.fixture
def clock(begins_at: datetime) -> Clock:
    """What the program and the providers take for now. A test that is about a day or an hour sets it."""
    return Clock(begins_at, step=MILLISECOND)
