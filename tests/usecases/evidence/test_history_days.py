"""Receipts that never came, send times and ids are taken from the provider's list of a fire's days."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Literal

import pytest

from shared import faults
from shared.domain.messages.sending import Receipt, ReceiptKind
from shared.domain.record import replace
from shared.faults import Point
from shared.usecases.answers.record_receipt import record_receipt
from tests.kit.builders import a_step
from tests.kit.clinic import LOST, Clinic
from tests.kit.clock import Clock
from tests.kit.patience import PATIENCE_SECONDS
from tests.machine.campaign_deaths import Died

HOUR = timedelta(hours=1)
MAIL = a_step(id="mail", channel="email", template_id="mail", sender_id="mails", address_field="email")


@pytest.mark.every_moment
async def test_receipts_that_never_came_are_taken_from_the_day(clinic: Clinic, clock: Clock) -> None:
    clock.at = clock.at.replace(hour=9)  # the fire's days end ten hours after it: today
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
                raise Died


async def all_delivered(clinic: Clinic) -> None:
    """The provider takes real time until its list says so."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while {message["status"] for message in await clinic.accepted()} != {"delivered"}:
            await asyncio.sleep(0.02)


@pytest.fixture
def counted() -> Iterator[Counted]:
    """The points passed during the test."""
    hook = Counted()
    faults.install(hook)
    yield hook
    faults.install(None)


async def test_a_search_cut_short_goes_on_where_it_was(
    clinic: Clinic, clock: Clock, counted: Counted
) -> None:
    clock.at = clock.at.replace(hour=9)
    fire = await clinic.fire_for(*(f"+1 212 555 {2000 + n}" for n in range(230)))
    clinic.later(5 * HOUR)
    counted.stop_at = 3
    await all_delivered(clinic)
    with pytest.raises(Died):
        await clinic.reconcile()
    [search] = (await clinic.stores.history_searches.page(clinic.company_id, limit=10)).items
    assert search.cursor is not None
    assert (search.page_count, search.settled_count) == (2, 200)
    assert (await clinic.reconcile())["receipts"] == 30
    assert counted.passed["search_history.page"] == 4  # two, the one that was cut short, and that one again
    assert (await clinic.report(fire)).deliveries == {"delivered": 230}


@pytest.mark.every_moment
async def test_send_times_are_those_of_the_provider(clinic: Clinic) -> None:
    await clinic.fire_for("+1 212 555 0011", "+1 212 555 0002")
    sent = await clinic.by_address()
    wrong = replace(sent["+12125550011"], sent_at=clinic.runtime.now() + 3 * HOUR)
    await clinic.stores.messages.save(clinic.company_id, wrong.id, wrong)
    clinic.later(5 * HOUR)
    assert (await clinic.reconcile())["receipts"] == 2
    for address, message in (await clinic.by_address()).items():
        [shown] = await clinic.accepted(address)
        assert message.sent_at is not None
        assert abs(message.sent_at.timestamp() - shown["sent_at"]) < 60


@pytest.mark.every_moment
async def test_a_late_receipt_does_not_make_the_message_late(clinic: Clinic) -> None:
    await clinic.fire_for(LOST)
    [message] = await clinic.messages()
    clinic.later(9 * HOUR)
    receipt = Receipt(message_id=message.id, kind=ReceiptKind.DELIVERED, event_id="e", provider_id="SM1")
    await record_receipt(clinic.runtime, clinic.company_id, receipt)
    [settled] = await clinic.messages()
    assert (settled.state, settled.sent_at) == ("sent", message.sending_at)


@pytest.mark.every_moment
async def test_the_day_after_is_searched_when_the_provider_may_have_queued(
    clinic: Clinic, clock: Clock
) -> None:
    clock.at = clock.at.replace(hour=21)
    await clinic.fire_for("+1 212 555 2000")
    searches = (await clinic.stores.history_searches.page(clinic.company_id, limit=10)).items
    today = clock.at.date()
    assert {search.day for search in searches} == {today, today + timedelta(days=1)}
