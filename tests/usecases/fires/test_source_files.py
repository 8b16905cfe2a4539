"""Every file of a source is fired once by a recurring campaign, and what is left out is said and told."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from shared.domain.campaigns.campaign import CampaignState
from shared.domain.campaigns.schedule import Schedule, ScheduleKind
from shared.domain.errors import Conflict
from shared.domain.files.file import FileHold, FileState
from shared.domain.fires.fire import EmptyBecause, Fire, Ledger, ProgressStatus
from shared.domain.fires.notice import Notice, NoticeKind
from shared.domain.record import replace
from shared.usecases.campaigns.start_preview import start_preview
from shared.usecases.fires.fire_due_campaigns import fire_due_campaigns
from shared.usecases.fires.start_fire import start_fire
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from tests.kit.builders import NOON, a_campaign, an_audience
from tests.kit.clinic import Clinic, csv_of, people

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
AT_ONE = datetime.fromisoformat("2026-11-23T13:00")  # wall time in New York, an hour after NOON
DAILY = Schedule(kind=ScheduleKind.RECURRING, at=AT_ONE, rule="FREQ=DAILY")
ONCE = Schedule(kind=ScheduleKind.ONCE, at=AT_ONE)


async def load(clinic: Clinic, name: str, *rows: dict[str, str]) -> str:
    """Load a file by this name; each comes a minute after the one before."""
    clinic.later(MINUTE)
    return (await clinic.load_bytes(csv_of(*rows), name)).id


async def tick(clinic: Clinic, at: datetime) -> Fire:
    """The five-minute tick; the campaign's last fire."""
    clinic.stop_clock(at)
    await fire_due_campaigns(clinic.runtime, at)
    fire_id = (await clinic.campaign()).last_fire_id
    return await clinic.stores.fires.get(clinic.company_id, fire_id or "")


async def told(clinic: Clinic, kind: NoticeKind) -> Sequence[Notice]:
    page = await clinic.stores.notices.page(clinic.company_id, limit=100)
    found = [notice for notice in page.items if notice.kind is kind]
    return sorted(found, key=lambda notice: notice.created_at)


@pytest.mark.parametrize("is_made_first", [True, False])
async def test_all_files_that_came_before_one_tick_are_fired_in_order(
    clinic: Clinic, is_made_first: bool
) -> None:
    clinic.stop_clock(NOON)
    if is_made_first:
        await clinic.ready(schedule=DAILY)
    files = [await load(clinic, "north.csv", *people(2)), await load(clinic, "south.csv", *people(3, 3000))]
    if not is_made_first:
        await clinic.ready(schedule=DAILY)
    made = await start_preview(clinic.runtime, clinic.company_id, "reminders")
    assert made.audience.file_ids == tuple(files)
    fire = await tick(clinic, NOON + 2 * timedelta(hours=1))
    assert fire.audience.file_ids == tuple(files)
    assert (await clinic.report(fire)).ledger == Ledger(planned=5, sent=5)
    third = await load(clinic, "east.csv", *people(1, 4000))
    assert (await tick(clinic, NOON + DAY + timedelta(hours=2))).audience.file_ids == (third,)
    quiet = await tick(clinic, NOON + 2 * DAY + timedelta(hours=2))
    assert quiet.audience.file_ids == ()
    counts = await clinic.sent_counts()
    assert (len(counts), set(counts.values())) == (6, {1})


async def test_two_ticks_and_a_worker_that_dies_fire_each_file_once(clinic: Clinic) -> None:
    clinic.stop_clock(NOON)
    await clinic.ready(schedule=DAILY)
    await load(clinic, "north.csv", *people(2))
    await load(clinic, "south.csv", *people(2, 3000))
    campaign = await clinic.campaign()
    at = NOON + timedelta(hours=2)
    clinic.stop_clock(at)
    slots = (campaign.next_fire_at.isoformat() if campaign.next_fire_at else "", "by hand")
    clinic.runs_jobs = False  # whoever starts a fire dies before its chunks are queued
    starts = (start_fire(clinic.runtime, clinic.company_id, campaign, slot, at) for slot in slots * 2)
    results = await asyncio.gather(*starts, return_exceptions=True)
    assert {type(result) for result in results if isinstance(result, Exception)} <= {Conflict}
    assert len({result.id for result in results if isinstance(result, Fire)}) == 1
    clinic.runs_jobs = True
    for _ in range(3):
        clinic.later(timedelta(minutes=11))
        await sweep_stalled_work(clinic.runtime, clinic.runtime.now())
    counts = await clinic.sent_counts()
    assert (len(counts), set(counts.values())) == (4, {1})
    await tick(clinic, NOON + DAY + timedelta(hours=2))
    assert set((await clinic.sent_counts()).values()) == {1}


