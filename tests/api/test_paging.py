"""Lists page by page; cursors belong to one company, list and filter."""

import pytest

from tests.kit.api.office import THEIRS, Office, assert_problem
from tests.kit.builders import a_message, a_template


async def _store(office: Office, count: int) -> None:
    for company_id in ("acme", THEIRS):
        for number in range(count):
            await office.stores.templates.save(company_id, f"t{number}", a_template(id=f"t{number}"))


async def test_pages_hold_everything_once(office: Office) -> None:
    await _store(office, 11)
    found, cursor, pages = [], "", 0
    while True:
        page = (await office.get(f"/v1/templates?limit=5{cursor}")).json()
        found += [item["id"] for item in page["items"]]
        pages += 1
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert sorted(found) == sorted([*(f"t{n}" for n in range(11)), "template-acme"])
    assert pages == 3


@pytest.mark.parametrize("path", ["/v1/templates", "/v1/opt-outs"])
async def test_a_page_has_fifty_items_unless_asked_otherwise(office: Office, path: str) -> None:
    """Of a list by id, and of one with the newest first."""
    await _store(office, 51)
    for number in range(51):
        phone = f"+1646555{number:04}"
        await office.post("/v1/opt-outs", {"channel": "sms", "address": phone})
    page = (await office.get(path)).json()
    assert len(page["items"]) == 50
    assert page["next_cursor"]


async def test_a_full_last_page_has_no_next(office: Office) -> None:
    await _store(office, 4)
    assert (await office.get("/v1/templates?limit=5")).json()["next_cursor"] is None


async def test_cursors_of_others_are_refused(office: Office) -> None:
    await _store(office, 3)
    cursor = (await office.get("/v1/templates?limit=1")).json()["next_cursor"]
    assert (await office.get(f"/v1/templates?limit=2&cursor={cursor}")).status_code == 200
    for path in (f"/v1/sources?cursor={cursor}", f"/v1/templates?channel=sms&cursor={cursor}"):
        assert_problem(await office.get(path), 422, "cursor")
    response = await office.get(f"/v1/templates?cursor={cursor}", company_id=THEIRS)
    assert_problem(response, 422, "cursor")


@pytest.mark.parametrize("wrong", ["", "x", "%00", "é", ".", "dDE.", "dDE.0000", "../..", "🙂.🙂"])
async def test_tampered_cursors_are_refused(office: Office, wrong: str) -> None:
    assert_problem(await office.get("/v1/templates", params={"cursor": wrong}), 422, "cursor")
    assert_problem(await office.get("/v1/previews/preview-acme/messages?cursor=OQ.0"), 422, "cursor")


async def test_another_start_under_a_known_signature_is_refused(office: Office) -> None:
    await _store(office, 3)
    first = (await office.get("/v1/templates?limit=1")).json()["next_cursor"]
    second = (await office.get("/v1/templates?limit=2")).json()["next_cursor"]
    mixed = f"{first.split('.')[0]}.{second.split('.')[1]}"
    assert_problem(await office.get(f"/v1/templates?cursor={mixed}"), 422, "cursor")


async def test_messages_by_all_filters(office: Office) -> None:
    for number in range(3):
        item = a_message(id=f"m{number}", fire_id="f9", row_number=number)
        await office.stores.messages.save("acme", item.id, item)
    query = {"fire_id": "f9", "state": "queued", "campaign_id": item.campaign_id, "address": item.address}
    page = (await office.get("/v1/messages", params={**query, "limit": 2})).json()
    assert [message["id"] for message in page["items"]] == ["m2", "m1"]
    rest = (await office.get("/v1/messages", params={**query, "cursor": page["next_cursor"]})).json()
    assert [message["id"] for message in rest["items"]] == ["m0"]
    assert "rendering_hash" not in rest["items"][0]
    assert (await office.get("/v1/messages", params={**query, "state": "sent"})).json()["items"] == []
