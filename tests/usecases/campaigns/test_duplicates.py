"""Only what is the same message is a duplicate, and a preview shows why, both rows side by side."""

from typing import Any

import pytest

from shared.domain.files.source import ColumnMapping, FieldType
from shared.domain.fires.fire import Ledger
from shared.domain.fires.preview import PreviewedMessage
from shared.domain.record import replace
from shared.usecases.campaigns.save_campaign import create_campaign
from shared.usecases.campaigns.start_preview import start_preview
from shared.views.kit.paging import PageAsked
from shared.views.previews import list_previewed_messages
from tests.kit.builders import a_campaign, a_source, a_step, a_template
from tests.kit.clinic import Clinic

VISIT = {"Patient": "Ana", "Phone": "212 555 0187", "When": "12/24/2099 09:00"}
AFTERNOON = {**VISIT, "When": "12/24/2099 15:00"}


async def shown(clinic: Clinic) -> list[PreviewedMessage]:
    made = await start_preview(clinic.runtime, clinic.company_id, "reminders")
    facts = (clinic.runtime, clinic.company_id, PageAsked(100))
    return (await list_previewed_messages(*facts, preview_id=made.id)).items


async def test_two_children_with_one_parents_number_are_two_messages(clinic: Clinic) -> None:
    columns = (
        ColumnMapping(column="Student Name", field="student_name"),
        ColumnMapping(column="Parent Mobile", field="parent_mobile", type=FieldType.PHONE),
    )
    await clinic.stores.sources.save(clinic.company_id, "appointments", a_source(columns=columns))
    absent = a_template(body="{{ student_name }} is absent today.")
    await clinic.stores.templates.save(clinic.company_id, "reminder", absent)
    await clinic.load_bytes(b"Student Name,Parent Mobile\nAna,2125550187\nBo,2125550187\n")
    await clinic.ready(steps=(a_step(address_field="parent_mobile"),))
    assert [m.verdict for m in await shown(clinic)] == ["will_send", "will_send"]
    fire = await clinic.fire()
    assert (await clinic.report(fire)).ledger == Ledger(planned=2, sent=2)


async def test_two_visits_of_one_day_are_two_messages(clinic: Clinic) -> None:
    await clinic.load(VISIT, AFTERNOON)
    await clinic.ready(expires_field="appointment_at")
    fire = await clinic.fire()
    assert (await clinic.report(fire)).ledger == Ledger(planned=2, sent=2)


@pytest.mark.parametrize(
    ("second", "changes", "reason"),
    [
        (VISIT, {}, "Another row gives the same text to the same phone."),
        (
            AFTERNOON,
            {"dedupe_key": ("day", "person", "address"), "expires_field": "appointment_at"},
            "Another row has the same day, person and address, as the dedupe key says.",
        ),
    ],
)
async def test_a_duplicate_is_shown_beside_the_row_it_is_the_same_as(
    clinic: Clinic, second: dict[str, str], changes: dict[str, Any], reason: str
) -> None:
    file = await clinic.load(VISIT, {"Patient": "Bo", "Phone": "212 555 0188"}, second)
    await clinic.ready(**changes)
    first, _, duplicate = await shown(clinic)
    assert (duplicate.verdict, duplicate.kind, duplicate.reason) == ("skipped", "duplicate", reason)
    assert (duplicate.file_id, duplicate.row_number) == (file.id, 4)
    assert duplicate.values is not None
    assert duplicate.values["appointment_at"].startswith(f"2099-12-24T{second['When'][-5:]}")
    assert duplicate.same_as is not None
    assert (duplicate.same_as.file_id, duplicate.same_as.row_number) == (file.id, 2)
    assert duplicate.same_as.values is not None
    assert duplicate.same_as.values["appointment_at"].startswith("2099-12-24T09:00")
    assert (first.same_as, first.values) == (None, None)
    fire = await clinic.fire()
    assert (await clinic.report(fire)).skipped == {"duplicate": 1}
    [skipped] = [m for m in await clinic.messages() if m.reason == "duplicate"]
    assert skipped.explanation == reason


async def test_what_does_not_go_out_takes_no_other_rows_message(clinic: Clinic) -> None:
    late = {**VISIT, "When": "12/24/2001 09:00"}  # long over
    plain = a_template(body="Hello {{ name }}.")
    await clinic.stores.templates.save(clinic.company_id, "reminder", plain)
    await clinic.load(late, VISIT)
    await clinic.ready(expires_field="appointment_at")
    fire = await clinic.fire()
    assert (await clinic.report(fire)).ledger == Ledger(planned=2, sent=1, skipped=1)
    assert (await clinic.report(fire)).skipped == {"expired": 1}


async def test_a_part_of_the_key_that_no_column_provides_is_asked_for(clinic: Clinic) -> None:
    columns = tuple(replace(c, field={"name": "student"}.get(c.field, c.field)) for c in a_source().columns)
    await clinic.stores.sources.save(clinic.company_id, "appointments", a_source(columns=columns))
    body = a_template(body="{{ student }} is absent.")
    await clinic.stores.templates.save(clinic.company_id, "reminder", body)
    campaign = a_campaign(dedupe_key=("person", "address"))
    saved = await create_campaign(clinic.runtime, clinic.company_id, campaign)
    assert [question.field for question in saved.questions] == ["dedupe_key[0]"]
    await clinic.load({"Patient": "Ana"}, {"Patient": "Bo"})
    made = await start_preview(clinic.runtime, clinic.company_id, "reminders")
    assert made.questions == saved.questions
    assert made.counts == {"will_send": 2}
