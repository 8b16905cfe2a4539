"""Appointments as offices export them, through the whole stack: suggestion, source, upload, fire, sent."""

from typing import Any

import aiohttp
import pytest

from tests.kit.stack.office import ALWAYS, Office, settled
from tests.kit.tabular.appointments import appointment, bundle, calendar, event, siu

pytestmark = pytest.mark.asyncio(loop_scope="session")
CALENDAR = calendar(
    event(
        "v1",
        "DTSTART;TZID=America/New_York:20990614T090000",
        "ATTENDEE;CN=Ana:mailto:ana@patients.example",
        "DESCRIPTION:Mobile: (212) 555-2381",
    )
)
CANCELED = calendar(event("v1", "DTSTART;TZID=America/New_York:20990614T090000"), method="CANCEL")
MESSAGES = siu("v1", start="20990614090000", phone="(212) 555-2382")
VISIT = {"start": "2099-06-14T09:00:00-04:00", "end": None, "actor": {"reference": "#p"}}
PATIENT = {
    "resourceType": "Patient",
    "id": "p",
    "name": [{"given": ["Ana"], "family": "Lopez"}],
    "telecom": [{"system": "phone", "use": "mobile", "value": "(212) 555-2383"}],
}


async def _suggested(office: Office, content: str) -> dict[str, Any]:
    url = f"{office.stack.addresses.functions['api']}/v1/sources/suggest"
    headers = {"Authorization": f"Bearer {office.company.key}"}
    async with (
        aiohttp.ClientSession() as http,
        http.post(url, data=content.encode(), headers=headers) as response,
    ):
        assert response.status == 200, await response.text()
        found: dict[str, Any] = await response.json()
        return found


async def _source(office: Office, content: str) -> dict[str, Any]:
    suggested = await _suggested(office, content)
    names = ("columns", "format", "dedupe_key")
    return await office.api.post("/sources", {"name": "Visits", **{name: suggested[name] for name in names}})


async def _loaded(office: Office, source_id: str, content: str) -> dict[str, Any]:
    link = await office.api.post("/files", {"source_id": source_id, "name": "visits"})
    await office.api.put_file(link, content.encode())
    file = await office.api.wait_for(f"/files/{link['file']['id']}", "state", "loaded", "refused")
    assert file["state"] == "loaded", file["refusal"]
    return file


async def _campaign(office: Office, source_id: str, file_id: str) -> str:
    body = "Hello {{ name }}, see you on {{ start_date | date: '%B %-d' }} at {{ start_time }}."
    template = await office.api.post("/templates", {"name": "Visit", "channel": "sms", "body": body})
    step = {
        "channel": "sms",
        "template_id": template["id"],
        "sender_id": office.company.sms_sender_id,
        "address_field": "phone",
    }
    draft = {
        "name": "Visits",
        "audience": {"source_id": source_id, "file_id": file_id},
        "steps": [step],
        "window": ALWAYS,
        "expires_field": "useful_until",
    }
    campaign = await office.api.post("/campaigns", draft)
    await office.api.post(f"/campaigns/{campaign['id']}/ready")
    return str(campaign["id"])


@pytest.mark.parametrize(
    ("form", "content", "canceled", "phone", "name"),
    [
        ("icalendar", CALENDAR, CANCELED, "+12125552381", "Ana"),
        ("hl7", MESSAGES, siu("v1", event="S15"), "+12125552382", "Ana Lopez"),
        (
            "fhir",
            bundle(appointment("v1", contained=[PATIENT], **VISIT)),
            bundle(appointment("v1", status="cancelled")),
            "+12125552383",
            "Ana Lopez",
        ),
    ],
)
async def test_from_an_export_to_sent_and_canceled(
    office: Office, form: str, content: str, canceled: str, phone: str, name: str
) -> None:
    source = await _source(office, content)
    assert source["format"] == form
    file = await _loaded(office, source["id"], content)
    assert (file["row_count"], file["rejected_count"]) == (1, 0)
    campaign_id = await _campaign(office, source["id"], file["id"])
    fire = await office.api.post(f"/campaigns/{campaign_id}/fire")
    report = await settled(office, fire["id"])
    assert report["ledger"]["sent"] == 1
    [message] = [one for one in await office.simulator.messages() if not one["incoming"]]
    assert (message["handset"], message["body"]) == (phone, f"Hello {name}, see you on June 14 at 09:00.")

    cancelation = await _loaded(office, source["id"], canceled)
    assert (cancelation["row_count"], cancelation["canceled_count"]) == (0, 1)
    again = await _campaign(office, source["id"], file["id"])
    fire = await office.api.post(f"/campaigns/{again}/fire")
    report = await settled(office, fire["id"])
    assert report["skipped"] == {"withdrawn": 1}
    found = (await office.api.get("/messages", fire_id=fire["id"]))["items"]
    assert [one["withdrawn_by"] for one in found] == [cancelation["id"]]
