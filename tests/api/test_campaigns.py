"""A campaign's life over the API."""

from typing import Any

import pytest

from shared.domain.files.file import Row
from shared.domain.record import replace
from shared.firestore.row_chunks import chunk_of
from tests.kit.api.office import OURS, Office, assert_problem
from tests.kit.builders import an_sms_sender

AUDIENCE: dict[str, Any] = {"source_id": "source-acme", "file_id": None, "include": [], "exclude": []}
BODY: dict[str, Any] = {
    "name": "Reminders",
    "audience": {"source_id": "source-acme"},
    "steps": [
        {
            "channel": "sms",
            "template_id": "template-acme",
            "sender_id": "sender-acme",
            "address_field": "phone",
        }
    ],
    "window": {"days": [1, 2, 3, 4, 5], "opens": "09:00", "closes": "17:30", "holiday_country": "US"},
    "schedule": {"kind": "recurring", "at": "2099-01-05T09:00", "rule": "FREQ=WEEKLY;BYDAY=MO"},
    "reply_options": [{"words": ["1", "y"], "disposition": "confirmed"}],
    "expires_field": "appointment_at",
    "filters": [{"kind": "replace", "text": "Dr ", "replacement": "Doctor "}],
    "dedupe_key": ["day", "address"],
}


async def _create(office: Office, **changes: Any) -> dict[str, Any]:
    response = await office.post("/v1/campaigns", {**BODY, **changes})
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    assert response.headers["location"] == f"/v1/campaigns/{made['id']}"
    return made


async def test_what_is_created_is_what_is_read(office: Office) -> None:
    made = await _create(office)
    read = (await office.get(f"/v1/campaigns/{made['id']}")).json()
    assert read == made
    assert made["state"] == "draft"
    assert made["window"]["opens"] == "09:00:00"
    assert made["schedule"] == {**BODY["schedule"], "at": "2099-01-05T09:00:00", "time_zone": None}
    assert made["steps"][0].pop("id")
    told = made["steps"][0]
    assert (told.pop("when"), told.pop("only_if"), told.pop("answers")) == (
        {"kind": "at_once"},
        "anybody",
        [],
    )
    assert made["steps"][0].pop("invites_to") is None
    sets_off = {
        "acknowledgement": "",
        "acknowledgement_out_of_hours": "",
        "stops_steps": False,
        "starts_steps": False,
        "event": "",
    }
    made["reply_options"] = [
        {name: value for name, value in one.items() if value != sets_off.get(name, [])}
        for one in made["reply_options"]
    ]
    for name in ("audience", "steps", "reply_options", "filters", "dedupe_key", "expires_field"):
        expected = {**BODY, "audience": AUDIENCE}[name]
        assert made[name] == expected


async def test_an_edit_changes_what_it_names(office: Office) -> None:
    made = await _create(office)
    changes = {"name": "Notices", "expires_field": None, "schedule": {"kind": "on_demand"}}
    response = await office.call("PATCH", f"/v1/campaigns/{made['id']}", json=changes)
    edited = response.json()
    assert response.status_code == 200, response.text
    assert (edited["name"], edited["expires_field"]) == ("Notices", None)
    assert edited["schedule"]["kind"] == "on_demand"
    same = ("id", "state", "audience", "steps", "window", "reply_options", "filters", "created_at")
    assert {name: edited[name] for name in same} == {name: made[name] for name in same}
    assert edited["updated_at"] > made["updated_at"]


