"""Sequences over HTTP: made, changed, filled with people, looked at, and what is refused."""

from datetime import timedelta
from typing import Any

import pytest

from shared.usecases.run_job import run_job
from shared.usecases.sequences import ask_effect
from tests.kit.api.office import OURS, THEIRS, Office, assert_problem
from tests.kit.builders import an_email_sender

STEP = {"subject": "Hello {{ name }}", "content": "First to {{ name }}."}
ALL_DAY = {
    "name": "Welcome",
    "start_time": "00:00",
    "end_time": "23:59",
    "time_zone": "America/New_York",
    "days": [1, 2, 3, 4, 5, 6, 7],
}

ONE_STEP = {"id": "one", "wait_days": 1}
OF_OURS = {"sequence_id": f"sequence-{OURS}"}
EVERYBODY = {"audience": {"include": [{"kind": "everybody"}]}}


def _pasted(*addresses: str) -> dict[str, Any]:
    return {"audience": {"include": [{"kind": "addresses", "channel": "email", "addresses": addresses}]}}


async def _mailbox(office: Office, **given: Any) -> dict[str, Any]:
    sender = an_email_sender(id="desk", address="desk@acme-clinics.com")
    await office.stores.senders.save(OURS, sender.id, sender)
    made = await office.post("/v1/mailboxes", {"sender_id": "desk", "daily_capacity": 20} | given)
    assert made.status_code == 201, made.text
    answer: dict[str, Any] = made.json()
    return answer


async def _sequence(office: Office, **given: Any) -> str:
    body = ALL_DAY | {"mailbox_ids": ["desk"], "steps": [STEP]} | given
    made = await office.post("/v1/sequences", body)
    assert made.status_code == 201, made.text
    return str(made.headers["location"])


async def _run_jobs(office: Office) -> None:
    while office.published:
        jobs, office.published = office.published, []
        for job in jobs:
            await run_job(office.runtime, job)


async def test_from_a_mailbox_to_a_plan_that_can_be_read(office: Office) -> None:
    mailbox = await _mailbox(office)
    assert (mailbox["id"], mailbox["email"]) == ("desk", "desk@acme-clinics.com")
    where = await _sequence(office)
    added = await office.post(f"{where}/steps", {"wait_days": 2, "content": "Second to {{ name }}."})
    assert [one["position"] for one in added.json()["steps"]] == [1, 2]
    assert (await office.get(where)).json()["state"] == "draft"
    assert (await office.post(f"{where}/resume")).json()["state"] == "active"
    begun = await office.post(f"{where}/enrollings", _pasted("Eva@Example.com", "fay@example.com"))
    assert begun.status_code == 202, begun.text
    await _run_jobs(office)
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
    await _mailbox(office, daily_capacity=1)
    where = await _sequence(office)
    await office.post(f"{where}/resume")
    addresses = [f"p{number}@example.com" for number in range(3)]
    body = _pasted(*addresses)
    await office.post(f"{where}/enrollings", body)
    await _run_jobs(office)
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


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"end_time": "00:00"}, "end_time"),
        ({"time_zone": "New York"}, "time_zone"),
        ({"days": []}, "days"),
        ({"days": [8]}, "days[0]"),
        ({"days": [1, 1]}, "days"),
        ({"holiday_country": "Nowhere"}, "holiday_country"),
        ({"mailbox_ids": ["desk", "nobody"]}, "mailbox_ids[1]"),
        ({"mailbox_ids": [f"mailbox-{THEIRS}"]}, "mailbox_ids[0]"),
        ({"mailbox_ids": ["desk", "desk"]}, "mailbox_ids[1]"),
        ({"steps": [{"subject": "Hello", "content": "  "}]}, "steps[0].content"),
        ({"steps": [{"content": "Hello."}]}, "steps[0].subject"),
        ({"steps": [{"subject": "Hello", "content": "{{ name"}]}, "steps[0].content"),
        ({"steps": [STEP, {"content": "x", "wait_days": 366}]}, "steps[1].wait_days"),
        ({"topic": "News"}, "topic"),
        ({"away_days": 0}, "away_days"),
    ],
)
async def test_what_could_never_work_is_refused_with_its_place(
    office: Office, given: dict[str, Any], field: str
) -> None:
    await _mailbox(office)
    body = ALL_DAY | {"mailbox_ids": ["desk"], "steps": [STEP]} | given
    assert_problem(await office.post("/v1/sequences", body), 422, field)


