"""The pages of sequences without a browser: what they refuse, whom they show what, and texts that fail."""

import pytest

from shared.domain.companies.user import Role
from shared.domain.record import replace
from shared.domain.sequences.sequence import SequenceState
from shared.usecases.run_job import run_job
from tests.kit.api.office import OURS, Office
from tests.kit.api.sequences import make_mailbox, make_sequence, pasted, run_jobs
from tests.portal.conftest import SignedIn

HERE = f"/sequences/sequence-{OURS}"
FORM = {
    "id": "new-one",
    "name": "New patients",
    "days": ["1", "3"],
    "start_time": "09:00",
    "end_time": "17:00",
    "time_zone": "America/New_York",
    "away_days": "7",
    "mailbox_ids": f"mailbox-{OURS}",
}


async def test_a_viewer_looks_and_is_offered_nothing_else(signed_in: SignedIn) -> None:
    viewer = await signed_in(Role.VIEWER)
    for path in ("/sequences", HERE, f"{HERE}/people", "/mailboxes", f"/mailboxes/mailbox-{OURS}"):
        page = await viewer.get(path)
        assert page.status_code == 200
        main = page.text.partition("<main")[2]
        assert "<button" not in main, path
        assert "Enroll people" not in main


async def test_a_form_with_faults_says_each_beside_its_field_and_stores_nothing(
    office: Office, signed_in: SignedIn
) -> None:
    editor = await signed_in(Role.EDITOR)
    faults = {
        "name": " ",
        "time_zone": "America/Nowhere",
        "end_time": "08:00",
        "closed_days": "tomorrow",
        "away_days": "200",
        "mailbox_ids": "nobody",
    }
    await editor.post("/sequences", FORM | faults, seen="/sequences/new")
    assert editor.page.status_code == 422
    for field in ("name", "closed_days", "away_days"):
        assert f'id="{field}-problem"' in editor.page.text, field
    mended = {"name": "X", "closed_days": "2026-12-24", "away_days": "3"}
    await editor.post("/sequences", FORM | faults | mended, seen="/sequences/new")
    assert editor.page.status_code == 422
    for field in ("time_zone", "end_time", "mailbox_ids"):
        assert f'id="{field}-problem"' in editor.page.text, field
    assert await office.stores.sequences.find(OURS, "new-one") is None


async def test_a_sequence_is_made_with_its_steps_and_sent_twice_it_is_one(
    office: Office, signed_in: SignedIn
) -> None:
    approver = await signed_in(Role.APPROVER)
    for _ in range(2):
        await approver.post("/sequences", FORM, seen="/sequences/new")
        assert approver.page.headers["location"] == "/sequences/new-one"
    for step_id, text in (("first", "Good day"), ("first", "Good day"), ("second", "Again")):
        fields = {"id": step_id, "wait_days": "2", "subject": "Hello", "content": text, "position": ""}
        await approver.post("/sequences/new-one/steps", fields, seen="/sequences/new-one/steps/new")
    made = await office.stores.sequences.get(OURS, "new-one")
    assert [(one.id, one.position) for one in made.steps] == [("first", 1), ("second", 2)]
    assert made.days == (1, 3)
    await approver.post("/sequences/new-one/steps/second/move", {"position": "1"}, seen="/sequences/new-one")
    made = await office.stores.sequences.get(OURS, "new-one")
    assert [one.id for one in made.steps] == ["second", "first"]
    await approver.post("/sequences/new-one/start", seen="/sequences/new-one")
    assert (await office.stores.sequences.get(OURS, "new-one")).state is SequenceState.ACTIVE
    await approver.post("/sequences/new-one/steps/second/delete", seen="/sequences/new-one")
    await approver.post("/sequences/new-one/steps/first/delete", seen="/sequences/new-one")
    await approver.get("/sequences/new-one")
    assert "It stays: there is none yet" in approver.says


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"content": "Good day {{ name }}", "contact": ""}, "Good day"),
        ({"content": "Good day {{ name", "contact": ""}, "problem"),
        ({"content": "Good day", "contact": "nobody of that name"}, "Nobody is found by that."),
    ],
)
async def test_a_preview_shows_the_text_or_says_what_is_wrong(
    signed_in: SignedIn, fields: dict[str, str], said: str
) -> None:
    approver = await signed_in(Role.APPROVER)
    known = {"id": "one", "position": "1", "subject": "Hello"}
    await approver.post(f"{HERE}/steps/preview", known | fields, seen=f"{HERE}/steps/one")
    assert approver.page.status_code == 200
    assert said in approver.page.text


