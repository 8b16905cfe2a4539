"""Appointments from a calendar to sent, and what a later file that cancels or moves them does to the rest."""

import asyncio
import csv
import io
from concurrent.futures import ThreadPoolExecutor

import pytest
import pytest_asyncio

from shared import faults
from shared.domain.campaigns.audience import FileAudience
from shared.domain.errors import Conflict
from shared.domain.files.file import File, FileState
from shared.domain.files.source import SourceFormat
from shared.domain.fires.fire import ProgressStatus
from shared.domain.job import Job
from shared.domain.messages.failure import FailureStep
from shared.domain.messages.message import MessageState
from shared.domain.messages.skip_reason import SkipReason
from shared.domain.record import replace
from shared.runtime import Runtime
from shared.usecases.campaigns.start_preview import start_preview
from shared.usecases.evidence.settle_message import Settlement, settle_message
from shared.usecases.fires.requeue_failure import requeue_failure
from shared.usecases.run_job import run_job
from shared.views.files import read_rejected_rows
from tests.kit.clinic import Clinic
from tests.kit.tabular.appointments import calendar, event

START = "DTSTART;TZID=America/New_York:20990614T"


def visit(uid: str, phone: str, *lines: str, at: str = "090000") -> str:
    """An appointment with somebody who has this number."""
    return event(
        uid, START + at, f"ATTENDEE;CN=P{uid};X-PHONE={phone}:mailto:p{uid}@patients.example", *lines
    )


ANA = visit("a", "+12125550181")
BEN = visit("b", "+12125550182")
CANCELED = "STATUS:CANCELLED"


@pytest_asyncio.fixture
async def office(clinic: Clinic) -> Clinic:
    """A clinic whose source takes calendars."""
    await clinic.takes(SourceFormat.ICALENDAR)
    return clinic


async def load(clinic: Clinic, *events: str, method: str = "") -> File:
    file = await clinic.load_bytes(calendar(*events, method=method).encode(), "visits.ics")
    assert file.state is FileState.LOADED, file.refusal
    return file


async def ready(clinic: Clinic, file: File | None = None) -> None:
    audience = {"audience": FileAudience(source_id="appointments", file_id=file.id)} if file else {}
    await clinic.ready(expires_field="useful_until", **audience)


async def test_a_calendar_is_sent_as_it_is_proposed(office: Clinic) -> None:
    file = await load(office, ANA, BEN)
    assert (file.row_count, file.rejected_count, file.canceled_count) == (2, 0, 0)
    await ready(office)
    report = await office.report(await office.fire())
    assert report.ledger.sent == 2
    assert {message["body"] for message in await office.accepted()} == {
        f"Hello {name}, see you on 2099-06-14 at 09:00. Reply 1 to confirm." for name in ("Pa", "Pb")
    }


async def test_what_waits_of_a_canceled_appointment_is_skipped_and_the_rest_is_sent(office: Clinic) -> None:
    first = await load(office, ANA, BEN)
    await ready(office)
    fire, job = await office.fire_and_queue()
    second = await load(office, visit("a", "+12125550181", CANCELED))
    assert (second.row_count, second.canceled_count) == (0, 1)
    assert second.notes == ("1 appointment is canceled; 1 messages that waited were withdrawn.",)
    messages = await office.by_address()
    skipped = messages["+12125550181"]
    assert (skipped.state, skipped.reason) == (MessageState.SKIPPED, SkipReason.WITHDRAWN)
    assert skipped.withdrawn_by == second.id != first.id
    office.runs_jobs = True
    await run_job(office.runtime, job)
    assert await office.sent_counts() == {"+12125550182": 1}
    report = await office.report(fire)
    assert report.status is ProgressStatus.SENT
    assert report.skipped == {"withdrawn": 1}
    assert report.ledger.is_balanced


