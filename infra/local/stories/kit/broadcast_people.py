"""The people of the story of the broadcast, its two texts, and the company that sends it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from infra.local.api_client import Json
from infra.local.stage import Stage
from shared.domain.record import replace

NEW_YORK = ZoneInfo("America/New_York")
SILENT = "+12125550011"  # the provider delivers, and never says so
PEOPLE = (*(f"+121255521{place:02}" for place in range(11)), SILENT)
RUN = 5  # fifty, where nobody watches
FIRST = "It is time for your check-up. Reply 1 for a call back, 2 if you were here already."
SECOND = "Once more: please call us for your check-up, or reply 1."
OPTIONS = [{"words": ["1"], "disposition": "confirmed"}, {"words": ["2"], "disposition": "canceled"}]


async def open_broadcast(stage: Stage, at: datetime, closed_day: date) -> str:
    """Have the people, their segment and a planned broadcast for it; its id.

    The company's number sends one text a second, and the company is closed on that day.
    """
    api, company = stage.api, stage.company
    await api.patch("/company", {"calendar": {"closed_days": [closed_day.isoformat()]}})
    senders = stage.runtime.stores.senders  # a sender's pace is set by ops
    texts = await senders.get(company.company_id, company.sms_sender_id)
    await senders.save(company.company_id, texts.id, replace(texts, rate_per_second=1.0))
    for place, phone in enumerate(PEOPLE):
        address = {"channel": "sms", "address": phone}
        await api.post("/contacts", {"name": f"Patient {place + 1}", "tags": ["due"], "addresses": [address]})
    due = await api.post("/segments", {"name": "Due", "criterion": {"kind": "tag", "value": "due"}})
    planned = await api.post(
        "/broadcasts",
        {
            "name": "Check-ups",
            "audience": {"include": [{"kind": "segment", "segment_id": due["id"]}]},
            "at": at.replace(tzinfo=None).isoformat(),
            "first": await _wave(stage, "First text", FIRST),
            "second": await _wave(stage, "Second text", SECOND),
            "runs": {"size": RUN},
            "reply_options": OPTIONS,
        },
    )
    stage.say(f"{len(PEOPLE)} people are due. Planned: {planned['name']} for {planned['at']}, in two waves")
    return str(planned["id"])


async def _wave(stage: Stage, name: str, body: str) -> Json:
    template = await stage.api.post("/templates", {"name": name, "channel": "sms", "body": body})
    return {
        "channel": "sms",
        "template_id": template["id"],
        "sender_id": stage.company.sms_sender_id,
        "address_field": "phone",
    }