async def test_people_come_in_by_addresses_and_faulty_ones_are_named(
    office: Office, signed_in: SignedIn
) -> None:
    approver = await signed_in(Role.APPROVER)
    await approver.post(f"{HERE}/enroll", {"id": "now", "addresses": ""}, seen=f"{HERE}/enroll")
    assert "choose a list, a segment or a file, or write addresses" in approver.says
    await approver.post(
        f"{HERE}/enroll", {"id": "now", "addresses": "eva@example.com\nno"}, seen=f"{HERE}/enroll"
    )
    assert "line 2" in approver.says
    assert await office.stores.enrollings.find(OURS, "now") is None
    for _ in range(2):
        fields = {"id": "now", "addresses": "gil@example.com, fay@example.com"}
        await approver.post(f"{HERE}/enroll", fields, seen=f"{HERE}/enroll")
        assert approver.page.status_code == 303
    while office.published:
        jobs, office.published = office.published, []
        for job in jobs:
            await run_job(office.runtime, job)
    await approver.get(f"{HERE}/enrollings/now")
    assert "In the sequence now 2" in approver.says


async def test_a_mailbox_says_what_keeps_it_from_sending(office: Office, signed_in: SignedIn) -> None:
    approver, where = await signed_in(Role.APPROVER), f"/mailboxes/mailbox-{OURS}"
    await approver.get(where)
    assert "Its sender is gone" in approver.says
    await approver.post(where, {"daily_capacity": "5000"}, seen=where)
    assert approver.page.status_code == 422
    await approver.post(
        where, {"daily_capacity": "50", "begins_on": "2026-12-01", "first_day": "3"}, seen=where
    )
    stored = await office.stores.mailboxes.get(OURS, f"mailbox-{OURS}")
    assert stored.daily_capacity == 50
    assert stored.warm_up is not None
    assert stored.warm_up.first_day == 3


async def test_one_that_is_archived_stays_as_it_is(office: Office, signed_in: SignedIn) -> None:
    approver = await signed_in(Role.APPROVER)
    sequence = await office.stores.sequences.get(OURS, f"sequence-{OURS}")
    await office.stores.sequences.save(OURS, sequence.id, replace(sequence, state=SequenceState.ARCHIVED))
    page = await approver.get(HERE)
    assert "Edit" not in page.text.partition("<main")[2]
    await approver.post(HERE, FORM, seen="/sequences")
    assert approver.page.status_code == 409
    assert await office.stores.sequences.get(OURS, sequence.id) == replace(
        sequence, state=SequenceState.ARCHIVED
    )


async def test_starting_and_going_on_say_first_when_it_would_finish(
    office: Office, signed_in: SignedIn
) -> None:
    approver = await signed_in(Role.APPROVER)
    await make_mailbox(office, daily_capacity=2)
    here = (await make_sequence(office)).removeprefix("/v1")
    addresses = pasted(*(f"p{number}@example.com" for number in range(8)))
    await office.post(f"/v1{here}/enrollings", addresses)
    await run_jobs(office)
    assert f'href="{here}/start"' in (await approver.get(here)).text
    await approver.get(f"{here}/start")
    assert "Start Welcome?" in approver.says
    assert "8 contacts are in it." in approver.says
    assert "Welcome has nothing planned; after the change it finishes on" in approver.says
    assert (await office.get(f"/v1{here}")).json()["state"] == "draft"  # to look changes nothing

    await approver.post(f"{here}/start")
    await run_jobs(office)
    await approver.post(f"{here}/pause", seen=here)
    await approver.get(f"{here}/start")
    assert "Let Welcome go on?" in approver.says
    assert "finishes on" in approver.says
    assert (await office.get(f"/v1{here}")).json()["state"] == "paused"


async def test_one_that_cannot_start_says_why_and_offers_no_button(
    office: Office, signed_in: SignedIn
) -> None:
    approver = await signed_in(Role.APPROVER)
    await approver.post("/sequences", FORM, seen="/sequences/new")
    page = await approver.get("/sequences/new-one/start")
    assert page.status_code == 200
    assert "It cannot start yet: " in approver.says
    assert "Start it" not in page.text