async def test_a_cancelation_that_came_before_the_fire_is_seen_by_preview_and_fire(office: Clinic) -> None:
    first = await load(office, ANA, BEN)
    await load(office, ANA, method="CANCEL")
    await ready(office, first)
    preview = await start_preview(office.runtime, office.company_id, "reminders")
    preview = await office.stores.previews.get(office.company_id, preview.id)
    assert (preview.counts, preview.reasons) == ({"skipped": 1, "will_send": 1}, {"skipped: withdrawn": 1})
    await office.fire()
    assert await office.sent_counts() == {"+12125550182": 1}
    assert (await office.by_address())["+12125550181"].reason == SkipReason.WITHDRAWN


async def test_a_cancelation_does_not_hide_the_newest_file_that_has_people(office: Clinic) -> None:
    await load(office, ANA, BEN)
    await load(office, ANA, method="CANCEL")
    await ready(office)
    await office.fire()
    assert await office.sent_counts() == {"+12125550182": 1}


async def test_an_appointment_that_is_booked_again_later_is_sent(office: Clinic) -> None:
    await load(office, ANA)
    await load(office, ANA, method="CANCEL")
    await load(office, visit("a", "+12125550181", "SEQUENCE:2", at="100000"))
    await ready(office)
    await office.fire()
    assert await office.sent_counts() == {"+12125550181": 1}


async def test_new_and_canceled_in_one_file_is_nobody(office: Clinic) -> None:
    file = await load(office, ANA, visit("a", "+12125550181", "SEQUENCE:1", CANCELED), BEN)
    assert (file.row_count, file.canceled_count) == (1, 1)
    await ready(office)
    await office.fire()
    assert await office.sent_counts() == {"+12125550182": 1}


async def test_what_waits_of_a_moved_appointment_is_planned_anew(office: Clinic) -> None:
    await load(office, ANA, visit("b", "+12125550182", "SEQUENCE:1"))
    await ready(office)
    await office.fire_and_queue()
    moved = visit("a", "+12125550181", "SEQUENCE:1", at="110000")
    await load(office, moved, visit("b", "+12125550182", "SEQUENCE:1"))
    bodies = {message.address: message.body.split(" at ")[1] for message in await office.messages()}
    assert {one.state for one in await office.messages()} == {MessageState.QUEUED}
    assert bodies == {
        "+12125550181": "11:00. Reply 1 to confirm.",
        "+12125550182": "09:00. Reply 1 to confirm.",
    }


async def test_a_series_is_withdrawn_as_a_whole_or_visit_by_visit(office: Clinic) -> None:
    rule = "RRULE:FREQ=DAILY;COUNT=3"
    one = visit("s", "+12125550181", rule)
    await load(office, one)
    await ready(office)
    await office.fire_and_queue()
    await load(office, one.replace("DTSTAMP", "EXDATE;TZID=America/New_York:20990615T090000\nDTSTAMP"))
    reasons = [(message.row_number, message.reason) for message in await office.messages()]
    assert reasons == [(2, None), (3, "withdrawn"), (4, None)]
    await load(office, event("s", START + "090000", "SEQUENCE:1"), method="CANCEL")
    assert {message.reason for message in await office.messages()} == {"withdrawn"}


async def test_a_withdrawal_while_a_chunk_is_planned_is_seen_by_one_of_them(office: Clinic) -> None:
    """The file is loaded after the chunk looked for withdrawals, and before its messages are stored."""
    await load(office, ANA, BEN)
    await ready(office)
    office.runs_jobs = False
    await office.fire()
    _, job = await office.upload(calendar(ANA, method="CANCEL").encode(), "cancel.ics")
    another = ThreadPoolExecutor(max_workers=1)

    def load_meanwhile(point: str, moment: str) -> None:
        if (point, moment) == ("store_writes", "before"):
            faults.install(None)
            another.submit(_elsewhere, office, job).result()

    faults.install(load_meanwhile)
    try:
        await office.run_published()
    finally:
        faults.install(None)
    assert (await office.by_address())["+12125550181"].state is MessageState.SKIPPED
    office.runs_jobs = True
    await office.run_published()
    assert await office.sent_counts() == {"+12125550182": 1}


def _elsewhere(office: Clinic, job: Job) -> None:
    """Another process's work, as far as the database can tell."""

    async def work() -> None:
        runtime = Runtime(office.runtime.settings, office.runtime.now)
        await run_job(runtime, job)
        runtime.stores.db.close()  # type: ignore[no-untyped-call]

    asyncio.run(work())


