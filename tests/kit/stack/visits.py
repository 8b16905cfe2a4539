"""Visits that people are asked about on the stack, and what they answer."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from infra.local.waiting import wait_while_moving
from tests.kit.stack.office import ALWAYS, Office, settled
from tests.kit.stack.ways import SMS, desk_of

CLOCK = ZoneInfo("America/New_York")
DAY = (datetime.now(CLOCK) + timedelta(days=2)).date()
ASKS = "Hello {{ name }}, you see us on {{ visit }}. Reply 1 to confirm, 2 to cancel."
THANKS, CLOSED = "Thank you, see you then.", "Thank you. We are closed now."
OPTIONS: list[dict[str, Any]] = [
    {
        "words": ["1"],
        "disposition": "confirmed",
        "acknowledgement": THANKS,
        "acknowledgement_out_of_hours": CLOSED,
        "add_tags": ["coming"],
        "event": "visit-confirmed",
    },
    {"words": ["2"], "disposition": "canceled"},
]


async def sent(
    office: Office, *rows: str, step: dict[str, Any] | None = None, body: str = ASKS, **changes: Any
) -> dict[str, Any]:
    """The report of a fire that asked these rows ("name,phone,time,what") about visits of one day."""
    api = office.api
    step = step or await SMS.step(office, await SMS.sender(office), body)
    field = step["address_field"]
    columns: list[dict[str, Any]] = [{"column": name, "field": name} for name in ("name", field, "what")]
    columns.append({"column": "visit", "field": "visit", "type": "datetime", "formats": ["%Y-%m-%d %H:%M"]})
    source = await api.post("/sources", {"name": "Visits", "columns": columns})
    link = await api.post("/files", {"source_id": source["id"], "name": "visits.csv"})
    lines = [
        "{},{},{} {},{}".format(*parts[:2], DAY, *parts[2:]) for parts in (row.split(",") for row in rows)
    ]
    await api.put_file(link, "\n".join([f"name,{field},visit,what", *lines]).encode())
    file = await api.wait_for(f"/files/{link['file']['id']}", "state", "loaded", "refused")
    draft = {
        "name": "Visits",
        "audience": {"source_id": source["id"], "file_id": file["id"]},
        "steps": [step],
        "window": ALWAYS,
        "reply_options": OPTIONS,
        "expires_field": "visit",
    }
    campaign = await api.post("/campaigns", draft | changes)
    await api.post(f"/campaigns/{campaign['id']}/ready")
    fire = await api.post(f"/campaigns/{campaign['id']}/fire")
    return await settled(office, fire["id"])


async def write(office: Office, phone: str, *bodies: str, **more: Any) -> list[dict[str, Any]]:
    """Write these from the phone, one after the other; its replies, the oldest first.

    `more` is what the simulator is told beside the words, such as which message is answered.
    """
    before = len(await replies(office, phone))
    for count, body in enumerate(bodies, before + 1):
        await office.simulator.reply(phone, body, sender=desk_of(phone), **more)
        await _read(office, phone, count)
    return (await replies(office, phone))[before:]


async def _read(office: Office, phone: str, count: int) -> None:
    await wait_while_moving(
        "the reply to be read", lambda: replies(office, phone), lambda found: len(found) == count
    )


async def replies(office: Office, phone: str) -> list[dict[str, Any]]:
    found = (await office.api.get("/replies", limit="100"))["items"]
    return [one for one in reversed(found) if one["address"] == phone.removeprefix("whatsapp:")]


async def message_to(office: Office, fire_id: str, phone: str) -> dict[str, Any]:
    items = (await office.api.get("/messages", fire_id=fire_id))["items"]
    return next(one for one in items if one["address"] == phone)


async def texts(office: Office, phone: str, count: int) -> list[str]:
    """What the phone got, once there are so many."""

    async def look() -> list[str]:
        return [one["body"] for one in await office.simulator.messages(handset=phone) if not one["incoming"]]

    return await wait_while_moving(f"{count} texts", look, lambda found: len(found) >= count)
