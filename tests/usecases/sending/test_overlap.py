"""Groups of one batch overlap: while one is being called, the next one's intent is written and called too."""

from collections.abc import Iterator

import pytest

from shared import faults
from shared.usecases.sending.send_groups import GROUPS_IN_FLIGHT
from tests.kit.clinic import Clinic, people

GROUP = 25
SLOW = {"Patient": "Slow", "Phone": "+1 212 555 0008"}  # answered late


@pytest.fixture
def passed() -> Iterator[list[str]]:
    """The calls and results that begin and end, in order."""
    steps: list[str] = []
    wanted = ("send_batch.call", "record_results.untouched")
    faults.install(lambda point, moment: steps.append(f"{moment} {point}") if point in wanted else None)
    yield steps
    faults.install(None)


def most_at_once(steps: list[str], point: str) -> int:
    """How many of them were under way together."""
    most = now = 0
    for step in steps:
        now += {f"before {point}": 1, f"after {point}": -1}.get(step, 0)
        most = max(most, now)
    return most


async def test_calls_of_several_groups_are_in_flight(clinic: Clinic, passed: list[str]) -> None:
    """Two of five groups have somebody whose call takes long; the others' results are written meanwhile."""
    rows = people(5 * GROUP - 2)
    await clinic.load(SLOW, *rows[: GROUP - 1], SLOW | {"Patient": "Slow too"}, *rows[GROUP - 1 :])
    await clinic.ready(dedupe_key=("name", "address"))
    await clinic.fire()
    assert sum((await clinic.sent_counts()).values()) == 5 * GROUP
    assert 2 <= most_at_once(passed, "send_batch.call") <= GROUPS_IN_FLIGHT
    first_result = passed.index("before record_results.untouched")
    assert passed[:first_result].count("before send_batch.call") >= 2
