"""Contacts, their lists and fields over HTTP: what is taken, shown, found and refused."""

from typing import Any

import httpx
import pytest

from shared.domain.channels.channel import Channel
from shared.domain.contacts.contact_changes import Author, ChangedBy
from shared.usecases.contacts.change_contacts import change_contacts
from shared.views import contacts as view
from tests.kit.api.office import OURS, THEIRS, Office, assert_problem
from tests.kit.builders import a_contact, an_opt_out
from tests.usecases.contacts.test_change_contacts import becoming, person

ANA = "+12125550187"


async def _change(
    office: Office, body: dict[str, Any], contact_id: str = f"contact-{OURS}"
) -> httpx.Response:
    return await office.call("PATCH", f"/v1/contacts/{contact_id}", json=body)


async def _all(office: Office, **query: str) -> list[str]:
    """The ids of all contacts that match, page by page."""
    found, cursor = [], None
    while True:
        given = query if cursor is None else {**query, "cursor": cursor}
        response = await office.get("/v1/contacts", params=given)
        assert response.status_code == 200, response.text
        found += [item["id"] for item in response.json()["items"]]
        if (cursor := response.json()["next_cursor"]) is None:
            return found


async def test_a_contact_is_shown_with_what_holds_for_its_addresses(office: Office) -> None:
    refusal = an_opt_out(ANA, text="STOP")
    await office.stores.opt_outs.save(OURS, refusal.id, refusal)
    shown = (await office.get(f"/v1/contacts/contact-{OURS}")).json()
    phone, mail = shown["addresses"]
    assert (phone["consent"], phone["consent_source"], phone["consent_note"]) == (
        "unsubscribed",
        "reply",
        "STOP",
    )
    assert (phone["opt_out_id"], phone["state"]) == (refusal.id, "ok")
    assert (mail["consent"], mail["opt_out_id"]) == ("unknown", None)
    assert (shown["tags"], shown["fields"], shown["version"]) == (["vip"], {"level": 3}, 1)


