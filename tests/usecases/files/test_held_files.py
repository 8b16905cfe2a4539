"""A held file is read and shown, and nothing is sent for it until somebody says go."""

from datetime import timedelta
from typing import Any

import pytest

from shared.domain.campaigns.campaign import CampaignState
from shared.domain.campaigns.schedule import Schedule, ScheduleKind
from shared.domain.errors import Conflict, InvalidInput
from shared.domain.files.file import File, FileHold
from shared.domain.files.finding import FindingCode
from shared.domain.files.source import HoldRule
from shared.domain.fires.notice import NoticeKind
from shared.domain.fires.preview import PreviewState
from shared.domain.record import replace
from shared.usecases.campaigns.start_preview import start_preview
from shared.usecases.files.decide_file import decide_file
from shared.usecases.files.reload_file import reload_file
from shared.usecases.fires.fire_due_campaigns import fire_due_campaigns
from shared.usecases.fires.start_fire import start_fire
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from tests.kit.builders import NOON, an_audience
from tests.kit.clinic import Clinic, people


async def holds(clinic: Clinic, rule: HoldRule, *codes: FindingCode) -> None:
    source = await clinic.stores.sources.get(clinic.company_id, "appointments")
    changed = replace(source, holds=rule, holds_on=codes)
    await clinic.stores.sources.save(clinic.company_id, source.id, changed)


async def decide(clinic: Clinic, file: File, hold: FileHold, note: str = "") -> File:
    return await decide_file(clinic.runtime, clinic.company_id, file.id, hold, by="Eva", note=note)


async def a_held_file(clinic: Clinic, *rows: dict[str, str]) -> File:
    await holds(clinic, HoldRule.ALWAYS)
    file = await clinic.load(*(rows or people(3)))
    assert file.hold is FileHold.HELD
    return file


async def state(clinic: Clinic, file: File) -> File:
    return await clinic.stores.files.get(clinic.company_id, file.id)


@pytest.mark.parametrize(
    ("rule", "codes", "held"),
    [
        (HoldRule.SERIOUS, (), True),
        (HoldRule.LISTED, (FindingCode.SAME_ROWS,), True),
        (HoldRule.LISTED, (FindingCode.FEWER_ROWS,), False),
        (HoldRule.ALWAYS, (), True),
        (HoldRule.NEVER, (), False),
    ],
)
async def test_the_source_says_which_files_are_held(
    clinic: Clinic, rule: HoldRule, codes: tuple[FindingCode, ...], held: bool
) -> None:
    await clinic.load(*people(3))
    await holds(clinic, rule, *codes)
    file = await clinic.load(*people(3)[::-1])
    assert [finding.code for finding in file.findings] == [FindingCode.SAME_ROWS]
    assert (file.hold is FileHold.HELD) is held


async def test_the_company_is_told_once_of_a_held_file(clinic: Clinic) -> None:
    file = await a_held_file(clinic)
    page = await clinic.stores.notices.page(clinic.company_id, limit=10)
    [notice] = page.items
    assert (notice.kind, notice.file_id) == (NoticeKind.FILE_HELD, file.id)
    assert notice.text.startswith("The file 'day.csv' is held: ")


async def test_a_held_file_is_previewed_and_neither_frozen_nor_fired(clinic: Clinic) -> None:
    now = clinic.stop_clock(NOON)()
    file = await a_held_file(clinic)
    with pytest.raises(InvalidInput) as caught:
        await clinic.ready(audience=an_audience(file.id))
    [problem] = caught.value.problems
    assert (problem.field, "is held" in problem.reason) == ("audience.file_id", True)
    preview = await start_preview(clinic.runtime, clinic.company_id, "reminders")
    assert (preview.state, preview.audience.recipient_count) == (PreviewState.DONE, 3)
    await clinic.ready()
    with pytest.raises(Conflict, match="is held"):
        await clinic.fire()
    assert (await clinic.messages(), await clinic.accepted()) == ([], [])
    released = await decide(clinic, file, FileHold.RELEASED, "looked at it")
    assert (released.decided_by, released.decision_note) == ("Eva", "looked at it")
    assert released.decided_at == now
    await clinic.fire()
    assert len(await clinic.accepted()) == 3
    assert (await state(clinic, file)).fired_at is not None


def once(clinic: Clinic) -> Schedule:
    at = (clinic.runtime.now() + timedelta(hours=1)).replace(tzinfo=None)
    return Schedule(kind=ScheduleKind.ONCE, at=at - timedelta(hours=5))