async def test_what_is_left_out_is_said_in_the_fire_and_told_once(clinic: Clinic) -> None:
    clinic.stop_clock(NOON)
    await clinic.ready(schedule=DAILY)
    north = await load(clinic, "north.csv", *people(2))
    await load(clinic, "broken.csv", {"When": "soon"})
    file, _ = await clinic.upload(csv_of(*people(1, 4000)), "late.csv")
    loading = replace(file, state=FileState.LOADING)
    await clinic.stores.files.save(clinic.company_id, file.id, loading)
    fire = await tick(clinic, NOON + timedelta(hours=2))
    assert fire.audience.file_ids == (north,)
    reasons = {one.name: one.reason for one in fire.left_out}
    assert reasons["broken.csv"].startswith("it was refused: ")
    assert reasons["late.csv"] == "it is still loading"
    assert all(name in fire.note for name in reasons)
    [notice] = await told(clinic, NoticeKind.FILES_LEFT_OUT)
    assert "late.csv was left out: it is still loading." in notice.text
    assert (notice.campaign_id, notice.fire_id) == ("reminders", fire.id)
    second = await tick(clinic, NOON + DAY + timedelta(hours=2))
    assert second.id == fire.id  # what is still to come is waited for
    assert "'late.csv' is loading" in (await clinic.campaign()).fire_refusal
    await load(clinic, "south.csv", *people(2, 3000))
    third = await tick(clinic, NOON + DAY + timedelta(hours=3))
    assert [one.name for one in third.left_out] == ["late.csv"]
    east = await load(clinic, "east.csv", *people(2, 6000))
    fourth = await tick(clinic, NOON + 2 * DAY + timedelta(hours=3))
    assert (fourth.audience.file_ids, [one.name for one in fourth.left_out]) == ((east,), ["late.csv"])
    assert len(await told(clinic, NoticeKind.FILES_LEFT_OUT)) == 2  # the same again is not told again


async def test_a_recurring_campaign_over_old_files_begins_with_the_newest(clinic: Clinic) -> None:
    clinic.stop_clock(NOON - 5 * DAY)
    await load(clinic, "older.csv", *people(1, 5000))
    newest = await load(clinic, "old.csv", *people(1, 6000))
    clinic.stop_clock(NOON)
    await clinic.ready(schedule=DAILY)
    fire = await tick(clinic, NOON + timedelta(hours=2))
    assert fire.audience.file_ids == (newest,)
    assert [one.name for one in fire.left_out] == ["older.csv"]


async def test_files_of_long_before_a_recurring_campaign_are_left_out_and_told(clinic: Clinic) -> None:
    clinic.stop_clock(NOON - 5 * DAY)
    await load(clinic, "old.csv", *people(1, 5000))
    clinic.stop_clock(NOON)
    await clinic.ready(schedule=DAILY)
    north = await load(clinic, "north.csv", *people(1))
    fire = await tick(clinic, NOON + timedelta(hours=2))
    assert fire.audience.file_ids == (north,)
    assert "old.csv was left out: it was loaded before the campaign was made." in fire.note
    [notice] = await told(clinic, NoticeKind.FILES_LEFT_OUT)
    assert "old.csv" in notice.text


async def test_on_demand_the_newest_file_is_fired_and_the_others_are_named(clinic: Clinic) -> None:
    clinic.stop_clock(NOON)
    await clinic.ready()
    await load(clinic, "north.csv", *people(1))
    south = await load(clinic, "south.csv", *people(1, 3000))
    fire = await clinic.fire()
    assert fire.audience.file_ids == (south,)
    assert "north.csv was left out: a newer file was loaded" in fire.note