async def test_the_holidays_of_a_window_are_shown_when_it_is_saved(office: Office) -> None:
    made = await _create(office, window={"holiday_country": "US-FL"})
    named = {holiday["name"]: holiday["day"] for holiday in made["holidays"]}
    assert {"Christmas Day", "Friday After Thanksgiving"} <= set(named)
    assert "Columbus Day" not in named
    assert "Write US+US-FL to close on the days of US too" in made["holiday_hint"]
    change = {"window": {"holiday_country": "US+US-FL"}}
    changed = (await office.call("PATCH", f"/v1/campaigns/{made['id']}", json=change)).json()
    assert "Columbus Day" in {holiday["name"] for holiday in changed["holidays"]}
    assert changed["holiday_hint"] is None
    without = await _create(office, window={})
    assert (without["holidays"], without["holiday_hint"]) == ([], None)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"audience": {"source_id": "nothing"}}, "audience.source_id"),
        ({"audience": {"source_id": "source-acme", "file_id": "nothing"}}, "audience.file_id"),
        ({"steps": [{**BODY["steps"][0], "template_id": "nothing"}]}, "steps[0].template_id"),
        ({"steps": [{**BODY["steps"][0], "sender_id": "nothing"}]}, "steps[0].sender_id"),
        ({"steps": [{**BODY["steps"][0], "address_field": "fax"}]}, "steps[0].address_field"),
        ({"steps": []}, "steps"),
        ({"steps": BODY["steps"] * 9}, "steps"),
        ({"window": {"days": [1, 1]}}, "window.days"),
        ({"window": {"time_zone_field": "zone"}}, "window.time_zone_field"),
        ({"window": {"holiday_country": "XX"}}, "window.holiday_country"),
        ({"window": {"closed_days": ["1796083200"]}}, "window.closed_days[0]"),
        ({"window": {"closed_days": ["20261130"]}}, "window.closed_days[0]"),
        ({"window": {"closed_days": ["2026-11-30T00:00"]}}, "window.closed_days[0]"),
        ({"window": {"closed_days": ["2026-11-31"]}}, "window.closed_days[0]"),
        ({"window": {"closed_days": ["9999-12-31"]}}, "window.closed_days[0]"),
        ({"window": {"opens": "32400"}}, "window.opens"),
        ({"window": {"opens": "0900"}}, "window.opens"),
        ({"schedule": {"kind": "once", "at": "1796083200"}}, "schedule.at"),
        ({"schedule": {"kind": "once", "at": "20990105T0900"}}, "schedule.at"),
        ({"schedule": {"kind": "once", "at": "2099-01-05"}}, "schedule.at"),
        ({"schedule": {"kind": "once", "at": "9999-12-31T23:59"}}, "schedule.at"),
        ({"schedule": {"kind": "once", "at": "0001-01-01T00:00"}}, "schedule.at"),
        ({"schedule": {"kind": "once"}}, "schedule.at"),
        ({"schedule": {"kind": "recurring", "at": "2099-01-05T09:00", "rule": "FREQ=X"}}, "schedule.rule"),
        ({"schedule": {"kind": "once", "at": "2099-01-05T09:00", "time_zone": "EST5"}}, "schedule.time_zone"),
        ({"reply_options": [{"words": ["stop"], "disposition": "canceled"}]}, "reply_options[0].words[0]"),
        ({"expires_field": "when"}, "expires_field"),
        ({"filters": [{"kind": "replace"}]}, "filters[0].text"),
        ({"dedupe_key": ["shoe size"]}, "dedupe_key[0]"),
    ],
)
async def test_what_cannot_work_is_refused_by_field(
    office: Office, changes: dict[str, Any], field: str
) -> None:
    made = await _create(office)
    assert_problem(await office.post("/v1/campaigns", {**BODY, **changes}), 422, field)
    response = await office.call("PATCH", f"/v1/campaigns/{made['id']}", json=changes)
    assert_problem(response, 422, field)
    assert (await office.get(f"/v1/campaigns/{made['id']}")).json() == made


async def test_a_channel_must_be_that_of_its_template_and_sender(office: Office) -> None:
    step = {**BODY["steps"][0], "channel": "email"}
    response = await office.post("/v1/campaigns", {**BODY, "steps": [step]})
    assert_problem(response, 422, "steps[0].template_id", "steps[0].sender_id")


async def test_ready_freezes_and_reopen_frees(office: Office) -> None:
    made = await _create(office)
    path = f"/v1/campaigns/{made['id']}"
    ready = (await office.post(f"{path}/ready")).json()
    assert ready["state"] == "scheduled"
    assert ready["content_hash"]
    assert ready["next_fire_at"] == "2099-01-05T14:00:00Z"
    response = await office.call("PATCH", path, json={"name": "Other"})
    assert "Reopen" in assert_problem(response, 409)["detail"]
    assert (await office.post(f"{path}/reopen")).json()["state"] == "draft"
    assert (await office.call("PATCH", path, json={"name": "Other"})).json()["name"] == "Other"


async def test_ready_tells_what_the_provider_says_of_the_senders(office: Office) -> None:
    service = await office.simulator.add_service(office.account, an_sms_sender().address, campaign="VERIFIED")
    sender = an_sms_sender(id="sender-acme", address=service)
    await office.stores.senders.save(OURS, sender.id, sender)
    made = await _create(office)
    ready = (await office.post(f"/v1/campaigns/{made['id']}/ready")).json()
    checked = (await office.get("/v1/senders/sender-acme/check")).json()
    assert ready["sender_remarks"] == checked["remarks"] != []


async def test_ready_refuses_what_was_not_previewed(office: Office) -> None:
    made = await _create(office)
    response = await office.post(f"/v1/campaigns/{made['id']}/ready", {"content_hash": "another"})
    assert_problem(response, 409)


async def test_pause_resume_cancel(office: Office) -> None:
    made = await _create(office)
    path = f"/v1/campaigns/{made['id']}"
    assert_problem(await office.post(f"{path}/fire"), 409)
    await office.post(f"{path}/ready")
    assert (await office.post(f"{path}/pause")).json()["state"] == "paused"
    assert (await office.post(f"{path}/resume")).json()["state"] == "scheduled"
    assert (await office.post(f"{path}/cancel")).json()["state"] == "canceled"
    assert_problem(await office.post(f"{path}/resume"), 409)
    listed = (await office.get("/v1/campaigns?state=canceled")).json()["items"]
    assert [item["id"] for item in listed] == [made["id"]]


