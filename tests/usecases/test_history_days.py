"""Receipts that never came, send times and ids are taken from the provider's list of a fire's days."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Literal

import pytest

from shared import faults
from shared.faults import Point
from tests.builders import a_step
from tests.usecases.clinic import Clinic

HOUR = timedelta(hours=1)
MAIL = a_step(id="mail", channel="email", template_id="mail", sender_id="mails", address_field="email")


async def test_receipts_that_never_came_are_taken_from_the_day(clinic: Clinic) -> None:
    fire = await clinic.fire_for("+1 212 555 0011", "+1 212 555 0002", "+1 212 555 2000")
    assert (await clinic.report(fire)).deliveries == {"no receipt": 3}
    clinic.later(5 * HOUR)
    assert (await clinic.reconcile())["receipts"] == 3
    report = await clinic.report(fire)
    assert report.deliveries == {"delivered": 2, "undelivered": 1}
    assert report.undelivered == {"30003": 1}
    clinic.later(5 * HOUR)
    assert (await clinic.reconcile())["receipts"] == 0
    [search] = (await clinic.stores.history_searches.page(clinic.company_id, limit=10)).items
    assert not search.is_open


class Counted:
    """Counts the points that are passed, and stops at the nth page."""

    def __init__(self, stop_at: int | None = None) -> None:
        self.passed: Counter[str] = Counter()
        self.stop_at = stop_at

    def __call__(self, point: Point, moment: Literal["before", "after"]) -> None:
        if moment == "before":
            self.passed[point] += 1
            if point == "search_history.page" and self.passed[point] == self.stop_at:
                raise InterruptedError("killed")


@pytest.fixture
def counted() -> Iterator[Counted]:
    """The points passed during the test."""
    hook = Counted()
    faults.install(hook)
    yield hook
    faults.install(None)


async def test_a_search_cut_short_goes_on_where_it_was(clinic: Clinic, counted: Counted) -> None:
    fire = await clinic.fire_for(*(f"+1 212 555 {2000 + n}" for n in range(230)))
    clinic.later(5 * HOUR)
    counted.stop_at = 3
    with pytest.raises(InterruptedError):
        await clinic.reconcile()
    [search] = (await clinic.stores.history_searches.page(clinic.company_id, limit=10)).items
    assert search.cursor is not None
    assert (search.page_count, search.settled_count) == (2, 200)
    assert (await clinic.reconcile())["receipts"] == 30
    assert counted.passed["search_history.page"] == 4  # two, the one that was cut short, and that one again
    assert (await clinic.report(fire)).deliveries == {"delivered": 230}
