"""One person's page over HTTP, and why they did not get it: shapes, cursors, companies."""

from typing import Any

import pytest

from shared.domain.channels.channel import Channel
from shared.domain.messages.reply import Reply
from shared.domain.replies.asked import ReplyMeaning
from shared.usecases.contacts.save_opt_out import save_opt_out
from tests.kit.api.office import OURS, THEIRS, Office, assert_problem
from tests.kit.builders import NOON, a_message

PATH = f"/v1/contacts/contact-{OURS}/timeline"
ANA = "+12125550187"  # the contact's, and that of the office's message and reply


async def _pages(office: Office, **query: Any) -> list[dict[str, Any]]:
    found, cursor = [], None
    while True:
        given = query if cursor is None else {**query, "cursor": cursor}
        response = await office.get(PATH, params=given)
        assert response.status_code == 200, response.text
        found += response.json()["items"]
        if (cursor := response.json()["next_cursor"]) is None:
            return found


async def test_everything_has_its_shape_under_its_name(office: Office) -> None:
    await save_opt_out(office.runtime, OURS, Channel("sms"), ANA, "STOP")
    found = await _pages(office, limit="2")
    names = ("message", "failure", "reply", "consent", "change")
    assert {one["kind"] for one in found} == {"message", "failure", "reply", "consent", "edit"} - {"failure"}
    for one in found:
        [(name, shown)] = [(name, one[name]) for name in names if one[name] is not None]
        assert name == {"edit": "change"}.get(one["kind"], one["kind"])
        assert one["kind"] in one["kinds"]
        assert shown
    [consent] = [one["consent"] for one in found if one["kind"] == "consent"]
    assert (consent["is_active"], consent["text"], consent["address"]) == (True, "STOP", ANA)
    assert await _pages(office) == found


async def test_kinds_are_named_and_cursors_are_of_their_filters(office: Office) -> None:
    both = await _pages(office, kinds="edit, message", limit="1")
    assert {one["kind"] for one in both} == {"message", "edit"}
    assert_problem(await office.get(PATH, params={"kinds": "call"}), 422, "kinds")
    cursor = (await office.get(PATH, params={"limit": "1"})).json()["next_cursor"]
    given = {"limit": "1", "cursor": cursor, "kinds": "message"}
    assert_problem(await office.get(PATH, params=given), 422, "cursor")


async def test_one_contacts_cursor_leads_nowhere_else(office: Office) -> None:
    cursor = (await office.get(PATH, params={"limit": "1"})).json()["next_cursor"]
    theirs = f"/v1/contacts/contact-{THEIRS}/timeline"
    given = {"limit": "1", "cursor": cursor}
    assert_problem(await office.get(theirs, params=given, company_id=THEIRS), 422, "cursor")


async def test_another_companys_contact_has_no_page(office: Office) -> None:
    ask = {"campaign_id": f"campaign-{OURS}"}
    for path, given in ((PATH, {}), (PATH.replace("timeline", "why"), ask)):
        assert (await office.get(path, params=given)).status_code == 200
        assert_problem(await office.get(path, params=given, company_id=THEIRS), 404)
    theirs = await office.get("/v1/why", params={"address": ANA, **ask}, company_id=THEIRS)
    assert_problem(theirs, 404)


async def test_what_is_theirs_is_on_no_page_of_ours(office: Office) -> None:
    whole = {one["id"] for one in await _pages(office)}
    message = a_message(id="secret", contact_id=f"contact-{OURS}")
    await office.stores.messages.save(THEIRS, message.id, message)
    reply = Reply(
        id="secret", sender_id="texts", channel=Channel("sms"), address=ANA, body="hush", received_at=NOON,
        meaning=ReplyMeaning.UNCLEAR,
    )  # fmt: skip
    await office.stores.replies.save(THEIRS, reply.id, reply)
    assert {one["id"] for one in await _pages(office)} == whole


@pytest.mark.parametrize("address", ["(212) 555-0187", "+1 212 555 0187"])
async def test_why_by_contact_and_by_address_is_the_same(office: Office, address: str) -> None:
    ask = {"campaign_id": f"campaign-{OURS}", "fire_id": f"fire-{OURS}"}
    by_contact = (await office.get(f"/v1/contacts/contact-{OURS}/why", params=ask)).json()
    by_address = (await office.get("/v1/why", params={"address": address, **ask})).json()
    assert by_contact == by_address
    [explanation] = by_contact["explanations"]
    assert (explanation["message_id"], explanation["verdict"]) == (f"message-{OURS}", "waiting")
    assert_problem(await office.get("/v1/why", params={"address": "x", **ask}), 422, "address")
    assert_problem(await office.get("/v1/why", params={"address": address}), 422, "campaign_id")
