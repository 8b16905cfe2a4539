"""A stranger's way through people, over the API alone: import, undo, merge, segment, campaign, why."""

from typing import Any

import pytest

from shared.domain.contacts.contact_import import import_job
from shared.usecases.run_job import run_job
from tests.kit.api.office import OURS, Office, assert_problem

FILE = """Key,Name,Mobile,Email,Language,Time zone,Tags,Birthday,sms consent
N-1,Nora Lee,(212) 555-0111 ::: 212-555-0112,nora@example.com,es,America/Chicago,vip|new,1980-02-01,subscribed
N-2,Nils Lee,(212) 555-0111,,,,vip,,
N-3,Nora Lee,,nora.lee@example.com,,,,1980-02-01,
N-4,Odd,12,,,,,,
"""
SECOND_NORA = "nora.lee@example.com"


async def ask(office: Office, path: str, body: dict[str, Any], status: int = 200) -> dict[str, Any]:
    response = await office.post(path, body)
    assert response.status_code == status, response.text
    answer: dict[str, Any] = response.json() if response.content else {}
    return answer


async def read(office: Office, path: str, **params: Any) -> dict[str, Any]:
    response = await office.get(path, params=params)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def do_jobs(office: Office) -> None:
    """All that is announced, and what that announces."""
    while office.published:
        jobs, office.published = office.published, []
        for job in jobs:
            await run_job(office.runtime, job)


async def imported(office: Office) -> str:
    """A dry run, then the same in earnest; the import's id."""
    field = {"id": "birthday", "name": "Birthday", "kind": "date"}
    await ask(office, "/v1/contact-fields", field, 201)
    body = {"name": "fair.csv", "match_by": "key", "is_dry_run": True}
    announced = (await ask(office, "/v1/contact-imports", body, 201))["contact_import"]["id"]
    sent = await office.post(f"/v1/contact-imports/upload?import_id={announced}", content=FILE)
    assert sent.status_code == 200, sent.text
    await run_job(office.runtime, import_job(OURS, announced))
    checked = await read(office, f"/v1/contact-imports/{announced}")
    counts = {name: count for name, count in checked["counts"].items() if count}
    assert (checked["state"], checked["percent"], counts) == (
        "checked",
        100,
        {"rows": 4, "created": 3, "rejected": 1},
    )
    [fault] = checked["errors"]
    assert (fault["row"], fault["column"]) == (5, "Mobile")
    assert "too short" in fault["reason"]
    await ask(office, f"/v1/contact-imports/{announced}/run", {}, 202)
    await do_jobs(office)
    return str(announced)


async def test_people_are_imported_told_apart_and_taken_back(office: Office) -> None:
    before = (await read(office, "/v1/contacts"))["items"]
    import_id = await imported(office)
    [nora] = (await read(office, "/v1/contacts", key="N-1"))["items"]
    whole = await read(office, f"/v1/contacts/{nora['id']}")
    assert (whole["language"], whole["time_zone"], whole["fields"]) == (
        "es",
        "America/Chicago",
        {"birthday": "1980-02-01"},
    )
    phones = [one for one in whole["addresses"] if one["channel"] == "sms"]
    assert [(one["address"], one["is_preferred"], one["consent"], one["state"]) for one in phones] == [
        ("+12125550111", True, "subscribed", "ok"),
        ("+12125550112", False, "subscribed", "ok"),
    ]
    assert [one["name"] for one in whole["household"]] == ["Nils Lee"]
    await ask(office, f"/v1/contact-imports/{import_id}/undo", {}, 202)
    await do_jobs(office)
    undone = await read(office, f"/v1/contact-imports/{import_id}")
    assert (undone["state"], undone["restored"], undone["left"]) == ("undone", 3, 0)
    assert (await read(office, "/v1/contacts"))["items"] == before


async def test_duplicates_are_merged_as_they_were_looked_at_and_parted(office: Office) -> None:
    await imported(office)
    found = await read(office, "/v1/contact-merges/duplicates", by="name_and_date", field="birthday")
    [pair] = found["items"]
    first, second = sorted(pair["contacts"], key=lambda one: one["key"])
    wish = {"contact_id": first["id"], "other_id": second["id"], "take": ["key"]}
    preview = await ask(office, "/v1/contact-merges/preview", wish)
    assert preview["conflicts"] == [{"field": "key", "kept": "N-3", "dropped": "N-1"}]
    looked_at = {**wish, "version": first["version"], "other_version": second["version"]}
    changed = await office.call("PATCH", f"/v1/contacts/{second['id']}", json={"add_tags": ["late"]})
    assert changed.status_code == 200, changed.text
    refused = assert_problem(await office.post("/v1/contact-merges", looked_at), 409)
    assert "preview it again" in refused["detail"]
    looked_at["other_version"] = changed.json()["version"]
    merge = await ask(office, "/v1/contact-merges", looked_at, 201)
    assert SECOND_NORA in {one["address"] for one in merge["contact"]["addresses"]}
    parted = await ask(office, f"/v1/contact-merges/{merge['id']}/undo", {})
    assert [one["key"] for one in parted["contacts"]] == ["N-1", "N-3"]