async def _load_one_row(office: Office) -> None:
    """Let the office's file have a row."""
    stores = office.stores
    chunk = chunk_of("file-acme", 0, 0, [Row(number=2, values={"phone": "+12125550187"})])
    await stores.row_chunks.save("acme", chunk.id, chunk)
    file = await stores.files.get("acme", "file-acme")
    loaded = replace(file, row_count=1, chunk_count=1, loaded_at=office.runtime.now())
    await stores.files.save("acme", file.id, loaded)


async def test_fire_and_its_ledger(office: Office) -> None:
    made = await _create(office, schedule={"kind": "on_demand"})
    path = f"/v1/campaigns/{made['id']}"
    assert (await office.post(f"{path}/ready")).json()["state"] == "ready"
    refused = assert_problem(await office.post(f"{path}/fire"), 409)
    assert refused["detail"].startswith("No file of this source was loaded yet.")
    await _load_one_row(office)
    response = await office.post(f"{path}/fire")
    assert response.status_code == 202, response.text
    fire = (await office.get(response.headers["location"])).json()
    assert fire["ledger"]["is_balanced"]
    assert fire["campaign_id"] == made["id"]
    assert (fire["file_id"], fire["file_ids"]) == ("file-acme", ["file-acme"])
    assert (fire["left_out"], fire["empty_because"]) == ([], None)
    status = (await office.get(f"{path}/status")).json()
    assert status["campaign"]["last_fire_id"] == fire["id"] == status["last_fire"]["id"]
    listed = (await office.get(f"/v1/fires?campaign_id={made['id']}")).json()["items"]
    assert [item["id"] for item in listed] == [fire["id"]]
    report = (await office.get(f"/v1/fires/{fire['id']}/report")).json()
    assert report["ledger"] == fire["ledger"]


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/v1/campaigns", {**BODY, "name": "A\x00B"}, "name"),
        ("/v1/campaigns", {**BODY, "expires_field": "at\x07"}, "expires_field"),
        ("/v1/campaigns", {**BODY, "filters": [{"kind": "replace", "text": "a\x00"}]}, "filters[0].text"),
        ("/v1/campaigns", {**BODY, "dedupe_key": ["day\x7f"]}, "dedupe_key[0]"),
        ("/v1/opt-outs", {"channel": "sms", "address": "+12125550187", "text": "no\x00"}, "text"),
    ],
)
async def test_no_text_that_comes_in_holds_control_characters(
    office: Office, path: str, body: dict[str, Any], field: str
) -> None:
    found = assert_problem(await office.post(path, body), 422, field)
    assert "control character U+00" in found["detail"]


async def test_the_dedupe_scope_is_shown_as_it_holds(office: Office) -> None:
    made = await _create(office)
    assert (made["dedupe_scope"], made["dedupe_days"]) == ("campaign", None)
    path = f"/v1/campaigns/{made['id']}"
    changes: dict[str, Any] = {"schedule": {"kind": "on_demand"}}
    changed = (await office.call("PATCH", path, json=changes)).json()
    assert (changed["dedupe_scope"], changed["dedupe_days"]) == ("source", 30)
    changes = {"dedupe_scope": "source", "dedupe_days": 7}
    changed = (await office.call("PATCH", path, json=changes)).json()
    assert (changed["dedupe_scope"], changed["dedupe_days"]) == ("source", 7)
    assert_problem(await office.call("PATCH", path, json={"dedupe_scope": "fire"}), 422, "dedupe_days")
    changes = {"dedupe_scope": "fire", "dedupe_days": None}
    changed = (await office.call("PATCH", path, json=changes)).json()
    assert (changed["dedupe_scope"], changed["dedupe_days"]) == ("fire", None)


async def test_rows_that_are_sent_again_are_of_the_source(office: Office) -> None:
    row = {"file_id": "file-acme", "row_number": 3}
    made = await _create(office, send_again={"rows": [row]})
    assert made["send_again"] == {"everybody": False, "rows": [row]}
    theirs = {"rows": [row, {**row, "file_id": "file-globex"}]}
    field = "send_again.rows[1].file_id"
    assert_problem(await office.post("/v1/campaigns", {**BODY, "send_again": theirs}), 422, field)
    path = f"/v1/campaigns/{made['id']}"
    assert_problem(await office.post(f"{path}/preview", {"send_again": theirs}), 422, field)
    await office.post(f"{path}/ready")
    assert_problem(await office.post(f"{path}/fire", {"send_again": theirs}), 422, field)


async def test_what_a_dedupe_key_leaves_open_is_asked(office: Office) -> None:
    made = await _create(office, dedupe_key=["day", "address"], expires_field=None)
    assert [question["field"] for question in made["questions"]] == ["expires_field"]
    assert "the text decides" in made["questions"][0]["question"]
    assert (await _create(office))["questions"] == []
