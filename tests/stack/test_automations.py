"""What lets contacts into an automation, on the running stack: whoever made the change, once each."""

import re
from collections import Counter
from typing import Any

import pytest
from playwright.async_api import expect

from infra.local.demo_company import SMS_NUMBER
from infra.local.waiting import wait_while_moving
from tests.kit.portal.browser import open_browser
from tests.kit.stack.office import ALWAYS, Office, settled

pytestmark = pytest.mark.asyncio(loop_scope="session")
ANA, BEN, CLEO = (f"+121255526{number}" for number in range(10, 13))
OPTION = {"words": ["1"], "disposition": "confirmed", "add_tags": ["coming"]}


async def _source(office: Office) -> dict[str, Any]:
    """Contacts are made of the rows of its files."""
    columns = [
        {"column": "name", "field": "name"},
        {"column": "phone", "field": "phone", "type": "phone"},
        {"column": "doctor", "field": "doctor"},
    ]
    contacts = {
        "match_by": "sms",
        "columns": [{"column": "name", "to": "name"}, {"column": "phone", "to": "address", "channel": "sms"}],
    }
    return await office.api.post("/sources", {"name": "Visits", "columns": columns, "contacts": contacts})


async def _publish(office: Office, source_id: str, list_id: str) -> dict[str, str]:
    """Its path, and the segment's id: it hears what is done below, and looks at rows."""
    criterion = {
        "kind": "all",
        "criteria": [{"kind": "tag", "value": "vip"}, {"kind": "tag", "value": "coming"}],
    }
    segment = await office.api.post("/segments", {"name": "Sure", "criterion": criterion})
    heard = (
        ("contact.tag_attached", "vip"),
        ("contact.segment_joined", segment["id"]),
        ("contact.row_loaded", source_id),
        ("message.disposition_changed", "confirmed"),
        ("contact.tag_attached", "called"),
        ("contact.tag_removed", "called"),
        ("contact.list_joined", list_id),
        ("contact.list_left", list_id),
        ("contact.subscribed", "sms"),
        ("contact.unsubscribed", "sms"),
        ("contact.event", "came"),
    )
    lee = {"kind": "row", "field": "doctor", "test": "contains", "value": "lee"}
    fork = {
        "kind": "if",
        "id": "if",
        "criterion": lee,
        "then": [{"kind": "tag", "id": "lee", "tag": "sees-lee"}],
    }
    definition = {
        "triggers": [{"kind": "event", "event": event, "what": what} for event, what in heard],
        "reentry": "always",
        "steps": [fork],
    }
    made = await office.api.post("/automations", {"name": "Heard", "definition": definition})
    await office.api.post(f"/automations/{made['id']}/publish")
    return {"path": f"/automations/{made['id']}/enrollments", "segment": segment["id"]}


async def _import(office: Office) -> None:
    body = {"name": "people.csv", "match_by": "sms", "tags": ["vip"]}
    link = await office.api.post("/contact-imports", body)
    await office.api.put_file(link, f"Name,Phone\nBen,{BEN}\n".encode())
    await office.api.wait_for(
        f"/contact-imports/{link['contact_import']['id']}", "state", "loaded", "refused"
    )


async def _load(office: Office, source_id: str) -> None:
    link = await office.api.post("/files", {"source_id": source_id, "name": "visits.csv"})
    rows = f"name,phone,doctor\nBen,{BEN},Dr Lee\nCleo,{CLEO},Dr Vega\n"
    await office.api.put_file(link, rows.encode())
    await office.api.wait_for(f"/files/{link['file']['id']}", "state", "loaded", "refused")


async def _text(office: Office, contact_ids: list[str]) -> None:
    """A campaign to these contacts, who may answer."""
    body = {"name": "Ask", "channel": "sms", "body": "Hello {{ name }}. Reply 1 to confirm."}
    template = await office.api.post("/templates", body)
    step = {
        "channel": "sms",
        "template_id": template["id"],
        "sender_id": office.company.sms_sender_id,
        "address_field": "phone",
    }
    draft = {
        "name": "Ask",
        "audience": {"include": [{"kind": "contacts", "contact_ids": contact_ids}]},
        "steps": [step],
        "window": ALWAYS,
        "reply_options": [OPTION],
    }
    campaign = await office.api.post("/campaigns", draft)
    await office.api.post(f"/campaigns/{campaign['id']}/ready")
    fire = await office.api.post(f"/campaigns/{campaign['id']}/fire")
    assert (await settled(office, fire["id"]))["ledger"]["sent"] == len(contact_ids)