async def test_steps_are_added_changed_ordered_and_removed(office: Office) -> None:
    await _mailbox(office)
    where = await _sequence(office)
    for subject in ("two", "three"):
        await office.post(f"{where}/steps", {"subject": subject, "content": "Hello."})
    first = await office.post(f"{where}/steps", {"position": 1, "subject": "zero", "content": "Hello."})
    steps = {one["subject"]: one["id"] for one in first.json()["steps"]}
    assert list(steps) == ["zero", STEP["subject"], "two", "three"]
    moved = await office.call(
        "PATCH", f"{where}/steps/{steps['three']}", json={"position": 2, "wait_days": 5}
    )
    assert [one["subject"] for one in moved.json()["steps"]] == ["zero", "three", STEP["subject"], "two"]
    assert moved.json()["steps"][1]["wait_days"] == 5
    gone = await office.call("DELETE", f"{where}/steps/{steps['zero']}")
    assert [one["position"] for one in gone.json()["steps"]] == [1, 2, 3]
    order = [steps["two"], steps["three"], steps[str(STEP["subject"])]]
    ordered = await office.call("PUT", f"{where}/steps/order", json={"step_ids": order})
    assert [one["id"] for one in ordered.json()["steps"]] == order
    assert_problem(
        await office.call("PUT", f"{where}/steps/order", json={"step_ids": order[1:]}), 422, "step_ids"
    )
    assert_problem(await office.call("PATCH", f"{where}/steps/nothing", json={}), 404)


async def test_a_sequence_is_paused_resumed_and_put_away(office: Office) -> None:
    await _mailbox(office)
    empty = await _sequence(office, steps=[], mailbox_ids=[])
    assert_problem(await office.post(f"{empty}/resume"), 422, "steps", "mailbox_ids")
    assert_problem(await office.post(f"{empty}/enrollings", EVERYBODY), 409)
    assert_problem(await office.post(f"{empty}/pause"), 409)
    where = await _sequence(office)
    for verb, state in (
        ("resume", "active"),
        ("pause", "paused"),
        ("resume", "active"),
        ("archive", "archived"),
    ):
        assert (await office.post(f"{where}/{verb}")).json()["state"] == state
    assert_problem(await office.post(f"{where}/resume"), 409)
    assert_problem(await office.call("PATCH", where, json={"name": "Other"}), 409)
    assert_problem(await office.post(f"{where}/enrollings", EVERYBODY), 409)


async def test_endings_can_be_set(office: Office) -> None:
    await _mailbox(office)
    where = await _sequence(office, endings={"at_reply": False}, away_days=3)
    made = (await office.get(where)).json()
    assert (made["endings"], made["away_days"]) == ({"at_reply": False, "at_bounce": True}, 3)
    changed = await office.call(
        "PATCH", where, json={"endings": {"at_reply": True, "at_bounce": False}, "away_days": 10}
    )
    assert changed.json()["endings"] == {"at_reply": True, "at_bounce": False}
    assert changed.json()["away_days"] == 10


