"""Mail through the whole stack: HTML to the mailbox, the answer by Inbound Parse, the appointment moved."""

from typing import Any

import pytest

from infra.local.waiting import wait_while_moving
from tests.kit.file_server import PDF, running_file_server
from tests.kit.stack.office import ALWAYS, Office, settled

pytestmark = pytest.mark.asyncio(loop_scope="session")
HTML = """<style>p { color: #333 }</style><p>Dear {{ name }},</p>
<p>you see us on {{ day }}. Reply 1 to confirm, 2 to cancel.</p>
<p>{{ company_name }}, {{ company_postal_address }}</p>"""
COLUMNS = [
    {"column": "Name", "field": "name"},
    {"column": "Mail", "field": "email", "type": "email"},
    {"column": "Day", "field": "day"},
    {"column": "Bill", "field": "bill"},
]
OPTIONS = [
    {"words": ["1", "confirm"], "disposition": "confirmed"},
    {"words": ["2"], "disposition": "canceled"},
]


async def _fired(office: Office, *mailboxes: str, bill: str = "") -> dict[str, Any]:
    await office.api.patch("/company", {"postal_address": "1 Main Street"})
    source = await office.api.post(
        "/sources", {"name": "Visits", "columns": COLUMNS, "dedupe_key": ["email"]}
    )
    link = await office.api.post("/files", {"source_id": source["id"], "name": "visits.csv"})
    rows = "".join(f"Ann <{number}>,{mailbox},Monday,{bill}\n" for number, mailbox in enumerate(mailboxes))
    await office.api.put_file(link, f"Name,Mail,Day,Bill\n{rows}".encode())
    file = await office.api.wait_for(f"/files/{link['file']['id']}", "state", "loaded", "refused")
    assert file["state"] == "loaded", file["refusal"]
    draft: dict[str, Any] = {"name": "Visit", "channel": "email", "subject": "Your visit", "html": HTML}
    draft["media_urls"] = ["{% if bill %}{{ bill }}{% endif %}"]
    template = await office.api.post("/templates", draft)
    assert "Dear {{ name }}," in template["body"]
    step = {
        "channel": "email",
        "template_id": template["id"],
        "sender_id": office.company.email_sender_id,
        "address_field": "email",
    }
    audience = {"source_id": source["id"], "file_id": file["id"]}
    campaign = await office.api.post(
        "/campaigns",
        {"name": "V", "audience": audience, "steps": [step], "window": ALWAYS, "reply_options": OPTIONS},
    )
    await office.api.post(f"/campaigns/{campaign['id']}/ready")
    fire = await office.api.post(f"/campaigns/{campaign['id']}/fire")
    return await settled(office, fire["id"])


async def _messages(office: Office) -> dict[str, dict[str, Any]]:
    return {one["address"]: one for one in (await office.api.get("/messages"))["items"]}


async def test_from_html_to_an_answer_by_mail(office: Office) -> None:
    async with running_file_server() as server:
        bill = server.put("/bill.pdf", PDF, "application/pdf")
        report = await _fired(office, "ann@patients.example", "bob@patients.example", bill=bill)
    assert report["ledger"]["sent"] == 2
    assert server.asked == {"/bill.pdf": 1}
    sent = {mail["handset"]: mail for mail in await office.simulator.messages()}
    carried = {"filename": "bill.pdf", "type": "application/pdf", "size": len(PDF)}
    assert [mail["attachments"] for mail in sent.values()] == [[carried], [carried]]
    assert '<p style="color: #333;">Dear Ann &lt;0&gt;,</p>' in sent["ann@patients.example"]["html"]
    assert "North Clinic, 1 Main Street" in sent["ann@patients.example"]["body"]

    await office.simulator.reply("ann@patients.example", "2", media=["image/png"])
    found = await wait_while_moving(
        "the answer to arrive",
        lambda: _messages(office),
        lambda messages: messages["ann@patients.example"]["disposition"] == "canceled",
    )
    assert found["bob@patients.example"]["disposition"] is None
    [reply] = (await office.api.get("/replies"))["items"]
    assert (reply["body"], reply["address"]) == ("2", "ann@patients.example")
    assert reply["media"][0]["name"] == "file.png"


async def test_what_becomes_of_a_mail_is_told(office: Office) -> None:
    names = ("deferred", "unsubscribed", "returned", "complained")
    await _fired(office, *(f"{name}@patients.example" for name in names))
    found = await wait_while_moving(
        "all events to be recorded",
        lambda: office.api.get("/opt-outs"),
        lambda opt_outs: len(opt_outs["items"]) == 3,
    )
    sources = {one["address"].partition("@")[0]: one["source"] for one in found["items"]}
    assert sources == {"unsubscribed": "provider", "returned": "bounce", "complained": "complaint"}
    await wait_while_moving(
        "the last delivery",
        lambda: _messages(office),
        lambda messages: (
            messages["deferred@patients.example"]["delivery"] == "delivered"
            and messages["returned@patients.example"]["delivery"] == "undelivered"
        ),
    )