async def test_a_fire_that_expected_rows_and_had_none_says_so(
    clinic: Clinic, caplog: pytest.LogCaptureFixture
) -> None:
    clinic.stop_clock(NOON)
    await clinic.ready(schedule=ONCE)
    fire = await tick(clinic, NOON + timedelta(hours=2))
    assert (fire.empty_because, fire.is_closed) == (EmptyBecause.NO_FILE, True)
    report = await clinic.report(fire)
    assert (report.status, report.ledger) == (ProgressStatus.EMPTY, Ledger())
    assert report.note == "No file of this source was loaded yet."
    assert (await clinic.campaign()).state is CampaignState.NEEDS_ATTENTION
    [notice] = await told(clinic, NoticeKind.FIRE_EMPTY)
    assert "nobody got anything: No file of this source was loaded yet." in notice.text
    alerts = [record for record in caplog.records if record.getMessage() == "alert"]
    assert [record.__dict__["fields"]["metric"] for record in alerts] == ["fire_empty"]
    await load(clinic, "late.csv", *people(2))
    again = await clinic.fire()
    assert (await clinic.report(again)).ledger == Ledger(planned=2, sent=2)
    assert (await clinic.campaign()).state is CampaignState.SENT


async def test_a_file_without_rows_fires_empty_and_says_so(clinic: Clinic) -> None:
    clinic.stop_clock(NOON)
    file = await clinic.load(*people(1))
    empty = replace(file, row_count=0, chunk_count=0)
    await clinic.stores.files.save(clinic.company_id, file.id, empty)
    await clinic.ready(schedule=ONCE, audience=an_audience(file.id))
    fire = await tick(clinic, NOON + timedelta(hours=2))
    assert fire.empty_because is EmptyBecause.NO_ROWS
    assert (await clinic.report(fire)).status is ProgressStatus.EMPTY
    assert len(await told(clinic, NoticeKind.FIRE_EMPTY)) == 1


async def test_on_demand_there_is_no_empty_fire(clinic: Clinic) -> None:
    await clinic.ready()
    with pytest.raises(Conflict, match="No file of this source was loaded yet"):
        await clinic.fire()
    assert (await clinic.campaign()).last_fire_id is None


async def test_quiet_days_are_told_once_and_alarm_nobody(
    clinic: Clinic, caplog: pytest.LogCaptureFixture
) -> None:
    clinic.stop_clock(NOON)
    await clinic.save(a_campaign())
    await clinic.ready(schedule=DAILY)
    await load(clinic, "north.csv", *people(1))
    await tick(clinic, NOON + timedelta(hours=2))
    for day in (1, 2, 3):
        fire = await tick(clinic, NOON + day * DAY + timedelta(hours=2))
        assert fire.empty_because is EmptyBecause.NO_NEW_FILE
        assert (await clinic.report(fire)).status is ProgressStatus.EMPTY
        assert (await clinic.campaign()).state is CampaignState.SCHEDULED
    assert len(await told(clinic, NoticeKind.FIRE_EMPTY)) == 1
    assert not [record for record in caplog.records if record.getMessage() == "alert"]
    await load(clinic, "south.csv", *people(1, 3000))
    await tick(clinic, NOON + 4 * DAY + timedelta(hours=2))
    await tick(clinic, NOON + 5 * DAY + timedelta(hours=2))
    assert len(await told(clinic, NoticeKind.FIRE_EMPTY)) == 2


async def test_a_held_file_is_left_out_and_the_next_fire_after_its_release_takes_it(clinic: Clinic) -> None:
    clinic.stop_clock(NOON)
    await clinic.ready(schedule=DAILY)
    held = await load(clinic, "south.csv", *people(2, 3000))
    file = await clinic.stores.files.get(clinic.company_id, held)
    await clinic.stores.files.save(clinic.company_id, held, replace(file, hold=FileHold.HELD))
    north = await load(clinic, "north.csv", *people(1))
    fire = await tick(clinic, NOON + timedelta(hours=2))
    assert fire.audience.file_ids == (north,)
    assert [(one.name, one.reason) for one in fire.left_out] == [
        ("south.csv", "it is held; look at it, then release or reject it")
    ]
    waiting = await tick(clinic, NOON + DAY + timedelta(hours=2))
    assert waiting.id == fire.id  # it waits for somebody's word, and has a notice
    assert "is held" in (await clinic.campaign()).fire_refusal
    released = await clinic.stores.files.get(clinic.company_id, held)
    await clinic.stores.files.save(clinic.company_id, held, replace(released, hold=FileHold.RELEASED))
    after = await tick(clinic, NOON + DAY + timedelta(hours=2, minutes=5))
    assert after.audience.file_ids == (held,)
    assert (await clinic.report(after)).ledger == Ledger(planned=2, sent=2)
