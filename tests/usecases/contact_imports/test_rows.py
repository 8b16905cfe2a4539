"""Contacts from the rows of files: where a source says so, once a file is loaded, and undone together."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_field import ContactField, FieldKind
from shared.domain.contacts.contact_import import ContactImport, ImportState
from shared.domain.errors import InvalidInput
from shared.domain.files.file import FileHold
from shared.domain.files.source import ContactColumn, HoldRule, RowsToContacts
from shared.domain.job import ImportContacts
from shared.domain.record import replace
from shared.usecases.contact_imports.import_contacts import import_contacts
from shared.usecases.contact_imports.start_import import begin_undo
from shared.usecases.contacts.save_contact_field import create_contact_field
from shared.usecases.files import decide_file as deciding
from shared.usecases.files import ingest_file as ingesting
from shared.usecases.files.decide_file import decide_file
from shared.usecases.files.save_source import edit_source
from shared.usecases.run_job import run_job
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from shared.views.contact_imports import find_import_of_file
from tests.kit.clinic import Clinic, csv_of
from tests.usecases.contact_imports.office import bare, contacts, counted
from tests.usecases.contact_imports.test_go_on import Died, dying
from tests.usecases.fires.test_people import ANA, BEN, a_person, know

ROWS: tuple[dict[str, str], ...] = (
    {"Patient": "Ana"},
    {"Patient": "Ben", "Phone": "(212) 555-0188", "Email": "ben@example.com"},
    {"Patient": "Carl", "Phone": "1"},
)
WISH = RowsToContacts(
    match_by="sms",
    columns=(
        ContactColumn(column="name", to="name"),
        ContactColumn(column="phone", to="address", channel="sms"),
        ContactColumn(column="email", to="address", channel="email"),
        ContactColumn(column="appointment_at", to="field", field="last_visit"),
    ),
    tags=("patient",),
)


async def wishes(clinic: Clinic, **changes: Any) -> None:
    """The source says that contacts are made of its rows."""
    visit = ContactField(
        id="last_visit", name="Visit", kind=FieldKind.MOMENT, created_at=clinic.runtime.now()
    )
    await create_contact_field(clinic.runtime, "acme", visit)
    await edit_source(clinic.runtime, "acme", "appointments", {"contacts": WISH, **changes})


async def made(clinic: Clinic, file_id: str) -> ContactImport | None:
    file = await clinic.stores.files.get("acme", file_id)
    return await find_import_of_file(clinic.runtime, "acme", file)


async def by_name(clinic: Clinic) -> dict[str, Contact]:
    return {one.name: one for one in (await contacts(clinic)).values()}


async def test_contacts_are_made_and_updated_and_taken_back_together(clinic: Clinic) -> None:
    await wishes(clinic)
    await know(clinic, a_person("ana", ANA, "vip"))
    before = bare((await contacts(clinic)).values())
    file = await clinic.load(*ROWS)
    done = await made(clinic, file.id)
    assert done is not None
    assert done.state is ImportState.LOADED
    assert counted(done) == {"rows": 3, "created": 1, "updated": 1, "rejected": 1}
    people = await by_name(clinic)
    assert people["Ana"].tags == ("patient", "vip")
    assert people["Ana"].fields == {"last_visit": "2099-12-24T19:30:00Z"}
    assert [one.address for one in people["Ben"].addresses] == [BEN, "ben@example.com"]
    await begin_undo(clinic.runtime, "acme", done.id)
    assert bare((await contacts(clinic)).values()) == before


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("create_only", {"rows": 3, "created": 1, "skipped": 1, "rejected": 1}),
        ("update_only", {"rows": 3, "updated": 1, "skipped": 1, "rejected": 1}),
    ],
)
async def test_what_exists_or_does_not_is_skipped_as_the_source_says(
    clinic: Clinic, mode: str, expected: dict[str, int]
) -> None:
    await wishes(clinic, contacts=replace(WISH, mode=mode))
    await know(clinic, a_person("ana", ANA))
    done = await made(clinic, (await clinic.load(*ROWS)).id)
    assert done is not None
    assert counted(done) == expected


async def test_of_several_rows_of_a_person_the_first_counts(clinic: Clinic) -> None:
    await wishes(clinic)
    file = await clinic.load(*ROWS[:2], {"Patient": "Ana Maria", "Doctor": "Dr Who"}, ROWS[2])
    done = await made(clinic, file.id)
    assert done is not None
    assert counted(done) == {"rows": 4, "created": 2, "skipped": 1, "rejected": 1}
    assert set(await by_name(clinic)) == {"Ana", "Ben"}


async def test_a_held_files_contacts_wait_until_it_is_released(clinic: Clinic) -> None:
    await wishes(clinic, holds=HoldRule.ALWAYS)
    file = await clinic.load(*ROWS)
    assert await made(clinic, file.id) is None
    await decide_file(clinic.runtime, "acme", file.id, FileHold.RELEASED, by="test")
    done = await made(clinic, file.id)
    assert done is not None
    assert done.counts.created == 2


@pytest.mark.parametrize("module", [ingesting, deciding])
@pytest.mark.parametrize("after", [False, True])
async def test_a_death_once_the_file_is_loaded_or_released_loses_no_import(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, module: Any, after: bool
) -> None:
    is_held = module is deciding
    await wishes(clinic, holds=HoldRule.ALWAYS if is_held else HoldRule.NEVER)
    clinic.runs_jobs = False
    file, job = await clinic.upload(csv_of(*ROWS))
    if is_held:
        await run_job(clinic.runtime, job)
    with monkeypatch.context() as patched:
        patched.setattr(module, "announce_import", dying(module.announce_import, after=after, call=1))
        step: Callable[[], Awaitable[Any]] = partial(run_job, clinic.runtime, job)
        if is_held:
            step = partial(decide_file, clinic.runtime, "acme", file.id, FileHold.RELEASED, by="test")
        with pytest.raises(Died):
            await step()
    clinic.runs_jobs = True
    clinic.later(timedelta(minutes=15))
    await sweep_stalled_work(clinic.runtime, clinic.runtime.now())
    done = await made(clinic, file.id)
    assert done is not None
    assert (done.state, done.counts.created) == (ImportState.LOADED, 2)


async def test_a_file_that_is_released_twice_is_imported_once(clinic: Clinic) -> None:
    await wishes(clinic, holds=HoldRule.ALWAYS)
    file = await clinic.load(*ROWS)
    for _ in range(2):
        await decide_file(clinic.runtime, "acme", file.id, FileHold.RELEASED, by="test")
    done = await made(clinic, file.id)
    assert done is not None
    assert (done.state, done.counts.created, done.blocks) == (ImportState.LOADED, 2, 1)


async def test_come_before_the_file_is_loaded_it_waits(clinic: Clinic) -> None:
    await wishes(clinic)
    clinic.runs_jobs = False
    file, job = await clinic.upload(b"Patient,Phone,Email,Doctor,When,State\nAna,+12125550187,,D,,NY\n")
    clinic.runs_jobs = True
    await clinic.load(*ROWS)
    done = await made(clinic, (await clinic.load({"Patient": "Zoe", "Phone": BEN})).id)
    assert done is not None
    waiting = replace(done, file_id=file.id, state=ImportState.LOADING, blocks=0)
    await clinic.stores.contact_imports.save("acme", done.id, waiting)
    await import_contacts(clinic.runtime, ImportContacts(company_id="acme", import_id=done.id))
    left = await clinic.stores.contact_imports.get("acme", done.id)
    assert left.state is ImportState.LOADING
    assert left.lease_until is None
    assert left.due_at is not None
    assert job.object_name == file.object_name


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (replace(WISH, match_by="key"), "contacts.columns"),
        (replace(WISH, match_by="id"), "contacts.match_by"),
        (replace(WISH, list_ids=("none",)), "contacts.list_ids"),
        (
            replace(WISH, columns=(*WISH.columns, ContactColumn(column="nothing", to="key"))),
            "contacts.columns[4].column",
        ),
        (
            replace(WISH, columns=(*WISH.columns, ContactColumn(column="doctor", to="field", field="none"))),
            "contacts.columns[4]",
        ),
    ],
)
async def test_what_could_not_be_is_said_when_the_source_is_saved(
    clinic: Clinic, wish: RowsToContacts, field: str
) -> None:
    await wishes(clinic)
    with pytest.raises(InvalidInput) as refused:
        await edit_source(clinic.runtime, "acme", "appointments", {"contacts": wish})
    assert refused.value.problems[0].field == field
