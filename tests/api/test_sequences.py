"""Sequences and mailboxes over HTTP: made, changed, and what is refused."""

from typing import Any

import pytest

from tests.kit.api.office import OURS, THEIRS, Office, assert_problem
from tests.kit.api.sequences import ALL_DAY, EVERYBODY, STEP, make_mailbox, make_sequence


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
    await make_mailbox(office)
    body = ALL_DAY | {"mailbox_ids": ["desk"], "steps": [STEP]} | given
    assert_problem(await office.post("/v1/sequences", body), 422, field)


async def test_steps_are_added_changed_ordered_and_removed(office: Office) -> None:
    await make_mailbox(office)
    where = await make_sequence(office)
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
    await make_mailbox(office)
    empty = await make_sequence(office, steps=[], mailbox_ids=[])
    assert_problem(await office.post(f"{empty}/resume"), 422, "steps", "mailbox_ids")
    assert_problem(await office.post(f"{empty}/enrollings", EVERYBODY), 409)
    assert_problem(await office.post(f"{empty}/pause"), 409)
    where = await make_sequence(office)
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
    await make_mailbox(office)
    where = await make_sequence(office, endings={"at_reply": False}, away_days=3)
    made = (await office.get(where)).json()
    assert (made["endings"], made["away_days"]) == ({"at_reply": False, "at_bounce": True}, 3)
    changed = await office.call(
        "PATCH", where, json={"endings": {"at_reply": True, "at_bounce": False}, "away_days": 10}
    )
    assert changed.json()["endings"] == {"at_reply": True, "at_bounce": False}
    assert changed.json()["away_days"] == 10


async def test_a_mailbox_is_made_changed_and_removed(office: Office) -> None:
    await make_mailbox(office, warm_up={"begins_on": "2026-11-23", "first_day": 3, "more_each_day": 2})
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
    where = await make_sequence(office)
    await office.post(f"{where}/resume")
    refused = assert_problem(await office.call("DELETE", "/v1/mailboxes/desk"), 409)
    assert "Welcome" in refused["detail"]
    await office.post(f"{where}/pause")
    assert (await office.call("DELETE", "/v1/mailboxes/desk")).status_code == 204
    assert (await office.get(where)).json()["mailbox_ids"] == []
    assert_problem(await office.get("/v1/mailboxes/desk"), 404)
