"""Broadcasts over HTTP: planned, read, changed, made once, canceled, and refused by their fields."""

from typing import Any

from shared.domain.job import GatherPeople
from tests.kit.api.office import OURS, THEIRS, Office, assert_problem
from tests.kit.builders import NOON, a_template
from tests.kit.clock import Clock

WAVE = {
    "channel": "sms",
    "template_id": f"template-{OURS}",
    "sender_id": f"sender-{OURS}",
    "address_field": "phone",
}
BROADCAST: dict[str, Any] = {
    "name": "Recall",
    "audience": {"include": [{"kind": "segment", "segment_id": f"segment-{OURS}"}]},
    "at": "2099-11-23T09:00",
    "first": WAVE,
    "second": WAVE,
}
TODAY = f"{NOON:%Y-%m-%d}T23:50"


async def test_a_planned_broadcast_is_shown_with_what_was_left_to_the_defaults(office: Office) -> None:
    made = await office.post("/v1/broadcasts", BROADCAST)
    assert made.status_code == 201, made.text
    shown = (await office.get(made.headers["location"])).json()
    assert (shown["state"], shown["phase"], shown["number"]) == ("planned", "planned", 1)
    assert shown["runs"] == {"size": 50, "seconds": 60, "per_second": 1}
    assert shown["pause_seconds"] == 600
    assert shown["run_at"] == "2099-11-23T14:00:00Z"
    assert shown["waits_for"] == ["It is made on 2099-11-23 at 09:00 (America/New_York)."]


async def test_what_is_wrong_is_named_by_its_field(office: Office) -> None:
    wrong = BROADCAST | {"first": WAVE | {"template_id": "none"}, "pause_seconds": 0, "runs": {"size": 101}}
    assert_problem(await office.post("/v1/broadcasts", wrong), 422, "pause_seconds", "runs.size")
    wrong = BROADCAST | {"first": WAVE | {"template_id": "none"}, "topic": "none"}
    assert_problem(await office.post("/v1/broadcasts", wrong), 422, "first.template_id", "topic")
    past = BROADCAST | {"at": "2020-01-01T09:00"}
    assert_problem(await office.post("/v1/broadcasts", past), 422, "at")


async def test_changes_hold_for_a_planned_one(office: Office) -> None:
    where = (await office.post("/v1/broadcasts", BROADCAST)).headers["location"]
    changed = await office.call("PATCH", where, json={"second": None, "runs": {"size": 10}, "topic": ""})
    assert changed.status_code == 200, changed.text
    assert (changed.json()["second"], changed.json()["runs"]["size"]) == (None, 10)
    assert_problem(await office.call("PATCH", where, json={"first": None}), 422, "first")


async def test_what_is_due_today_is_made_once(office: Office, clock: Clock) -> None:
    clock.at = NOON
    await office.stores.templates.save(OURS, WAVE["template_id"], a_template(body="Hello {{ name }}."))
    planned = await office.post("/v1/broadcasts", BROADCAST | {"at": TODAY})
    made = await office.post("/v1/broadcasts/make")
    assert made.status_code == 200, made.text
    assert (made.json()["broadcast"]["id"], made.json()["broadcast"]["state"]) == (
        planned.json()["id"],
        "made",
    )
    assert made.json()["following"]["run_at"] > made.json()["broadcast"]["run_at"]
    assert [type(job) for job in office.published] == [GatherPeople]
    again = await office.post("/v1/broadcasts/make")
    assert again.json()["broadcast"] is None
    assert again.json()["following"]["id"] == made.json()["following"]["id"]
    live = (await office.get(planned.headers["location"])).json()
    assert (live["phase"], live["waits_for"]) == ("made", ["The people of its audience are being found."])
    canceled = await office.post(f"{planned.headers['location']}/cancel")
    assert canceled.json()["state"] == "canceled"


async def test_one_that_cannot_be_made_is_refused_with_the_reason(office: Office, clock: Clock) -> None:
    clock.at = NOON
    body = {"name": "B", "channel": "sms", "body": "Hello {{ doctor }}."}
    template = (await office.post("/v1/templates", body)).json()["id"]
    first = WAVE | {"template_id": template}
    planned = await office.post("/v1/broadcasts", BROADCAST | {"first": first, "second": None, "at": TODAY})
    assert_problem(await office.post("/v1/broadcasts/make"), 422, "first.template_id")
    live = (await office.get(planned.headers["location"])).json()
    assert live["phase"] == "planned"
    assert "doctor" in live["refusal"]


async def test_another_companys_broadcast_is_not_found(office: Office) -> None:
    where = f"/v1/broadcasts/broadcast-{THEIRS}"
    for answer in (
        await office.get(where),
        await office.call("PATCH", where, json={"name": "Ours"}),
        await office.post(f"{where}/cancel"),
    ):
        assert_problem(answer, 404)


async def test_the_companys_calendar_is_checked_and_shown(office: Office) -> None:
    calendar = {"days": [1, 2, 3, 4, 5, 6], "holiday_country": "US+US-FL", "closed_days": ["2026-12-24"]}
    shown = await office.call("PATCH", "/v1/company", json={"calendar": calendar})
    assert shown.status_code == 200, shown.text
    assert shown.json()["calendar"] == calendar | {"keeps_holidays": True}
    wrong = {"calendar": {"holiday_country": "Atlantis"}}
    assert_problem(await office.call("PATCH", "/v1/company", json=wrong), 422, "calendar.holiday_country")
