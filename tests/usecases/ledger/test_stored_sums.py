"""Sums of fires that are over are stored: a report reads them, and shows at once whatever changes later."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.fires.fire import Fire
from shared.domain.fires.fire_sums import MARKED_FOR, SETTLED_AFTER, STANDING_FOR, StoredSums
from shared.domain.fires.report import RangeReport
from shared.domain.messages.reply import Reply
from shared.domain.messages.sending import Receipt, ReceiptKind
from shared.domain.record import replace
from shared.usecases.answers.answer_reply import answer_reply
from shared.usecases.answers.store_receipts import store_receipts
from shared.usecases.evidence.settle_message import Settlement, settle_message
from shared.usecases.fires.requeue_failure import requeue_failure
from shared.usecases.ledger.ask_sums import ask_sums
from shared.usecases.upkeep.count_due_sums import count_due_sums
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from shared.views import range_sums
from shared.views.fire_sums import count_all
from shared.views.range_reports import report_range
from tests.kit.clinic import Clinic, people
from tests.kit.clock import Clock
from tests.kit.counted_questions import count_questions

DAY = timedelta(days=1)
LATER = SETTLED_AFTER + timedelta(minutes=1)


async def a_closed_fire(clinic: Clinic) -> tuple[Fire, Clock]:
    """Some of everything in it; its sums are stored, and hold."""
    clock = clinic.stop_clock(clinic.runtime.now())
    await clinic.write("+12125552003", "STOP")
    await clinic.load(*people(5), {"Phone": "12"}, {"Phone": "+12125550003"}, {"Phone": "+12125550005"})
    await clinic.ready()
    fire = await clinic.fire()
    await clinic.write("+12125552000", "1")
    await settle(clinic, clock)
    return fire, clock


async def settle(clinic: Clinic, clock: Clock) -> None:
    """Let all marks settle, and the sweep count."""
    clock.at += LATER
    await sweep_stalled_work(clinic.runtime, clinic.runtime.now())


async def stored(clinic: Clinic, fire: Fire) -> StoredSums:
    return await clinic.stores.fire_sums.get(clinic.company_id, fire.id)


async def shown(clinic: Clinic) -> RangeReport:
    now = clinic.runtime.now()
    return await report_range(clinic.runtime, clinic.company_id, now - DAY, now + DAY)


async def counted(clinic: Clinic) -> RangeReport:
    """The same with no sums stored: all is counted."""
    sums, company_id = clinic.stores.fire_sums, clinic.company_id
    kept = (await sums.page(company_id, limit=99)).items
    await sums.remove(company_id, [one.id for one in kept])
    report = await shown(clinic)
    for one in kept:
        await sums.save(company_id, one.id, one)
    return replace(report, unsummed=())


async def receive(clinic: Clinic, address: str, kind: ReceiptKind, code: str | None = None) -> None:
    message = (await clinic.by_address())[address]
    receipt = Receipt(message_id=message.id, kind=kind, event_id=f"{message.id} {kind}", code=code)
    await store_receipts(clinic.runtime, clinic.company_id, [receipt])


async def is_delivered(clinic: Clinic) -> None:
    await receive(clinic, "+12125552001", ReceiptKind.DELIVERED)


async def bounces(clinic: Clinic) -> None:
    await receive(clinic, "+12125552001", ReceiptKind.UNDELIVERED, "30003")


async def teaches(clinic: Clinic) -> None:
    """A receipt that says something of the address is recorded by itself."""
    await receive(clinic, "+12125552001", ReceiptKind.UNDELIVERED, "21610")


async def proves(clinic: Clinic) -> None:
    await receive(clinic, "+12125550005", ReceiptKind.DELIVERED)


async def answers(clinic: Clinic) -> None:
    await clinic.write("+12125552001", "2")


async def writes_something(clinic: Clinic) -> None:
    await clinic.write("+12125552001", "what is this about")


async def is_answered_for(clinic: Clinic) -> None:
    reply: Reply = await clinic.write("+12125552002", "hm")
    message = (await clinic.by_address())["+12125552002"]
    given = {message.id: Disposition.CONFIRMED}
    await answer_reply(clinic.runtime, clinic.company_id, reply.id, given)


async def settles(clinic: Clinic) -> None:
    message = (await clinic.by_address())["+12125550005"]
    await settle_message(clinic.runtime, clinic.company_id, message.id, Settlement.SENT, by="a test")


async def corrects(clinic: Clinic) -> None:
    failure = next(one for one in await clinic.failures() if one.value == "12")
    await requeue_failure(clinic.runtime, clinic.company_id, failure.id, {"phone": "212 555 2009"})


CHANGES = (
    is_delivered,
    bounces,
    teaches,
    proves,
    answers,
    writes_something,
    is_answered_for,
    settles,
    corrects,
)


async def test_a_report_reads_what_is_stored_and_counts_nothing(clinic: Clinic) -> None:
    fire, _ = await a_closed_fire(clinic)
    sums = await stored(clinic, fire)
    assert sums.is_true(clinic.runtime.now())
    found = sums.counted
    assert found is not None
    assert found.sums.failed == {"phone not valid": 1, "provider 21610": 1}
    asked = count_questions(clinic.stores.db)
    report = await shown(clinic)
    assert asked["run_query"] == 1  # which fires there are
    assert report == await counted(clinic)
    assert report.unsummed == ()
    assert report.as_of == clinic.runtime.now()
    assert [one.channel for one in report.channels] == ["sms"]
    assert report.answers[0].counts == {"confirmed": 1}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
async def test_what_changes_later_is_shown_at_once_and_stored_again(
    clinic: Clinic, change: Callable[[Clinic], Awaitable[None]]
) -> None:
    fire, clock = await a_closed_fire(clinic)
    before = await shown(clinic)
    await change(clinic)
    now = await shown(clinic)
    assert now == await counted(clinic)
    assert replace(now, as_of=before.as_of) != before
    await settle(clinic, clock)
    await settle(clinic, clock)  # a fire that was opened again closes in the first of them
    assert (await stored(clinic, fire)).is_true(clinic.runtime.now())
    assert await shown(clinic) == await counted(clinic)


async def test_without_its_mark_a_change_is_seen_only_when_all_is_counted_again(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What marks are for; and that sums are counted again some times without one."""

    async def forget(*_: object) -> None: ...

    fire, clock = await a_closed_fire(clinic)
    for user in ("answers.record_receipts", "ledger.mark_sums"):
        monkeypatch.setattr(f"shared.usecases.{user}.mark_sums", forget)
    await is_delivered(clinic)
    assert (await shown(clinic)).deliveries != (await counted(clinic)).deliveries
    clock.at += (await stored(clinic, fire)).due_at - clock() + LATER
    await sweep_stalled_work(clinic.runtime, clinic.runtime.now())
    assert (
        (await shown(clinic)).deliveries
        == (await counted(clinic)).deliveries
        == {"delivered": 1, "no receipt": 3}
    )