async def test_a_contact_is_made_once_for_a_key_of_idempotency(office: Office) -> None:
    body = {"name": "Ben", "key": "B-1", "addresses": [{"channel": "sms", "address": "212 555 0143"}]}
    made = [await office.post("/v1/contacts", body, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert [one.status_code for one in made] == [201, 201]
    assert made[0].json() == made[1].json()
    assert made[0].headers["location"] == f"/v1/contacts/{made[0].json()['id']}"
    assert made[0].json()["addresses"][0]["is_preferred"]
    assert_problem(await office.post("/v1/contacts", body), 409)
    assert await _all(office, key="B-1") == [made[0].json()["id"]]


async def test_every_fault_is_named_with_its_place(office: Office) -> None:
    faults = {
        "language": "Spanish!",
        "tags": ["ok", ""],
        "fields": {"Level": 1},
        "addresses": [{"channel": "fax", "address": "1"}, {"channel": "sms", "address": ""}],
        "nickname": "A",
    }
    assert_problem(
        await office.post("/v1/contacts", faults),
        422,
        "language",
        "tags[1]",
        "fields.Level.[key]",
        "addresses[0].channel",
        "addresses[1].address",
        "nickname",
    )
    later = {"fields": {"level": 1}, "list_ids": ["x"], "addresses": [{"channel": "sms", "address": "555"}]}
    assert_problem(
        await office.post("/v1/contacts", later), 422, "fields.level", "list_ids", "addresses[0].address"
    )
    assert_problem(await _change(office, {"name": None}), 422, "name")
    assert_problem(await _change(office, {"version": 7}), 409)
    assert_problem(await _change(office, {}, "nobody"), 404)
    assert len(await _all(office)) == 1


async def test_only_what_is_named_changes_and_history_says_by_whom(office: Office) -> None:
    field = await office.post("/v1/contact-fields", {"id": "level", "name": "Level", "kind": "number"})
    assert field.status_code == 201
    changed = await _change(office, {"add_tags": ["New"], "fields": {"level": 4}, "version": 1})
    assert changed.status_code == 200, changed.text
    assert (changed.json()["tags"], changed.json()["name"]) == (["new", "vip"], "Ana Vega")
    assert (await _change(office, {"fields": {"level": None}})).json()["fields"] == {}
    page = (await office.get(f"/v1/contacts/contact-{OURS}/changes")).json()
    newest, before, first = page["items"]
    assert [event["kind"] for event in newest["events"]] == ["field_changed"]
    assert [(event["kind"], event["what"]) for event in before["events"]] == [
        ("tag_attached", "new"),
        ("field_changed", "level"),
    ]
    assert (before["by"], before["by_id"]) == ("api_key", office.keys[OURS].split("_")[2])
    assert (first["by"], first["events"][0]["kind"]) == ("system", "created")
    gone = await office.call("DELETE", f"/v1/contacts/contact-{OURS}")
    assert gone.status_code == 204
    assert_problem(await office.get(f"/v1/contacts/contact-{OURS}"), 404)
    newest = (await office.get(f"/v1/contacts/contact-{OURS}/changes")).json()["items"][0]
    assert newest["events"][0]["kind"] == "deleted"


@pytest.mark.parametrize("looked_at", [view.LOOKED_AT, 7])
async def test_contacts_are_paged_once_each_and_filtered(
    office: Office, monkeypatch: pytest.MonkeyPatch, looked_at: int
) -> None:
    monkeypatch.setattr(view, "LOOKED_AT", looked_at)
    people = [
        person(n, tags=("odd",) if n % 2 else (), list_ids=("l1",) if n % 3 == 0 else ()) for n in range(60)
    ]
    author = Author(ChangedBy.SYSTEM, "a test")
    await change_contacts(office.runtime, OURS, becoming(people), author)
    every = await _all(office, limit="7")
    assert sorted(every) == sorted([*(one.id for one in people), f"contact-{OURS}"])
    assert await _all(office) == every, "the order stays"
    for query, wanted in (
        ({"tag": "ODD"}, {one.id for one in people if one.tags}),
        ({"list_id": "l1", "tag": "odd"}, {one.id for one in people if one.tags and one.list_ids}),
        ({"name": "person 1"}, {one.id for one in people if one.name.startswith("Person 1")}),
        ({"address": "(212) 555-0003"}, {people[3].id}),
        ({"address": "(212) 555-0003", "key": "P4"}, set()),
        ({"address": "(212) 555-0003", "key": "P3"}, {people[3].id}),
        ({"key": "P4", "tag": "odd"}, set()),
        ({"key": "P-globex"}, set()),
    ):
        found = await _all(office, limit="5", **query)
        assert (len(found), set(found)) == (len(wanted), wanted), query


async def test_many_who_share_an_address_are_paged_too(office: Office) -> None:
    home = a_contact().addresses
    family = [person(n, addresses=home) for n in range(8)]
    await change_contacts(office.runtime, OURS, becoming(family), Author(ChangedBy.SYSTEM, "a test"))
    found = await _all(office, limit="3", address=ANA)
    assert sorted(found) == sorted([*(one.id for one in family), f"contact-{OURS}"])
    shown = (await office.get(f"/v1/contacts/{family[0].id}")).json()
    assert {one["contact_id"] for one in shown["household"]} == set(found) - {family[0].id}
    assert {one["channel"] for one in shown["household"]} == {Channel("sms"), Channel("email")}


async def test_ours_and_theirs_stay_apart(office: Office) -> None:
    assert await _all(office, address=ANA) == [f"contact-{OURS}"]
    theirs = await office.get("/v1/contacts", params={"key": f"P-{THEIRS}"})
    assert theirs.json()["items"] == []
    moved = await office.post(f"/v1/contact-lists/list-{OURS}/add", {"contact_ids": [f"contact-{THEIRS}"]})
    assert moved.json() == {"changed": 0, "unchanged": 0, "missing": 1}
    assert_problem(await _change(office, {"add_list_ids": [f"list-{THEIRS}"]}), 422, "list_ids")


async def test_a_field_stays_of_its_kind(office: Office) -> None:
    first = await office.post("/v1/contact-fields", {"id": "since", "name": "Since", "kind": "date"})
    again = await office.post("/v1/contact-fields", {"id": "since", "name": "Since", "kind": "date"})
    assert (first.status_code, again.json()) == (201, first.json())
    assert_problem(
        await office.post("/v1/contact-fields", {"id": "since", "name": "Since", "kind": "text"}), 409
    )
    assert_problem(await office.post("/v1/contact-fields", {"id": "tags", "name": "Tags"}), 422, "id")
    assert_problem(await office.post("/v1/contact-fields", {"id": "Since", "name": "S"}), 422, "id")
    named = await office.call("PATCH", "/v1/contact-fields/since", json={"name": "With us since"})
    assert (named.json()["name"], named.json()["kind"]) == ("With us since", "date")
    assert_problem(await _change(office, {"fields": {"since": "yesterday"}}), 422, "fields.since")
    assert (await _change(office, {"fields": {"since": "2026-01-02"}})).json()["fields"][
        "since"
    ] == "2026-01-02"