async def test_a_segment_is_counted_sent_to_with_a_pasted_list_and_explained(office: Office) -> None:
    await imported(office)
    vips = {"name": "VIPs", "criterion": {"kind": "tag", "value": "vip"}}
    segment = (await ask(office, "/v1/segments", vips, 201))["id"]
    counted = await read(office, f"/v1/segments/{segment}/count")
    assert counted["count"] >= 2
    assert {"Nora Lee", "Nils Lee"} <= {one["name"] for one in counted["sample"]}
    text = f"(212) 555-0111\n{SECOND_NORA}; 1\n212 555 0133"
    pasted = await ask(office, "/v1/pasted-lists", {"text": text})
    assert (pasted["count"], pasted["faulty"], pasted["faults"][0]["line"]) == (3, 1, 2)
    template = {"name": "Spring", "channel": "sms", "body": "Hello {{ name | default: 'there' }}!"}
    template_id = (await ask(office, "/v1/templates", template, 201))["id"]
    step = {
        "channel": "sms",
        "template_id": template_id,
        "sender_id": "sender-acme",
        "address_field": "phone",
    }
    body = {
        "name": "Spring",
        "audience": {
            "include": [{"kind": "segment", "segment_id": segment}, *pasted["parts"]],
            "exclude": [{"kind": "contacts", "contact_ids": ["contact-acme"]}],
        },
        "steps": [step],
        "window": {"opens": "00:00", "closes": "00:00"},
    }
    campaign = (await ask(office, "/v1/campaigns", body, 201))["id"]
    await ask(office, f"/v1/campaigns/{campaign}/ready", {})
    fire = await office.post(f"/v1/campaigns/{campaign}/fire")
    assert fire.status_code in (201, 202), fire.text
    await do_jobs(office)
    messages = (await read(office, "/v1/messages", campaign_id=campaign))["items"]
    assert sorted((one["address"], one["body"]) for one in messages) == [
        ("+12125550111", "Hello Nils Lee!"),
        ("+12125550111", "Hello Nora Lee!"),
        ("+12125550133", "Hello there!"),
    ]
    why = await read(office, "/v1/why", address=SECOND_NORA, campaign_id=campaign)
    assert [(one["kind"], one["stage"]) for one in why["explanations"]] == [("address", "preparing")]
    left_out = await read(office, "/v1/contacts/contact-acme/why", campaign_id=campaign)
    assert [one["kind"] for one in left_out["explanations"]] == ["excluded"]


@pytest.mark.parametrize(
    ("path", "body", "status", "field"),
    [
        ("/v1/pasted-lists", {"text": ""}, 422, "text"),
        ("/v1/pasted-lists", {"text": 5}, 422, "text"),
        ("/v1/pasted-lists", {"text": "x", "lines": []}, 422, "lines"),
        ("/v1/pasted-lists", {"text": "x", "channel": "pigeon"}, 422, "channel"),
        (
            "/v1/pasted-lists",
            {"text": "\n".join(f"+1212{2_000_000 + n}" for n in range(10_001))},
            422,
            "text",
        ),
        ("/v1/contact-lists/list-acme/add", {"contact_ids": ["a"] * 100_000}, 422, "body"),
        ("/v1/contact-lists/list-acme/add", {"contact_ids": ["a/b"]}, 422, "contact_ids[0]"),
        ("/v1/contact-merges", {"contact_id": "a", "other_id": "b", "version": "one"}, 422, "version"),
        ("/v1/contact-merges", {"contact_id": "a", "other_id": "a"}, 422, "other_id"),
        ("/v1/contacts", {"name": "Ana", "tags": "vip"}, 422, "tags"),
        ("/v1/contacts", {"fields": {"nothing": 1}}, 422, "fields.nothing"),
        (
            "/v1/contacts",
            {"addresses": [{"channel": "sms", "address": "x" * 400}]},
            422,
            "addresses[0].address",
        ),
        ("/v1/contact-imports", {"name": "x", "match_by": "telepathy"}, 422, "match_by"),
        ("/v1/segments/count", {"criterion": {"kind": "segment", "segment_id": "s"}}, 422, "criterion"),
    ],
)
async def test_hard_input_is_refused_with_its_place(
    office: Office, path: str, body: dict[str, Any], status: int, field: str
) -> None:
    assert_problem(await office.post(path, body), status, field)
