"""Segments and audiences of people over HTTP: what is taken, shown, counted and refused."""

from typing import Any

import pytest

from tests.kit.api.office import OURS, THEIRS, Office, assert_problem

VIP = {"kind": "tag", "value": "VIP "}
CAMPAIGN = {
    "name": "Spring",
    "steps": [
        {
            "channel": "sms",
            "template_id": f"template-{OURS}",
            "sender_id": f"sender-{OURS}",
            "address_field": "phone",
        }
    ],
}


def _nested(levels: int) -> dict[str, Any]:
    criterion: dict[str, Any] = dict(VIP)
    for _ in range(levels):
        criterion = {"kind": "not", "criterion": criterion}
    return criterion


async def test_a_segment_is_kept_in_its_one_form_and_counted(office: Office) -> None:
    made = await office.post("/v1/segments", {"name": "VIPs", "criterion": VIP})
    assert made.status_code == 201, made.text
    assert made.json()["criterion"] == {"kind": "tag", "value": "vip"}
    where = made.headers["location"]
    counted = (await office.get(f"{where}/count")).json()
    assert (counted["count"], counted["among"]) == (1, 1)
    assert [one["name"] for one in counted["sample"]] == ["Ana Vega"]
    nobody = {"criterion": {"kind": "not", "criterion": VIP}}
    assert (await office.call("PATCH", where, json=nobody)).status_code == 200
    assert (await office.get(f"{where}/count")).json()["count"] == 0
    assert (await office.call("DELETE", where)).status_code == 204
    assert_problem(await office.get(where), 404)


@pytest.mark.parametrize(
    ("criterion", "count"),
    [
        ({"kind": "field", "field": "level", "test": "more_than", "value": 2}, 1),
        ({"kind": "field", "field": "level", "test": "is_one_of", "values": [1, 3]}, 1),
        ({"kind": "field", "field": "name", "test": "contains", "value": "VEGA"}, 1),
        ({"kind": "consent", "channel": "sms", "consent": "subscribed"}, 0),
        ({"kind": "reachable", "channel": "email"}, 1),
        ({"kind": "any", "criteria": [VIP, {"kind": "list", "list_id": f"list-{OURS}"}]}, 1),
    ],
)
async def test_a_criterion_is_tried_without_a_segment(
    office: Office, criterion: dict[str, Any], count: int
) -> None:
    await office.post("/v1/contact-fields", {"id": "level", "name": "Level", "kind": "number"})
    counted = await office.post("/v1/segments/count", {"criterion": criterion})
    assert counted.status_code == 200, counted.text
    assert counted.json()["count"] == count


@pytest.mark.parametrize(
    ("criterion", "field"),
    [
        ({"kind": "tags", "value": "x"}, "criterion"),
        ({"kind": "tag", "value": "x", "extra": 1}, "criterion.extra"),
        ({"kind": "list", "list_id": f"list-{THEIRS}"}, "criterion.list_id"),
        ({"kind": "field", "field": "color", "test": "is", "value": "red"}, "criterion.field"),
        ({"kind": "field", "field": "name", "test": "more_than", "value": "red"}, "criterion.test"),
        ({"kind": "all", "criteria": []}, "criterion.criteria"),
        (_nested(10), "criterion"),
        (_nested(40), "body"),
        ({"kind": "all", "criteria": [VIP] * 101}, "criterion.criteria"),
    ],
)
async def test_what_could_never_work_is_refused_with_its_place(
    office: Office, criterion: dict[str, Any], field: str
) -> None:
    answer = await office.post("/v1/segments", {"name": "x", "criterion": criterion})
    assert_problem(answer, 422, field)


async def test_a_campaign_for_people_says_whom_it_includes_and_excludes(office: Office) -> None:
    audience = {
        "include": [
            {"kind": "everybody"},
            {"kind": "addresses", "channel": "sms", "addresses": ["(212) 555-0143", "212.555.0143"]},
            {"kind": "contacts", "contact_ids": [f"contact-{OURS}"]},
        ],
        "exclude": [{"kind": "segment", "segment_id": f"segment-{OURS}"}],
    }
    made = await office.post("/v1/campaigns", {**CAMPAIGN, "audience": audience})
    assert made.status_code == 201, made.text
    shown = made.json()["audience"]
    assert (shown["source_id"], shown["file_id"]) == ("contacts", None)
    assert shown["include"][1]["addresses"] == ["+12125550143"]
    assert shown["exclude"] == audience["exclude"]
    assert made.json()["dedupe_scope"] == "campaign"


@pytest.mark.parametrize(
    ("audience", "field"),
    [
        ({}, "audience"),
        ({"source_id": f"source-{OURS}", "include": [{"kind": "everybody"}]}, "audience"),
        ({"include": [{"kind": "everybody"}], "file_id": "f"}, "audience"),
        ({"include": [{"kind": "list", "list_id": f"list-{THEIRS}"}]}, "audience.include[0].list_id"),
        (
            {"include": [{"kind": "segment", "segment_id": f"segment-{THEIRS}"}]},
            "audience.include[0].segment_id",
        ),
        (
            {"include": [{"kind": "contacts", "contact_ids": [f"contact-{THEIRS}"]}]},
            "audience.include[0].contact_ids[0]",
        ),
        ({"include": [{"kind": "file_rows", "file_id": f"file-{THEIRS}"}]}, "audience.include[0].file_id"),
    ],
)
async def test_an_audience_is_of_rows_or_of_people_and_of_this_company(
    office: Office, audience: dict[str, Any], field: str
) -> None:
    assert_problem(await office.post("/v1/campaigns", {**CAMPAIGN, "audience": audience}), 422, field)
