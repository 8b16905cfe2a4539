"""Reports: every sum is made of its parts, for one fire and for a range of days."""

from collections import Counter
from datetime import timedelta

import pytest
from msgspec.structs import fields

from infra.local.simulator.outcomes import Answer
from shared import metering
from shared.domain.errors import InvalidInput, NotFound
from shared.domain.fires.fire import Ledger, ProgressStatus
from shared.domain.fires.fire_cost import Unit
from shared.domain.fires.report import RangeReport
from shared.domain.messages.sending import Receipt, ReceiptKind
from shared.domain.record import replace
from shared.usecases.answers.record_receipt import record_receipt
from shared.usecases.fires.requeue_failure import requeue_failure
from shared.views import fire_outcomes
from shared.views.range_reports import report_range
from shared.views.reports import report_fire
from tests.kit.clinic import Clinic, people
from tests.kit.counted_questions import count_questions


async def receive(clinic: Clinic, message_id: str, kind: ReceiptKind, code: str | None = None) -> None:
    receipt = Receipt(message_id=message_id, kind=kind, event_id=f"{message_id} {kind}", code=code)
    assert await record_receipt(clinic.runtime, clinic.company_id, receipt)


async def test_a_fire_with_everything_in_it_adds_up(clinic: Clinic) -> None:
    await clinic.write("+12125552003", "STOP")
    await clinic.load(
        *people(4),  # delivered, undelivered, no receipt, opted out
        {"Patient": "P0", "Phone": "+1 212 555 2000"},  # duplicate
        {"Phone": "12"},
        {"Phone": "13"},
        {"Phone": "+12125550003"},  # refused by the provider
        {"Phone": "+12125550005"},  # unknown
    )
    await clinic.ready()
    fire = await clinic.fire()
    messages = {message.address: message for message in await clinic.messages()}
    await receive(clinic, messages["+12125552000"].id, ReceiptKind.DELIVERED)
    await receive(clinic, messages["+12125552001"].id, ReceiptKind.UNDELIVERED, "30003")
    await clinic.write("+12125552000", "1")
    report = await clinic.report(fire)
    assert report.ledger == Ledger(planned=9, sent=3, skipped=2, failed=3, unknown=1)
    assert report.ledger.is_balanced
    assert (report.status, report.percent) == (ProgressStatus.NEEDS_ATTENTION, 100)
    assert report.skipped == {"opted_out": 1, "duplicate": 1}
    assert report.failed == {"phone not valid": 2, "provider 21610": 1}
    assert sum(report.unknown.values()) == 1
    assert report.deliveries == {"delivered": 1, "undelivered": 1, "no receipt": 1}
    assert report.undelivered == {"30003": 1}
    assert report.dispositions == {"confirmed": 1}
    # The unknown one turns out to have arrived, and one of the wrong numbers is mended.
    await receive(clinic, messages["+12125550005"].id, ReceiptKind.DELIVERED)
    failure = next(f for f in await clinic.failures() if f.value == "12")
    await requeue_failure(clinic.runtime, clinic.company_id, failure.id, {"phone": "212 555 2009"})
    report = await clinic.report(fire)
    assert report.ledger == Ledger(planned=9, sent=5, skipped=2, failed=2)
    assert (report.status, report.unknown) == (ProgressStatus.SENT, {})
    assert sum(report.deliveries.values()) == report.ledger.sent
    progress = await clinic.stores.fire_progress.get(clinic.company_id, fire.id)
    assert (progress.ledger, progress.status) == (report.ledger, report.status)


