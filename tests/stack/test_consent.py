"""Consent over links, lists and other channels, on the running stack and in a browser."""

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from playwright.async_api import expect

from infra.local.api_client import ApiRefusal
from infra.local.waiting import wait_while_moving
from tests.kit.portal.browser import open_browser
from tests.kit.stack.office import ALWAYS, Office, give_number, open_office, settled, stored

pytestmark = pytest.mark.asyncio(loop_scope="session")
ANN, BOB, CAT, DEE = (f"{name}@patients.example" for name in ("ann", "bob", "cat", "dee"))
PHONE, NUMBERS = "+12125552461", ("+12125550161", "+12125550162")
THANKS = "Thank you, see you then."
OPTIONS = [{"words": ["1"], "disposition": "confirmed", "acknowledgement": THANKS}]
BODY = """Dear reader, reply 1 to come.
{{ unsubscribe_url }}
{{ preferences_url }}
{{ company_postal_address }}"""
# A list asks by day where people are: one of these has midday now.
ZONES = ("Pacific/Honolulu", "America/New_York", "Europe/Paris", "Asia/Tokyo", "Pacific/Auckland")


async def contact(office: Office, mailbox: str, **more: Any) -> dict[str, Any]:
    address = {"channel": "email", "address": mailbox}
    return await office.api.post("/contacts", {"name": mailbox[:3], "addresses": [address], **more})


