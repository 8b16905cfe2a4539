"""When a campaign fires next: asked before and after it is saved, frozen and canceled."""

from datetime import datetime
from typing import Any

import pytest

from tests.kit.api.office import Office, assert_problem
from tests.kit.builders import NOON, a_source

DAILY = {"kind": "recurring", "at": "2026-11-25T09:00", "rule": "FREQ=DAILY"}


@pytest.fixture(autouse=True)
def _at_noon(office: Office) -> None:
    office.runtime.now = lambda: NOON


async def _campaign(office: Office, **changes: Any) -> str:
    body = {
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
        "schedule": DAILY,
        "window": {"days": [1, 2, 3, 4, 5], "holiday_country": "US"},
    }
    response = await office.post("/v1/campaigns", body | changes)
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


async def _times(office: Office, campaign_id: str) -> dict[str, Any]:
    response = await office.get(f"/v1/campaigns/{campaign_id}/times")
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


async def test_the_times_that_are_tried_are_those_of_the_campaign(office: Office) -> None:
    body = {"schedule": DAILY, "window": {"days": [1, 2, 3, 4, 5], "holiday_country": "US"}}
    tried = (await office.post("/v1/campaigns/times", body)).json()
    campaign_id = await _campaign(office)
    assert await _times(office, campaign_id) == tried
    assert tried["time_zone"] == "America/New_York"
    assert len(tried["times"]) == 10
    assert tried["times"][:2] == [
        {
            "at": "2026-11-25T09:00:00-05:00",
            "local": "2026-11-25T09:00:00",
            "weekday": "Wednesday",
            "closed_for": None,
        },
        {
            "at": "2026-11-26T09:00:00-05:00",
            "local": "2026-11-26T09:00:00",
            "weekday": "Thursday",
            "closed_for": "Thanksgiving Day",
        },
    ]
    response = await office.post(f"/v1/campaigns/{campaign_id}/ready")
    assert response.status_code == 200, response.text
    first = datetime.fromisoformat((await _times(office, campaign_id))["times"][0]["at"])
    assert first == datetime.fromisoformat(response.json()["next_fire_at"])


async def test_a_sources_zone_holds_where_the_schedule_names_none(office: Office) -> None:
    """As for the fire itself; once frozen, the zone the campaign was frozen with."""
    source = a_source(id="source-acme", time_zone="America/Denver")
    await office.stores.sources.save("acme", source.id, source)
    campaign_id = await _campaign(office)
    assert (await _times(office, campaign_id))["times"][0]["at"] == "2026-11-25T09:00:00-07:00"
    body = {"schedule": DAILY, "source_id": "source-acme"}
    assert (await office.post("/v1/campaigns/times", body)).json()["time_zone"] == "America/Denver"
    assert (await office.post(f"/v1/campaigns/{campaign_id}/ready")).status_code == 200
    await office.stores.sources.save("acme", source.id, a_source(id="source-acme"))
    assert (await _times(office, campaign_id))["time_zone"] == "America/Denver"


async def test_a_canceled_campaign_and_one_on_demand_have_none(office: Office) -> None:
    campaign_id = await _campaign(office)
    assert (await office.post(f"/v1/campaigns/{campaign_id}/cancel")).status_code == 200
    assert (await _times(office, campaign_id))["times"] == []
    assert (await _times(office, await _campaign(office, schedule={})))["times"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "schedule"),
        ({"schedule": {"kind": "recurring"}}, "schedule.at"),
        ({"schedule": DAILY | {"rule": "FREQ=SECONDLY"}}, "schedule.rule"),
        ({"schedule": DAILY | {"time_zone": "Mars"}}, "schedule.time_zone"),
        ({"schedule": DAILY, "window": {"holiday_country": "XX"}}, "window.holiday_country"),
        ({"schedule": DAILY, "source_id": "source-globex"}, "source_id"),
    ],
)
async def test_what_cannot_be_tried_says_what_is_wrong(office: Office, body: Any, field: str) -> None:
    assert_problem(await office.post("/v1/campaigns/times", body), 422, field)


async def test_a_window_of_equal_ends_is_saved(office: Office) -> None:
    campaign_id = await _campaign(office, window={"opens": "09:00", "closes": "09:00"})
    shown = (await office.get(f"/v1/campaigns/{campaign_id}")).json()["window"]
    assert (shown["opens"], shown["closes"]) == ("09:00:00", "09:00:00")