async def test_a_mailbox_is_made_changed_and_removed(office: Office) -> None:
    await _mailbox(office, warm_up={"begins_on": "2026-11-23", "first_day": 3, "more_each_day": 2})
    sms = {"sender_id": f"sender-{OURS}", "daily_capacity": 5}
    assert_problem(await office.post("/v1/mailboxes", sms), 422, "sender_id")
    assert_problem(await office.post("/v1/mailboxes", {"sender_id": "desk", "daily_capacity": 5}), 409)
    for given, field in (
        ({"daily_capacity": 0}, "daily_capacity"),
        ({"user_id": f"user-{THEIRS}"}, "user_id"),
        ({"warm_up": {"begins_on": "2026-11-23", "first_day": 0}}, "warm_up.first_day"),
    ):
        assert_problem(await office.call("PATCH", "/v1/mailboxes/desk", json=given), 422, field)
    changed = await office.call(
        "PATCH", "/v1/mailboxes/desk", json={"is_paused": True, "warm_up": None, "user_id": f"user-{OURS}"}
    )
    assert (changed.json()["is_paused"], changed.json()["warm_up"]) == (True, None)
    where = await _sequence(office)
    await office.post(f"{where}/resume")
    refused = assert_problem(await office.call("DELETE", "/v1/mailboxes/desk"), 409)
    assert "Welcome" in refused["detail"]
    await office.post(f"{where}/pause")
    assert (await office.call("DELETE", "/v1/mailboxes/desk")).status_code == 204
    assert (await office.get(where)).json()["mailbox_ids"] == []
    assert_problem(await office.get("/v1/mailboxes/desk"), 404)


async def test_audiences_that_are_not_there_are_refused(office: Office) -> None:
    await _mailbox(office)
    where = await _sequence(office)
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
    await _mailbox(office)
    where = await _sequence(office)
    await office.post(f"{where}/resume")
    body = _pasted("eva@example.com")
    await office.post(f"{where}/enrollings", body)
    await _run_jobs(office)
    [person] = (await office.get(f"{where}/enrollments")).json()["items"]
    over = (await office.post(f"{where}/enrollments/{person['id']}/end")).json()
    assert (over["state"], over["end_reason"]) == ("ended", "removed")
    assert over["end_note"] == "Somebody took the contact out."
    path = (await office.get(f"{where}/enrollments/{person['id']}")).json()
    assert [one["status"] for one in path["emails"]] == ["canceled"]
    later = office.runtime.now() + timedelta(days=3)
    office.runtime.now = lambda: later
    await _run_jobs(office)
    found = await office.get("/v1/scheduled-emails", params={"mailbox_id": "desk", "status": "canceled"})
    assert len(found.json()["items"]) == 1


async def test_a_change_is_foreseen_and_its_progress_is_told(office: Office) -> None:
    await _mailbox(office, daily_capacity=2)
    where = await _sequence(office)
    sequence_id = where.rpartition("/")[2]
    await office.post(f"{where}/resume")
    await office.post(f"{where}/enrollings", _pasted(*(f"p{number}@example.com" for number in range(8))))
    await _run_jobs(office)
    more = {"kind": "more_mailboxes", "sequence_id": sequence_id, "count": 1, "daily_capacity": 6}
    seen = (await office.post("/v1/sequence-plan/effect", {"change": more})).json()
    [finish] = seen["finishes"]
    assert finish["after"] < finish["before"]
    assert (seen["pending"], seen["kept"] + seen["moved"]) == (8, 8)
    raised = {"kind": "mailbox", "mailbox_id": "desk", "changes": {"daily_capacity": 8}}
    seen = (await office.post("/v1/sequence-plan/effect", {"change": raised})).json()
    assert seen["earlier"] == seen["moved"] > 0
    assert (await office.get("/v1/mailboxes/desk")).json()["daily_capacity"] == 2
    await office.call("PATCH", "/v1/mailboxes/desk", json={"daily_capacity": 8})
    begun = (await office.get("/v1/sequence-plan")).json()["replanning"]
    assert begun["ended_at"] is None
    await _run_jobs(office)
    done = (await office.get("/v1/sequence-plan")).json()
    assert (done["replanning"]["moved"], done["replanning"]["to_move"]) == (seen["moved"], seen["moved"])
    assert done["replanning"]["ended_at"]
    assert done["finishes"][0]["finishes_at"] == seen["finishes"][0]["after"]