async def test_a_load_that_died_before_it_withdrew_withdraws_when_it_is_repeated(office: Clinic) -> None:
    await load(office, ANA)
    await ready(office)
    await office.fire_and_queue()
    file, job = await office.upload(calendar(ANA, method="CANCEL").encode(), "cancel.ics")

    class Killed(BaseException):
        pass

    def die(point: str, moment: str) -> None:
        if (point, moment) == ("store_rows", "after"):
            raise Killed

    faults.install(die)
    try:
        with pytest.raises(Killed):
            await run_job(office.runtime, job)
    finally:
        faults.install(None)
    assert [message.state for message in await office.messages()] == [MessageState.QUEUED]
    stored = await office.stores.files.get(office.company_id, file.id)
    await office.stores.files.save(office.company_id, file.id, replace(stored, lease_until=None))
    await run_job(office.runtime, job)
    [message] = await office.messages()
    assert (message.state, message.withdrawn_by) == (MessageState.SKIPPED, file.id)


async def test_what_is_being_sent_stays_what_it_is_and_is_not_sent_again(office: Clinic) -> None:
    await load(office, ANA)
    await ready(office)
    _, job = await office.fire_and_queue()
    await office.die_after_intent(job)
    file = await load(office, ANA, method="CANCEL")
    assert "1 were being sent or may have been" in file.notes[0]
    [message] = await office.messages()
    assert (message.state, message.withdrawn_by) == (MessageState.SENDING, file.id)
    unknown = replace(message, state=MessageState.UNKNOWN)
    await office.stores.messages.save(office.company_id, message.id, unknown)
    with pytest.raises(Conflict, match="canceled or moved"):
        await settle_message(office.runtime, office.company_id, message.id, Settlement.RESEND, by="test")


async def test_a_failed_row_of_a_canceled_appointment_is_not_queued_again(office: Clinic) -> None:
    await load(office, visit("a", "555"))
    await ready(office)
    await office.fire()
    [failure] = await office.failures()
    await load(office, ANA, method="CANCEL")
    with pytest.raises(Conflict, match="canceled or moved this appointment"):
        await requeue_failure(office.runtime, office.company_id, failure.id, {"phone": "+12125550181"})


async def test_rejected_appointments_come_back_as_a_table_and_are_sent(office: Clinic) -> None:
    broken = event(
        "c", "DTSTART;TZID=Nowhere/Land:20990614T090000", "SUMMARY:Check-up", "X-PHONE:+12125550183"
    )
    file = await load(office, ANA, broken)
    assert (file.row_count, file.rejected_count) == (1, 1)
    [failure] = await office.failures()
    assert failure.step is FailureStep.INGEST
    assert "'Check-up' in line" in failure.reason
    pieces = await read_rejected_rows(office.runtime, office.company_id, file.id)
    text = b"".join([piece async for piece in pieces]).decode("utf-8-sig")
    [row] = list(csv.DictReader(io.StringIO(text)))
    assert (row["appointment_id"], row["phone"]) == ("c", "'+12125550183")
    row |= {"start_date": "2099-06-14", "start_time": "09:00", "useful_until": "2099-06-14T09:00:00-04:00"}
    mended = io.StringIO()
    writer = csv.DictWriter(mended, list(row))
    writer.writeheader()
    writer.writerow(row | {"name": "Cleo"})
    back = await office.load_bytes(mended.getvalue().encode(), "rejected.csv")
    assert (back.state, back.row_count) == (FileState.LOADED, 1)
    await ready(office)
    await office.fire_and_queue()
    await load(office, event("c", START + "090000"), method="CANCEL")
    [message] = await office.messages()
    assert (message.address, message.reason) == ("+12125550183", "withdrawn")


async def test_a_source_of_another_kind_refuses_the_file(clinic: Clinic) -> None:
    file = await clinic.load_bytes(calendar(ANA).encode(), "visits.ics")
    assert file.state is FileState.REFUSED
    assert "a calendar (iCalendar, .ics), and this source takes tables" in (file.refusal or "")