async def test_a_fire_is_counted_alike_by_the_database_and_from_what_was_read(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    await clinic.write("+12125552003", "STOP")
    await clinic.load(*people(6), {"Phone": "12"}, {"Phone": "+12125550003"}, {"Phone": "+12125550005"})
    await clinic.ready()
    fire = await clinic.fire()
    messages = {message.address: message for message in await clinic.messages()}
    await receive(clinic, messages["+12125552000"].id, ReceiptKind.DELIVERED)
    await receive(clinic, messages["+12125552001"].id, ReceiptKind.UNDELIVERED, "30003")
    await receive(clinic, messages["+12125552002"].id, ReceiptKind.UNDELIVERED)
    await clinic.write("+12125552000", "1")
    read = await clinic.report(fire)
    assert (read.skipped, read.dispositions) == ({"opted_out": 1}, {"confirmed": 1})
    assert read.undelivered == {"30003": 1, "no code": 1}
    asked = count_questions(clinic.stores.db)
    assert await clinic.report(fire) == read
    few = asked.total()
    monkeypatch.setattr(fire_outcomes, "MOST_READ", 0)
    asked.clear()
    assert await clinic.report(fire) == read
    assert asked.total() > few + 10


async def test_a_report_looks_at_so_many_reasons_and_counts_the_rest(clinic: Clinic) -> None:
    await clinic.load(*people(2), *({"Phone": f"1{number}"} for number in range(7)))
    await clinic.ready()
    fire = await clinic.fire()
    for message in await clinic.messages():
        await receive(clinic, message.id, ReceiptKind.UNDELIVERED, "30003")
    report = await report_fire(clinic.runtime, clinic.company_id, fire.id, tallied=3)
    assert report.failed == {"phone not valid": 3, "others": 4}
    assert sum(report.failed.values()) == report.ledger.failed
    assert report.undelivered == {"30003": 2}
    all_seven = await report_fire(clinic.runtime, clinic.company_id, fire.id, tallied=7)
    assert all_seven.failed == {"phone not valid": 7}


async def test_a_late_answer_closes_the_books_as_a_receipt_does(clinic: Clinic) -> None:
    clinic.wait_for_providers(seconds=2)
    await clinic.simulator.ask_fault("twilio", Answer.TIMEOUT_ACCEPTED)
    await clinic.load({})
    await clinic.ready()
    fire = await clinic.fire()
    [message] = await clinic.messages()
    assert (await clinic.report(fire)).status is ProgressStatus.NEEDS_ATTENTION
    await receive(clinic, message.id, ReceiptKind.SENT)
    progress = await clinic.stores.fire_progress.get(clinic.company_id, fire.id)
    assert progress.status is ProgressStatus.SENT
    assert (await clinic.campaign()).state == "sent"


@pytest.mark.every_moment
async def test_a_range_is_the_sum_of_its_fires(clinic: Clinic) -> None:
    start = clinic.runtime.now().replace(hour=0, minute=0, second=0, microsecond=0)
    day = timedelta(days=1)
    for number in range(3):
        clinic.stop_clock(start + number * day)
        await clinic.load(
            *people(number + 1, digits=3000 + 10 * number), {"Phone": "12"}, accepts_repeat=True
        )
        await clinic.ready()
        await clinic.fire()
    arguments = (clinic.runtime, clinic.company_id)
    two = await report_range(*arguments, start, start + 2 * day)
    assert [report.ledger.planned for report in two.fires] == [2, 3]
    assert two.ledger == Ledger(planned=5, sent=3, failed=2)
    for field in fields(Ledger):
        assert getattr(two.ledger, field.name) == sum(getattr(r.ledger, field.name) for r in two.fires)
    assert two.deliveries == {"no receipt": 3}
    assert (await report_range(*arguments, start + 3 * day, start + 4 * day)).fires == ()
    with pytest.raises(InvalidInput):
        await report_range(*arguments, start, start)
    with pytest.raises(NotFound):
        await report_fire(*arguments, "gone")


async def test_a_range_of_many_fires_asks_no_more_questions_than_one_of_few(clinic: Clinic) -> None:
    await clinic.load(*people(2), {"Phone": "12"})
    await clinic.ready()
    fire = await clinic.stores.fires.get(clinic.company_id, (await clinic.fire()).id)
    progress = await clinic.stores.fire_progress.get(clinic.company_id, fire.id)
    assert fire.is_closed
    few, before = await _read_range(clinic)
    more = 29
    for number in range(more):
        other = f"fire-{number}"
        await clinic.stores.fires.save(clinic.company_id, other, replace(fire, id=other))
        kept = replace(progress, id=other, fire_id=other)
        await clinic.stores.fire_progress.save(clinic.company_id, other, kept)
    many, after = await _read_range(clinic)
    assert after - before == 3 * more  # each fire, its summary and its sums, and nothing else
    assert len(many.fires) == more + 1
    assert many.ledger.planned == few.ledger.planned * (more + 1)
    assert (many.failed, many.costs, many.channels) == (few.failed, few.costs, few.channels)
    alone = await report_fire(clinic.runtime, clinic.company_id, fire.id)
    assert (few.ledger, few.failed, few.deliveries) == (alone.ledger, alone.failed, alone.deliveries)
    assert (few.costs, few.estimated_cost) == (alone.costs, alone.estimated_cost)


async def _read_range(clinic: Clinic) -> tuple[RangeReport, int]:
    """The report of the last days, and how many documents it read."""
    now = clinic.runtime.now()
    with metering.metered() as meter:
        days = timedelta(days=1)
        report = await report_range(clinic.runtime, clinic.company_id, now - days, now + days)
    return report, sum(meter.values(), Counter[str]())[Unit.READS]