@pytest.mark.parametrize(
    ("change", "status", "fields"),
    [
        ({"kind": "mailbox", "mailbox_id": f"mailbox-{THEIRS}", "changes": None}, 404, ()),
        ({"kind": "sequence", "sequence_id": "nothing", "changes": {}}, 404, ()),
        ({**OF_OURS, "kind": "sequence", "changes": {"end_time": "08:00"}}, 422, ("end_time",)),
        ({**OF_OURS, "kind": "steps", "steps": [{"id": "no", "wait_days": 1}]}, 404, ()),
        ({**OF_OURS, "kind": "steps", "steps": [ONE_STEP, ONE_STEP]}, 422, ("steps[1].id",)),
        ({"kind": "other"}, 422, ("change",)),
    ],
)
async def test_a_change_that_cannot_be_is_not_foreseen(
    office: Office, change: dict[str, Any], status: int, fields: tuple[str, ...]
) -> None:
    assert_problem(await office.post("/v1/sequence-plan/effect", {"change": change}), status, *fields)


async def test_where_many_wait_a_worker_finds_the_effect(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _mailbox(office, daily_capacity=2)
    where = await _sequence(office)
    await office.post(f"{where}/resume")
    await office.post(f"{where}/enrollings", _pasted(*(f"p{number}@example.com" for number in range(8))))
    await _run_jobs(office)
    other = {"name": "Other", "days": [1, 2, 3], "closed_days": ["2026-12-01"]}
    sequence: dict[str, Any] = {"kind": "sequence", "sequence_id": where.rpartition("/")[2], "changes": other}
    changes: list[dict[str, Any]] = [
        sequence,
        {"kind": "mailbox", "mailbox_id": "desk", "changes": {"daily_capacity": 8}},
        {
            "kind": "more_mailboxes",
            "sequence_id": sequence["sequence_id"],
            "count": 2,
            "daily_capacity": 9,
        },
    ]
    at_once = [await office.post("/v1/sequence-plan/effect", {"change": one}) for one in changes]
    assert [(one.status_code, one.json()["state"]) for one in at_once] == [(200, "done")] * 3
    assert (await office.get(at_once[0].headers["location"])).json() == at_once[0].json()
    monkeypatch.setattr(ask_effect, "FEW_EMAILS", 7)
    for change, known in zip(changes, at_once, strict=True):
        asked = await office.post("/v1/sequence-plan/effect", {"change": change})
        assert (asked.status_code, asked.json()["state"], asked.json()["moved"]) == (202, "running", None)
        await _run_jobs(office)
        found = (await office.get(asked.headers["location"])).json()
        assert found == known.json() | {"id": asked.json()["id"]}
        assert found["moved"]
    assert_problem(
        await office.post("/v1/sequence-plan/effect", {"change": changes[0]}, company_id=THEIRS), 404
    )
    assert_problem(await office.get(asked.headers["location"], company_id=THEIRS), 404)


async def test_an_effect_that_nobody_finds_says_so(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    await _mailbox(office)
    where = await _sequence(office)
    await office.post(f"{where}/resume")
    await office.post(f"{where}/enrollings", _pasted("p@example.com"))
    await _run_jobs(office)
    monkeypatch.setattr(ask_effect, "FEW_EMAILS", 0)
    change = {"kind": "mailbox", "mailbox_id": "desk", "changes": {"daily_capacity": 8}}
    asked = await office.post("/v1/sequence-plan/effect", {"change": change})
    place, job = asked.headers["location"], office.published.pop()
    begun = office.runtime.now()
    office.runtime.now = lambda: begun + timedelta(minutes=10)
    late = (await office.get(place)).json()
    assert (late["state"], late["note"]) == ("failed", "This took too long. Ask again.")
    await office.post(f"{where}/pause")
    await office.call("DELETE", "/v1/mailboxes/desk")
    await run_job(office.runtime, job)
    gone = (await office.get(place)).json()
    assert gone["state"] == "failed"
    assert "mailbox" in gone["note"]


async def test_the_emails_are_shown_for_one_contact(office: Office) -> None:
    await _mailbox(office)
    where = await _sequence(office)
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