async def _click(office: Office) -> None:
    """Somebody in the portal tags Ana and Ben at once; Cleo, on her page, refuses and agrees again."""
    async with open_browser(office.stack.addresses.functions["portal"], prefix="triggers") as browser:
        page = browser.page
        await browser.open("/contacts")
        await page.get_by_label("Email").fill(office.company.user_email)
        await page.get_by_label("Password").fill(office.company.user_password)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Contacts")
        await browser.open("/contacts?tag=vip")
        await expect(page.locator("tbody tr")).to_have_count(2)
        await page.get_by_label("Tick everybody on this page").check()
        await page.get_by_label("Tag", exact=True).last.fill("called")
        await page.get_by_role("button", name="How many would it be?").click()
        await page.get_by_role("button", name="Do it for 2 people").click()
        await expect(page.get_by_role("status")).to_contain_text("2 people are changed")
        await browser.open("/contacts?q=cleo")
        await page.get_by_role("link", name="Cleo").click()
        for answer, done in (("They refused", "Nothing goes to"), ("May be written to again", "is stored")):
            await page.get_by_text(re.compile("^Agreed")).first.click()
            await page.get_by_label("How they said so").first.fill("By phone")
            await page.get_by_role("button", name=answer).click()
            await expect(page.get_by_role("status")).to_contain_text(done)


async def _people(office: Office) -> dict[str, dict[str, Any]]:
    found = (await office.api.get("/contacts", limit="100"))["items"]
    return {one["name"]: one for one in found}


async def test_changes_by_api_portal_import_rows_and_replies_let_in_once_each(office: Office) -> None:
    source = await _source(office)
    regulars = (await office.api.post("/contact-lists", {"name": "Regulars"}))["id"]
    automation = await _publish(office, source["id"], regulars)
    ana = await office.api.post(
        "/contacts", {"name": "Ana", "addresses": [{"channel": "sms", "address": ANA}]}
    )
    await office.api.patch(f"/contacts/{ana['id']}", {"add_tags": ["vip"]})
    await office.api.post("/automations/events", {"contact_id": ana["id"], "name": "came"})
    await _import(office)
    await _load(office, source["id"])
    people = await wait_while_moving("the rows", lambda: _people(office), lambda seen: len(seen) == 3)
    await _click(office)
    await office.api.patch(f"/contacts/{ana['id']}", {"remove_tags": ["called"]})
    for change in ("add", "remove"):
        body = {"contact_ids": [people["Ben"]["id"]]}
        await office.api.post(f"/contact-lists/{regulars}/{change}", body)
    await _text(office, [people["Ana"]["id"], people["Ben"]["id"]])
    await office.simulator.reply(ANA, "1", sender=SMS_NUMBER)
    await office.simulator.reply(BEN, "STOP", sender=SMS_NUMBER)
    expected = Counter(
        {
            ("Ana", "contact.tag_attached vip"): 1,
            ("Ana", "contact.event came"): 1,
            ("Ana", "message.disposition_changed confirmed"): 1,
            ("Ana", f"contact.segment_joined {automation['segment']}"): 1,
            ("Ana", "contact.tag_attached called"): 1,
            ("Ana", "contact.tag_removed called"): 1,
            ("Ben", "contact.tag_attached called"): 1,
            ("Ben", f"contact.list_joined {regulars}"): 1,
            ("Ben", f"contact.list_left {regulars}"): 1,
            ("Cleo", "contact.unsubscribed sms"): 1,
            ("Cleo", "contact.subscribed sms"): 1,
            ("Ben", "contact.tag_attached vip"): 1,
            ("Ben", f"contact.row_loaded {source['id']}"): 1,
            ("Ben", "contact.unsubscribed sms"): 1,
            ("Cleo", f"contact.row_loaded {source['id']}"): 1,
        }
    )
    found = await wait_while_moving(
        "all who are let in",
        lambda: office.api.get(automation["path"], limit="100"),
        lambda seen: (
            len(seen["items"]) == expected.total() and all(one["state"] == "ended" for one in seen["items"])
        ),
    )
    names = {one["id"]: name for name, one in people.items()}
    assert Counter((names[one["contact_id"]], one["entered_by"]) for one in found["items"]) == expected
    tagged = {name for name, one in (await _people(office)).items() if "sees-lee" in one["tags"]}
    assert tagged == {"Ben"}
