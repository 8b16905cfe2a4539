"""Combined columns, zones of rows and row filters over the API."""

from typing import Any

import pytest

from tests.api.test_campaigns import BODY
from tests.kit.api.office import Office, assert_problem

PHONE = {"column": "Phone", "field": "phone", "type": "phone"}
STATE = {"column": "State", "field": "state"}
VISIT: dict[str, Any] = {
    "column": "Date",
    "field": "visit_at",
    "type": "datetime",
    "formats": ["%m/%d/%Y"],
    "time_column": "Time",
    "time_formats": ["%I:%M %p"],
}


def a_source(**changes: Any) -> dict[str, Any]:
    return {"name": "Visits", "columns": [PHONE, STATE, VISIT], "dedupe_key": ["address"]} | changes


def conditions(*asked: dict[str, Any]) -> dict[str, Any]:
    return {"row_filter": {"conditions": list(asked)}}


async def test_a_source_says_how_rows_are_read_and_which_are_taken(office: Office) -> None:
    asked = {"column": "Status", "test": "is_one_of", "values": ["Booked", 1, True, 2.5]}
    row_filter = {"match": "any", "conditions": [asked, {"field": "phone", "test": "is_not_empty"}]}
    response = await office.post("/v1/sources", a_source(time_zone_field="state", row_filter=row_filter))
    assert response.status_code == 201, response.text
    source = (await office.get(response.headers["location"])).json()
    assert source["columns"][2]["time_column"] == "Time"
    assert source["columns"][2]["time_formats"] == ["%I:%M %p"]
    assert source["time_zone_field"] == "state"
    assert source["row_filter"] == {
        "match": "any",
        "conditions": [
            {
                "field": None,
                "column": "Status",
                "test": "is_one_of",
                "value": None,
                "values": ["Booked", "1", "true", "2.5"],
            },
            {"field": "phone", "column": None, "test": "is_not_empty", "value": None, "values": []},
        ],
    }
    nothing = {"row_filter": None, "time_zone_field": None}
    changed = await office.call("PATCH", response.headers["location"], json=nothing)
    assert (changed.json()["row_filter"], changed.json()["time_zone_field"]) == (None, None)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"time_zone_field": "nowhere"}, "time_zone_field"),
        ({"columns": [PHONE, STATE, {**VISIT, "time_column": "Date"}]}, "columns[2].time_column"),
        ({"columns": [PHONE, STATE, {**VISIT, "type": "time"}]}, "columns[2].time_column"),
        (conditions({"field": "x", "test": "is", "value": "a"}), "row_filter.conditions[0].field"),
        (conditions({"test": "is", "value": "a"}), "row_filter.conditions[0].field"),
        (conditions({"column": "A", "test": "after", "value": "b"}), "row_filter.conditions[0].test"),
        (conditions({"field": "visit_at", "test": "after", "value": "b"}), "row_filter.conditions[0].value"),
        (conditions({"field": "state", "test": "like", "value": "b"}), "row_filter.conditions[0].test"),
        (conditions(), "row_filter.conditions"),
        ({"row_filter": {"conditions": [], "match": "none"}}, "row_filter.match"),
    ],
)
async def test_what_could_never_work_is_refused_by_its_field(
    office: Office, changes: dict[str, Any], field: str
) -> None:
    problem = (await office.post("/v1/sources", a_source(**changes))).json()
    assert field in [one["field"].removeprefix("body.") for one in problem["errors"]], problem


async def test_a_campaign_takes_conditions_of_fields_alone(office: Office) -> None:
    made = await office.post("/v1/campaigns", BODY)
    path = made.headers["location"]
    asked = {"field": "appointment_at", "test": "is", "value": "today+1"}
    changed = await office.call("PATCH", path, json=conditions(asked))
    assert changed.status_code == 200, changed.text
    assert changed.json()["row_filter"] == {"match": "all", "conditions": [{**asked, "values": []}]}
    column = conditions({"column": "Status", "test": "is", "value": "x"})
    where = "row_filter.conditions[0]"
    assert_problem(await office.call("PATCH", path, json=column), 422, f"{where}.field", f"{where}.column")
    number = conditions({"field": "phone", "test": "more_than", "value": 5})
    assert_problem(await office.call("PATCH", path, json=number), 422, f"{where}.test")
    assert_problem(await office.call("PATCH", path, json={"expires_field": "phone"}), 422, "expires_field")


async def test_a_date_and_a_time_are_proposed_as_one_field_that_can_be_saved(office: Office) -> None:
    csv = b"Phone,Time,Date\n2125550187,2:30 PM,06/14/2027\n2125550188,9:00 AM,06/15/2027\n"
    suggestion = (await office.post("/v1/sources/suggest", content=csv)).json()
    [pair] = [column for column in suggestion["columns"] if column["time_column"]]
    assert (pair["column"], pair["time_column"], pair["field"]) == ("Date", "Time", "date_time")
    assert "together with 'Time' it is the field date_time" in suggestion["questions"][0]["text"]
    body = {"name": "Visits", "columns": suggestion["columns"], "dedupe_key": ["address"]}
    assert (await office.post("/v1/sources", body)).status_code == 201
    assert_problem(
        await office.post("/v1/sources", {**body, "time_zone_field": "date"}), 422, "time_zone_field"
    )