async def test_a_fire_is_marked_once_for_many_changes_and_trusted_when_all_of_them_are_in(
    clinic: Clinic,
) -> None:
    fire, clock = await a_closed_fire(clinic)
    await is_delivered(clinic)
    marked = await stored(clinic, fire)
    assert marked.due_at == clinic.runtime.now()
    clock.at += MARKED_FOR / 2
    await answers(clinic)
    assert (await stored(clinic, fire)).due_at == marked.due_at
    clock.at += SETTLED_AFTER - MARKED_FOR
    assert await count_due_sums(clinic.runtime, clinic.runtime.now()) == 0
    assert await shown(clinic) == await counted(clinic)
    clock.at += MARKED_FOR
    assert await count_due_sums(clinic.runtime, clinic.runtime.now()) == 1
    assert (await stored(clinic, fire)).is_true(clinic.runtime.now())


async def test_a_mark_that_comes_while_sums_are_counted_holds(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    fire, clock = await a_closed_fire(clinic)
    await is_delivered(clinic)
    clock.at += LATER

    async def slowly(*arguments: Any) -> object:
        found = await count_all(*arguments)
        await answers(clinic)
        return found

    monkeypatch.setattr("shared.usecases.ledger.count_sums.count_all", slowly)
    assert await count_due_sums(clinic.runtime, clinic.runtime.now()) == 0
    assert not (await stored(clinic, fire)).is_true(clinic.runtime.now())
    assert await shown(clinic) == await counted(clinic)


async def test_fires_of_before_are_counted_and_asked_for(clinic: Clinic) -> None:
    fire, _ = await a_closed_fire(clinic)
    await clinic.stores.fire_sums.remove(clinic.company_id, [fire.id])
    report = await shown(clinic)
    assert report.unsummed == (fire.id,)
    for _ in range(2):
        await ask_sums(clinic.runtime, clinic.company_id, report.unsummed)
    assert (await shown(clinic)).unsummed == ()
    assert (await stored(clinic, fire)).counted is None
    assert await count_due_sums(clinic.runtime, clinic.runtime.now()) == 1
    assert (await stored(clinic, fire)).counted is not None
    assert await shown(clinic) == await counted(clinic)


async def test_of_more_changed_fires_than_are_counted_a_report_says_as_of_when_it_is(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    fire, clock = await a_closed_fire(clinic)
    sums = await stored(clinic, fire)
    assert sums.counted is not None
    monkeypatch.setattr(range_sums, "MOST_CHANGED", 0)
    await is_delivered(clinic)
    clock.at += timedelta(minutes=1)
    report = await shown(clinic)
    assert report.as_of == sums.counted.at < clinic.runtime.now()
    assert report.deliveries != (await counted(clinic)).deliveries
    await settle(clinic, clock)
    assert (await shown(clinic)).as_of == clinic.runtime.now()


async def test_what_answers_people_is_summed_when_its_day_is_long_over(clinic: Clinic) -> None:
    clock = clinic.stop_clock(clinic.runtime.now())
    option = ReplyOption(words=("1",), disposition=Disposition.CONFIRMED, acknowledgement="Thank you.")
    await clinic.load({})
    await clinic.ready(reply_options=(option,))
    await clinic.fire()
    await clinic.write("+12125550187", "1")
    found = (await clinic.stores.fires.page(clinic.company_id, limit=9)).items
    [fire] = [one for one in found if one.is_standing]
    await settle(clinic, clock)
    assert (await _of(clinic, fire.fired_at)).unsummed == ()
    clock.at += STANDING_FOR
    report = await _of(clinic, fire.fired_at)
    assert report.unsummed == (fire.id,)
    await ask_sums(clinic.runtime, clinic.company_id, report.unsummed)
    await settle(clinic, clock)
    asked = count_questions(clinic.stores.db)
    again = await _of(clinic, fire.fired_at)
    assert asked["run_query"] == 1
    assert again == replace(report, as_of=again.as_of, unsummed=())
    [line] = [one for one in again.fires if one.fire_id == fire.id]
    assert (line.ledger.planned, line.ledger.sent) == (1, 1)


async def _of(clinic: Clinic, day: datetime) -> RangeReport:
    return await report_range(clinic.runtime, clinic.company_id, day, day + DAY)