@pytest.mark.parametrize("names_the_file", [False, True])
async def test_a_scheduled_campaign_waits_for_a_held_file_and_goes_on(
    clinic: Clinic, names_the_file: bool
) -> None:
    file = await clinic.load(*people(3))
    changes: dict[str, Any] = {"schedule": once(clinic)}
    await clinic.ready(**changes, audience=an_audience(file.id if names_the_file else None))
    await clinic.stores.files.save(clinic.company_id, file.id, replace(file, hold=FileHold.HELD))
    clinic.later(timedelta(hours=2))
    for _ in range(2):
        counts = await fire_due_campaigns(clinic.runtime, clinic.runtime.now())
        assert counts == {"started": 0, "refused": 1}
    waiting = await clinic.campaign()
    assert (waiting.state, "is held" in waiting.fire_refusal) == (CampaignState.SCHEDULED, True)
    page = await clinic.stores.notices.page(clinic.company_id, limit=10)
    assert [notice.kind for notice in page.items] == [NoticeKind.FIRE_REFUSED]
    await decide(clinic, file, FileHold.RELEASED)
    assert (await fire_due_campaigns(clinic.runtime, clinic.runtime.now()))["started"] == 1
    assert len(await clinic.accepted()) == 3
    assert (await clinic.campaign()).fire_refusal == ""


async def test_a_rejected_file_is_never_fired(clinic: Clinic) -> None:
    good = await clinic.load(*people(2))
    wrong = await clinic.load(*people(3, 3000))
    campaign = await clinic.ready(audience=an_audience(wrong.id))
    await decide(clinic, wrong, FileHold.REJECTED, "last week's")
    with pytest.raises(Conflict, match="rejected as wrong"):
        await clinic.fire()
    with pytest.raises(Conflict, match="stays so"):
        await decide(clinic, wrong, FileHold.RELEASED)
    with pytest.raises(Conflict, match="stays so"):
        await reload_file(clinic.runtime, clinic.company_id, wrong.id)
    # The newest file that is not wrong is the newest.
    await clinic.save(replace(campaign, state=CampaignState.DRAFT, content_hash=None))
    await clinic.ready()
    await clinic.fire()
    assert len(await clinic.accepted()) == 2
    assert (await state(clinic, good)).fired_at is not None


async def test_a_file_that_is_rejected_while_its_fire_begins_is_not_fired(clinic: Clinic) -> None:
    """The audience is found before the transaction that starts the fire looks at the file itself."""
    file = await clinic.load(*people(3))
    campaign = await clinic.ready()
    find_hold = clinic.runtime.stores.system.find_hold

    async def reject_first() -> Any:
        await decide(clinic, file, FileHold.REJECTED)
        return await find_hold()

    clinic.runtime.stores.system.find_hold = reject_first  # type: ignore[method-assign]
    with pytest.raises(Conflict, match="rejected as wrong"):
        await start_fire(clinic.runtime, clinic.company_id, campaign, "now", clinic.runtime.now())
    assert await clinic.accepted() == []


async def test_what_is_not_held_is_not_released(clinic: Clinic) -> None:
    file = await clinic.load(*people(3))
    with pytest.raises(Conflict, match="is not held"):
        await decide(clinic, file, FileHold.RELEASED)
    refused = await clinic.load_bytes(b"")
    with pytest.raises(Conflict, match="only a loaded file"):
        await decide(clinic, refused, FileHold.REJECTED)


async def test_a_file_that_was_fired_for_is_not_loaded_again(clinic: Clinic) -> None:
    file = await clinic.load(*people(3))
    await clinic.ready(audience=an_audience(file.id))
    with pytest.raises(Conflict, match="is ready with these very rows"):
        await reload_file(clinic.runtime, clinic.company_id, file.id)
    await clinic.fire()
    with pytest.raises(Conflict, match="has fired for this file"):
        await reload_file(clinic.runtime, clinic.company_id, file.id)


async def test_loading_again_leaves_nothing_of_the_first_load(clinic: Clinic) -> None:
    file = await clinic.load(*people(700), {"When": "soon"}, {"When": "2099-12-24 25:00"})
    assert (file.chunk_count, len(await clinic.failures())) == (3, 2)
    clinic.runs_jobs = False
    again = await reload_file(clinic.runtime, clinic.company_id, file.id)
    assert (again.state, again.row_count) == ("loading", 0)
    await clinic.run_published()
    loaded = await state(clinic, file)
    assert (loaded.row_count, loaded.rejected_count, loaded.reload_count) == (700, 2, 1)
    assert len(await clinic.failures()) == 2
    assert loaded.rows_hash != file.rows_hash


async def test_the_sweep_loads_a_file_again_whose_job_was_lost(clinic: Clinic) -> None:
    file = await clinic.load(*people(3))
    clinic.runs_jobs = False
    await reload_file(clinic.runtime, clinic.company_id, file.id)
    clinic.published.clear()
    clinic.runs_jobs = True
    clinic.later(timedelta(minutes=1))
    assert (await sweep_stalled_work(clinic.runtime, clinic.runtime.now()))["files"] == 1
    assert (await state(clinic, file)).row_count == 3
