"""A company is deleted: nothing of it is left anywhere but the record of how much there was."""

from pathlib import Path
from typing import Any

import pytest

from infra.ops.__main__ import ops_parser
from shared.domain.deletion import DeletionState
from shared.domain.errors import Conflict, InvalidInput, NotFound
from shared.domain.job import SendBatch
from shared.firestore.deleted_companies import DeletedCompanies
from shared.usecases.campaigns.pause_campaign import pause_campaign
from shared.usecases.companies.delete_company import delete_company
from shared.usecases.evidence.reconcile_sends import reconcile_sends
from shared.usecases.fires.fire_due_campaigns import fire_due_campaigns
from shared.usecases.sending.dispatch_due_batches import dispatch_due_batches
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from tests.kit.builders import a_company
from tests.kit.clinic import Clinic
from tests.kit.documents import all_documents
from tests.kit.traces import traces
from tests.usecases.contacts.test_forget_person import worked

NAMES = ("Acme Clinics", "Anastasia", "212 555 0187", "example-clinic.com", "Dr Vega")


async def delete(clinic: Clinic) -> Any:
    return await delete_company(clinic.runtime, clinic.company_id, "a test")


async def test_nothing_of_it_is_left_but_the_record(clinic: Clinic, caplog: pytest.LogCaptureFixture) -> None:
    await worked(clinic)
    await clinic.stores.db.document("companies/acme/of_another_version/x").set({"name": "Anastasia"})
    await clinic.stores.companies.add(a_company(id="other", name="Globex"))
    before = await all_documents(clinic.stores.db)
    with caplog.at_level("DEBUG", logger="rollcall"):
        record = await delete(clinic)
    logged = str([vars(entry) for entry in caplog.records])
    assert await traces(clinic, NAMES, logged) == []
    assert set(await all_documents(clinic.stores.db)) == {"companies/other", "deleted_companies/acme"}
    documents = {path.split("/")[-2] for path in before if path.startswith("companies/acme/")}
    assert documents < record.removed.keys()
    assert record.removed["messages"] == len([path for path in before if "/messages/" in path])
    assert record.removed["of_another_version"] == record.removed["companies"] == 1
    assert record.removed["objects"] == 3
    assert record.removed["credentials"] == 2
    assert (record.state, record.asked_by) == (DeletionState.DONE, "a test")
    assert "auth_token" not in Path(clinic.runtime.settings.secrets).read_text()  # noqa: ASYNC240
    assert await clinic.runtime.secrets.values("acme", "texts") == []
    assert await delete(clinic) == record


async def test_a_running_fire_must_be_paused_first(clinic: Clinic) -> None:
    clinic.runs_jobs = False
    await clinic.load({})
    await clinic.ready()
    await clinic.fire()
    await clinic.run_published()
    jobs = [job for job in clinic.published if isinstance(job, SendBatch)]
    with pytest.raises(Conflict, match="The campaign reminders is firing"):
        await delete(clinic)
    assert (await clinic.stores.companies.get("acme")).sending_enabled
    await pause_campaign(clinic.runtime, clinic.company_id, "reminders")
    await delete(clinic)
    # Jobs and ticks that come later find nothing, and nothing is sent.
    clinic.runs_jobs = True
    for job in jobs:
        await clinic._take(job)
    now = clinic.runtime.now()
    for tick in (fire_due_campaigns, dispatch_due_batches, sweep_stalled_work, reconcile_sends):
        await tick(clinic.runtime, now)
    assert await clinic.accepted() == []


async def test_cut_short_it_goes_on(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    class Cut(Exception):
        pass

    async def cut(*_: object) -> None:
        raise Cut

    await worked(clinic)
    for name in ("remove_company",):
        with monkeypatch.context() as patch:
            patch.setattr(DeletedCompanies, name, cut)
            with pytest.raises(Cut):
                await delete(clinic)
    started = await clinic.stores.deleted_companies.find("acme")
    assert started is not None
    assert started.state is DeletionState.RUNNING
    record = await delete(clinic)
    assert (record.state, record.runs) == (DeletionState.DONE, 2)
    assert record.removed["messages"] == started.removed["messages"]
    assert set(await all_documents(clinic.stores.db)) == {"deleted_companies/acme"}


async def test_a_company_that_never_was(clinic: Clinic) -> None:
    with pytest.raises(NotFound):
        await delete_company(clinic.runtime, "nobody", "a test")


async def test_ops_must_say_it_twice(clinic: Clinic) -> None:
    args = ops_parser().parse_args(["delete-company", "--company", "acme", "--confirm", "acmo"])
    with pytest.raises(InvalidInput, match="does not come back"):
        await args.run(clinic.runtime, args)
    args = ops_parser().parse_args(["delete-company", "--company", "acme", "--confirm", "acme"])
    assert (await args.run(clinic.runtime, args))["state"] == "done"