async def mailed(office: Office, *chosen: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The report of a fire that wrote to these people."""
    api = office.api
    await api.patch("/company", {"postal_address": "1 Main Street"})
    draft = {"name": "News", "channel": "email", "subject": "News", "body": BODY}
    template = await api.post("/templates", draft)
    step = {
        "channel": "email",
        "template_id": template["id"],
        "sender_id": office.company.email_sender_id,
        "address_field": "email",
    }
    made = {
        "name": "News",
        "audience": {"include": list(chosen)},
        "steps": [step],
        "window": ALWAYS,
        "reply_options": OPTIONS,
    }
    campaign = await api.post("/campaigns", made | changes)
    await api.post(f"/campaigns/{campaign['id']}/ready")
    return await settled(office, (await api.post(f"/campaigns/{campaign['id']}/fire"))["id"])


async def mails(office: Office, mailbox: str, count: int) -> list[str]:
    """What the mailbox got, once there is so much."""

    async def look() -> list[str]:
        found = await office.simulator.messages(handset=mailbox, channel="email")
        return [one["body"] for one in found if not one["incoming"]]

    return await wait_while_moving(f"{count} mails", look, lambda found: len(found) >= count)


async def replies(office: Office, count: int) -> list[dict[str, Any]]:
    """So many replies, the newest first."""

    async def look() -> list[dict[str, Any]]:
        return list((await office.api.get("/replies"))["items"])

    return await wait_while_moving("the replies", look, lambda found: len(found) == count)


async def refused(office: Office) -> set[tuple[str, str | None]]:
    """The mailboxes that refuse now, each with the topic; None for all."""
    found = (await office.api.get("/opt-outs", is_active="true"))["items"]
    return {(one["address"], one["topic"]) for one in found}


def links(text: str) -> tuple[str, str]:
    """Those to unsubscribe and to the preferences."""
    first, second = re.findall(r"https?://\S+/messages/[up]/\S+", text)
    return first, second


async def test_one_click_a_page_and_a_deletion(office: Office) -> None:
    await office.api.patch("/company", {"consent": {"topics": ["News", "Reminders"]}})
    people = {mailbox: (await contact(office, mailbox))["id"] for mailbox in (ANN, BOB, CAT)}
    everybody = {"kind": "addresses", "channel": "email", "addresses": list(people)}
    report = await mailed(office, everybody, topic="News")
    assert report["ledger"]["sent"] == 3

    await office.simulator.reply(ANN, "Yes, I will be there!\n\n> Dear reader, reply 1 to come.")
    [answer] = await replies(office, 1)
    assert (answer["disposition"], answer["address"]) == ("confirmed", ANN)
    assert (await mails(office, ANN, 2))[1:] == [THANKS]

    unsubscribe, _ = links((await mails(office, BOB, 1))[0])
    one_click = aiohttp.FormData({"List-Unsubscribe": "One-Click"}, default_to_multipart=True)
    async with aiohttp.ClientSession() as http:
        async with http.get(unsubscribe) as shown:  # as scanners and previews do
            assert shown.status == 200
        assert await refused(office) == set()
        async with http.post(unsubscribe, data=one_click) as done:  # as mail programs should: RFC 8058
            assert done.status == 200
    assert await refused(office) == {(BOB, "News")}

    await _chosen_in_a_browser(office, people[CAT])
    again = await mailed(office, everybody, topic="News")
    assert (again["ledger"]["sent"], again["skipped"]) == (1, {"opted_out": 2})
    other = await mailed(office, everybody, topic="Reminders")
    assert other["ledger"]["sent"] == 2
    assert await refused(office) == {(BOB, "News"), (CAT, "News"), (CAT, None)}


async def test_who_stopped_one_mailbox_returns_by_the_page(office: Office) -> None:
    await office.api.patch("/company", {"consent": {"opt_out_scope": "sender"}})
    person = {"kind": "addresses", "channel": "email", "addresses": [BOB]}
    assert (await mailed(office, person))["ledger"]["sent"] == 1
    _, preferences = links((await mails(office, BOB, 1))[0])
    await office.simulator.reply(BOB, "STOP")
    await replies(office, 1)
    [narrow] = (await office.api.get("/opt-outs"))["items"]
    assert (narrow["sender_id"], narrow["is_active"]) == (office.company.email_sender_id, True)
    assert (await mailed(office, person))["skipped"] == {"opted_out": 1}
    async with aiohttp.ClientSession() as http:
        async with http.get(preferences) as shown:
            assert "You have stopped the messages that come from one of" in await shown.text()
        async with http.post(preferences, data={"do": "again"}) as done:
            assert "You get messages from North Clinic" in await done.text()
    assert (await mailed(office, person))["ledger"]["sent"] == 1
    assert await refused(office) == set()


async def test_what_a_phone_says_to_one_company_is_nothing_to_another(office: Office) -> None:
    async with open_office(office.stack) as other:
        numbers = {office.company.company_id: NUMBERS[0], other.company.company_id: NUMBERS[1]}
        for company in (office, other):
            await give_number(company, numbers[company.company.company_id])
        assert [await _texted(one) for one in (office, other)] == [{}, {}]

        await _says(office, NUMBERS[0], "STOP")
        assert await _refusals(office) == [(PHONE, True)]
        assert await _refusals(other) == []
        assert (await other.api.get("/replies"))["items"] == []
        assert [await _texted(one) for one in (office, other)] == [{"opted_out": 1}, {}]

        await _says(other, NUMBERS[1], "ya no me escriban más")
        await _says(office, NUMBERS[0], "START")
        assert await _refusals(office) == [(PHONE, False)]
        assert await _refusals(other) == [(PHONE, True)]
        assert [await _texted(one) for one in (office, other)] == [{}, {"opted_out": 1}]

        # A link of the one says nothing to the other, nor does the one's signature open the other's door.
        await other.api.post(f"/opt-outs/{(await _stored(other))['id']}/end", {"text": "on the phone"})
        preferences = (await _got(office, NUMBERS[0]))[-1].rpartition(" ")[2]
        async with aiohttp.ClientSession() as http, http.post(preferences, data={"do": "stop_all"}) as done:
            assert done.status == 200
        assert [await _texted(one) for one in (office, other)] == [{"opted_out": 1}, {}]
        texts = {number: len(await _got(office, number)) for number in NUMBERS}
        assert texts == {NUMBERS[0]: 2, NUMBERS[1]: 4}  # one of the other's is what confirms the refusal


async def _texted(office: Office) -> dict[str, int]:
    """Text the phone; why that did not leave, if it did not."""
    api = office.api
    text = {"name": "Text", "channel": "sms", "body": "Hello, this is us. {{ preferences_url }}"}
    step = {
        "channel": "sms",
        "template_id": (await api.post("/templates", text))["id"],
        "sender_id": office.company.sms_sender_id,
        "address_field": "phone",
    }
    person = {"kind": "addresses", "channel": "sms", "addresses": [PHONE]}
    draft = {"name": "Text", "audience": {"include": [person]}, "steps": [step], "window": ALWAYS}
    made = await api.post("/campaigns", draft)
    await api.post(f"/campaigns/{made['id']}/ready")
    report = await settled(office, (await api.post(f"/campaigns/{made['id']}/fire"))["id"])
    assert report["ledger"]["sent"] + report["ledger"]["skipped"] == 1
    return dict(report["skipped"])


async def _says(office: Office, number: str, text: str) -> None:
    """Answer the number, and wait until that is understood."""
    before = len((await office.api.get("/replies"))["items"])
    await office.simulator.reply(PHONE, text, sender=number)
    await replies(office, before + 1)


async def _stored(office: Office) -> dict[str, Any]:
    [found] = (await office.api.get("/opt-outs"))["items"]
    return dict(found)


async def _refusals(office: Office) -> list[tuple[str, bool]]:
    return [(one["address"], one["is_active"]) for one in (await office.api.get("/opt-outs"))["items"]]


async def _got(office: Office, number: str) -> list[str]:
    """What the phone got from the number."""
    found = await office.simulator.messages(handset=PHONE)
    return [one["body"] for one in found if not one["incoming"] and one["sender"] == number]


async def test_who_unsubscribed_with_sendgrid_and_returns_gets_mail_again(office: Office) -> None:
    gus = "unsubscribed+gus@patients.example"  # does so whenever a mail arrives
    [fields] = await stored(office, office.company.email_sender_id)
    key, person = fields["api_key"], {"kind": "addresses", "channel": "email", "addresses": [gus]}

    async def refusal() -> dict[str, Any]:
        found = (await office.api.get("/opt-outs", is_active="true"))["items"]
        return dict(found[0]) if found else {}

    async def lists() -> list[str]:
        return await office.simulator.lists_with(key, gus)

    assert (await mailed(office, person))["ledger"]["sent"] == 1
    held = await wait_while_moving("the refusal", refusal, bool)
    assert (held["source"], await lists()) == ("provider", ["unsubscribes"])
    assert (await mailed(office, person))["skipped"] == {"opted_out": 1}
    over = await office.api.post(f"/opt-outs/{held['id']}/end", {"text": "Asked for it at the desk."})
    assert "SendGrid is being asked to take the address off" in over["provider_note"]
    await wait_while_moving("SendGrid's list", lists, lambda found: not found)
    assert (await mailed(office, person))["ledger"]["sent"] == 1
    again = await wait_while_moving("what became of it", refusal, bool)
    assert "dropped" not in again["text"], "delivered, and unsubscribed anew"
    mails_of = await office.simulator.messages(handset=gus, channel="email")
    assert [one["status"] for one in mails_of] == ["delivered", "delivered"]


async def _chosen_in_a_browser(office: Office, contact_id: str) -> None:
    """Cat is deleted as a contact, and then refuses all on the page of an earlier mail."""
    _, preferences = links((await mails(office, CAT, 1))[0])
    await office.api.delete(f"/contacts/{contact_id}")
    with pytest.raises(ApiRefusal):
        await office.api.get(f"/contacts/{contact_id}")
    async with open_browser(preferences, prefix="preferences") as browser:
        page = browser.page
        await browser.open("")
        await expect(page.get_by_role("heading", level=1)).to_contain_text("North Clinic")
        await expect(page.get_by_label("Reminders")).to_be_checked()
        await browser.look("choices")
        assert await refused(office) == {(BOB, "News")}  # looking changes nothing
        await page.get_by_label("News").uncheck()
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("status")).to_contain_text("Saved")
        assert await refused(office) == {(BOB, "News"), (CAT, "News")}
        await page.get_by_role("button", name="Stop").click()
        await expect(page.get_by_role("button", name="Get messages again")).to_be_visible()
        await browser.look("stopped")


async def test_who_joins_a_list_is_asked_and_reached_only_after_a_yes(office: Office) -> None:
    listed = await office.api.post(
        "/contact-lists",
        {
            "name": "News",
            "confirm_sender_id": office.company.email_sender_id,
            "confirm_text": "North Clinic: reply YES to get our news.",
        },
    )
    zone = min(ZONES, key=lambda name: abs(datetime.now(UTC).astimezone(ZoneInfo(name)).hour - 13))
    await contact(office, ANN, list_ids=[listed["id"]], time_zone=zone)
    await contact(office, DEE, list_ids=[listed["id"]], time_zone=zone)
    await office.stack.tick_now("sweep_stalled_work")
    for mailbox in (ANN, DEE):
        [asked] = await mails(office, mailbox, 1)
        assert asked.startswith("North Clinic: reply YES to get our news.")
    await office.simulator.reply(ANN, "Yes please")
    [reply] = await replies(office, 1)
    assert (reply["meaning"], reply["waits"]) == ("opt_in", False)
    report = await mailed(office, {"kind": "list", "list_id": listed["id"]})
    assert report["ledger"]["sent"] == 1
    assert len(await mails(office, ANN, 2)) == 2
    assert len(await mails(office, DEE, 1)) == 1
