"""A company that keeps less than the installation: its rows, messages and replies go in their time."""

from datetime import timedelta

import pytest

from shared.domain.companies.kept_for import KeptFor
from shared.domain.errors import Conflict
from shared.usecases.companies.change_company import change_company
from shared.usecases.upkeep.delete_expired import delete_expired
from shared.views.range_reports import report_range
from tests.kit.builders import an_audience
from tests.kit.clinic import Clinic
from tests.usecases.companies.test_retention import DAY, documents, worked

NOTHING = {"messages": 0, "failures": 0, "replies": 0, "files": 0}


async def _passed(clinic: Clinic, days: int) -> dict[str, int]:
    """What the tick deletes so many days after the work."""
    [fire] = (await clinic.stores.fires.page(clinic.company_id, limit=9)).items
    clinic.stop_clock(fire.fired_at + timedelta(days=days, minutes=1))
    return await delete_expired(clinic.runtime, clinic.runtime.now())


async def test_each_goes_in_its_time_and_the_ledger_stays(clinic: Clinic) -> None:
    await worked(clinic)
    [file] = (await clinic.stores.files.page(clinic.company_id, limit=9)).items
    [fire] = (await clinic.stores.fires.page(clinic.company_id, limit=9)).items
    before = await clinic.report(fire)
    refusals = len(await documents(clinic, "opt_outs"))
    assert await _passed(clinic, 400) == NOTHING  # it has said nothing
    kept = KeptFor(rows=30, replies=40, messages=60)
    await change_company(clinic.runtime, clinic.company_id, kept_for=kept)
    assert await _passed(clinic, 29) == NOTHING
    await clinic.ready(id="late", audience=an_audience(file.id))
    with pytest.raises(Conflict, match="Upload the file again"):  # its rows go within two days
        await clinic.fire("late")
    assert await _passed(clinic, 31) == NOTHING | {"files": 1}
    assert await documents(clinic, "row_chunks") == []
    assert not await clinic.runtime.files.find(file.object_name)
    assert await _passed(clinic, 32) == NOTHING
    assert (await _passed(clinic, 41))["replies"] == 1
    assert (await clinic.report(fire)).skipped == before.skipped
    gone = await _passed(clinic, 61)
    assert gone["messages"] == before.ledger.planned - before.ledger.failed
    assert gone["failures"] >= before.ledger.failed
    assert await documents(clinic, "messages") == []
    after = await clinic.report(fire)
    assert (after.ledger, after.status) == (before.ledger, before.status)
    assert "deleted" in after.note
    days = await report_range(clinic.runtime, clinic.company_id, fire.fired_at - DAY, fire.fired_at + DAY)
    assert days.ledger == before.ledger
    assert days.fires[0].note == after.note
    assert len(await documents(clinic, "opt_outs")) == refusals


async def test_what_is_under_way_stays_whatever_its_age(clinic: Clinic) -> None:
    clinic.runs_jobs = False
    await clinic.load({})
    await clinic.ready()
    await clinic.fire()
    await clinic.run_published()  # queued, and not sent
    await change_company(clinic.runtime, clinic.company_id, kept_for=KeptFor(messages=30))
    assert await _passed(clinic, 50) == NOTHING
    assert len(await documents(clinic, "messages")) == 1
