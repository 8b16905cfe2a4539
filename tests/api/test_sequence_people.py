"""People in sequences over HTTP: enrolled, planned, shown a preview, taken out."""

from datetime import timedelta

from tests.kit.api.office import OURS, THEIRS, Office, assert_problem
from tests.kit.api.sequences import make_mailbox, make_sequence, pasted, run_jobs


async def test_from_a_mailbox_to_a_plan_that_can_be_read(office: Office) -> None:
    mailbox = await make_mailbox(office)
    assert (mailbox["id"], mailbox["email"]) == ("desk", "desk@acme-clinics.com")
    where = await make_sequence(office)
    added = await office.post(f"{where}/steps", {"wait_days": 2, "content": "Second to {{ name }}."})
    assert [one["position"] for one in added.json()["steps"]] == [1, 2]
    assert (await office.get(where)).json()["state"] == "draft"
    assert (await office.post(f"{where}/resume")).json()["state"] == "active"
    begun = await office.post(f"{where}/enrollings", pasted("Eva@Example.com", "fay@example.com"))
    assert begun.status_code == 202, begun.text
    await run_jobs(office)
    enrolling = (await office.get(f"{where}/enrollings/{begun.json()['id']}")).json()
    assert (enrolling["state"], enrolling["enrolled"]) == ("done", 2)
    people = (await office.get(f"{where}/enrollments", params={"state": "active"})).json()["items"]
    assert sorted(one["address"].lower() for one in people) == ["eva@example.com", "fay@example.com"]
    path = (await office.get(f"{where}/enrollments/{people[0]['id']}")).json()
    [email] = path["emails"]
    assert (email["mailbox_email"], email["status"]) == ("desk@acme-clinics.com", "pending")
    assert "desk@acme-clinics.com" in email["why"]
    planned = (await office.get("/v1/scheduled-emails", params={"mailbox_id": "desk"})).json()["items"]
    assert {one["enrollment_id"] for one in planned} == {one["id"] for one in people}
    plan = (await office.get("/v1/sequence-plan")).json()
    sequence_id = where.rpartition("/")[2]
    assert [one["sequence_id"] for one in plan["finishes"]] == [sequence_id]
    loads = plan["loads"]
    assert sum(one["emails"] for one in loads) == 4  # the second step of both is planned with the first
    assert {(one["mailbox_id"], one["capacity"]) for one in loads} == {("desk", 20)}


async def test_the_calendar_shows_one_day(office: Office) -> None:
    await make_mailbox(office, daily_capacity=1)
    where = await make_sequence(office)
    await office.post(f"{where}/resume")
    addresses = [f"p{number}@example.com" for number in range(3)]
    body = pasted(*addresses)
    await office.post(f"{where}/enrollings", body)
    await run_jobs(office)
    every = (await office.get("/v1/scheduled-emails", params={"mailbox_id": "desk"})).json()["items"]
    days = sorted(one["send_at"][:10] for one in every)
    assert len(set(days)) == 3
    last = max(one["send_at"] for one in every)
    found = await office.get("/v1/scheduled-emails", params={"mailbox_id": "desk", "since": last})
    assert [one["send_at"] for one in found.json()["items"]] == [last]
    assert "no place left" in found.json()["items"][0]["why"]
    asked = {"order": "earliest", "mailbox_id": "desk", "limit": 2}
    first = (await office.get("/v1/scheduled-emails", params=asked)).json()
    then = (await office.get("/v1/scheduled-emails", params=asked | {"cursor": first["next_cursor"]})).json()
    assert first["items"] + then["items"] == every[::-1]
    turned = asked | {"order": "latest", "cursor": first["next_cursor"]}
    assert_problem(await office.get("/v1/scheduled-emails", params=turned), 422, "cursor")


async def test_audiences_that_are_not_there_are_refused(office: Office) -> None:
    await make_mailbox(office)
    where = await make_sequence(office)
    for chosen, field in (
        ({"kind": "list", "list_id": f"list-{THEIRS}"}, "audience.include[0].list_id"),
        ({"kind": "segment", "segment_id": "none"}, "audience.include[0].segment_id"),
        ({"kind": "file_rows", "file_id": "none"}, "audience.include[0].file_id"),
        ({"kind": "contacts", "contact_ids": ["none"]}, "audience.include[0].contact_ids[0]"),
        (
            {"kind": "addresses", "channel": "email", "addresses": ["nobody"]},
            "audience.include[0].addresses[0]",
        ),
    ):
        assert_problem(
            await office.post(f"{where}/enrollings", {"audience": {"include": [chosen]}}), 422, field
        )


async def test_somebody_is_taken_out(office: Office) -> None:
    await make_mailbox(office)
    today = office.runtime.now().date()  # on none of these days is the email handed over
    closed = [str(today + timedelta(days=number)) for number in range(-1, 3)]
    where = await make_sequence(office, closed_days=closed)
    await office.post(f"{where}/resume")
    body = pasted("eva@example.com")
    await office.post(f"{where}/enrollings", body)
    await run_jobs(office)
    [person] = (await office.get(f"{where}/enrollments")).json()["items"]
    over = (await office.post(f"{where}/enrollments/{person['id']}/end")).json()
    assert (over["state"], over["end_reason"]) == ("ended", "removed")
    assert over["end_note"] == "Somebody took the contact out."
    path = (await office.get(f"{where}/enrollments/{person['id']}")).json()
    assert [one["status"] for one in path["emails"]] == ["canceled"]
    later = office.runtime.now() + timedelta(days=3)
    office.runtime.now = lambda: later
    await run_jobs(office)
    found = await office.get("/v1/scheduled-emails", params={"mailbox_id": "desk", "status": "canceled"})
    assert len(found.json()["items"]) == 1


async def test_the_emails_are_shown_for_one_contact(office: Office) -> None:
    await make_mailbox(office)
    where = await make_sequence(office)
    await office.post(f"{where}/steps", {"wait_days": 2, "content": "Second to {{ name }}."})
    email = {"channel": "email", "address": "eva@example.com"}
    made = await office.post("/v1/contacts", {"name": "Eva", "addresses": [email]})
    assert made.status_code == 201, made.text
    shown = await office.post(f"{where}/preview", {"contact_id": made.json()["id"]})
    items = shown.json()["items"]
    assert [one["subject"] for one in items] == ["Hello Eva", "Re: Hello Eva"]
    assert "Second to Eva." in items[1]["body"]
    assert items[0]["at"] < items[1]["at"]
    nobody = await office.post(f"{where}/preview", {"contact_id": f"contact-{OURS}"})
    assert nobody.status_code == 200
    assert_problem(await office.post(f"{where}/preview", {"contact_id": f"contact-{THEIRS}"}), 404)
