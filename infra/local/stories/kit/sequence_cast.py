"""The people of the story of the sequence, its mailboxes, and its three emails."""

from typing import Any

from msgspec import Struct

from infra.local.api_client import Json
from infra.local.mail_host.client import MailHostClient
from infra.local.stage import Stage

NAMES = ("Ana", "Ben", "Cleo", "Dan", "Eva")
MAILBOXES = ("dana@north-clinic.com", "omar@north-clinic.com")
CAPACITY = 30  # from nine to five: one every 16 minutes
STEPS: list[dict[str, Any]] = [
    {"subject": "Welcome, {{ name }}", "content": "Dear {{ name }}, this is the first of three."},
    {"wait_days": 2, "content": "Dear {{ name }}, this is the second."},
    {"wait_days": 3, "content": "Dear {{ name }}, this is the last."},
]


def address_of(name: str) -> str:
    """Somebody's mailbox."""
    return f"{name.lower()}@patients.example"


def text_of(name: str, step: int) -> str:
    """What the email of a step (1 to 3) says to somebody."""
    return str(STEPS[step - 1]["content"]).replace("{{ name }}", name)


class Cast(Struct, frozen=True, kw_only=True):
    """The sequence's id, and by name the enrollments'."""

    sequence_id: str
    enrollment_ids: dict[str, str]


async def open_sequence(stage: Stage, host: MailHostClient) -> Cast:
    """Have two mailboxes at the mail host, a sequence that sends from them, and everybody in it."""
    mailbox_ids = [await _mailbox(stage, host, address) for address in MAILBOXES]
    draft = {
        "name": "Welcome",
        "start_time": "09:00",
        "end_time": "17:00",
        "time_zone": "America/New_York",
        "mailbox_ids": mailbox_ids,
        "steps": STEPS,
        "away_days": 7,
    }
    sequence = await stage.api.post("/sequences", draft)
    path = f"/sequences/{sequence['id']}"
    await stage.api.post(f"{path}/resume")
    contact_ids = [await _contact(stage, name) for name in NAMES]
    audience = {"include": [{"kind": "contacts", "contact_ids": contact_ids}]}
    begun = await stage.api.post(f"{path}/enrollings", {"audience": audience})
    await stage.api.wait_for(f"{path}/enrollings/{begun['id']}", "state", "done")
    found = (await stage.api.get(f"{path}/enrollments", limit="100"))["items"]
    by_address = {one["address"]: str(one["id"]) for one in found}
    stage.say(f"Three emails from {' and '.join(MAILBOXES)}, on working days from nine to five")
    return Cast(
        sequence_id=str(sequence["id"]),
        enrollment_ids={name: by_address[address_of(name)] for name in NAMES},
    )


async def _mailbox(stage: Stage, host: MailHostClient, address: str) -> str:
    """A sender at the mail host that sequences are sent from, whose answers come back."""
    facts: Json = {"channel": "email", "provider": "smtp", "address": address, "name": "North Clinic"}
    facts["credentials"] = await host.add_mailbox(address)
    sender = await stage.api.post("/senders", facts)
    public_url = stage.runtime.settings.public_url
    query = f"company={stage.company.company_id}&sender={sender['id']}"
    await host.add_mailbox(address, inbound_url=f"{public_url}/messages/mail?{query}")
    await stage.api.post("/mailboxes", {"sender_id": sender["id"], "daily_capacity": CAPACITY})
    return str(sender["id"])


async def _contact(stage: Stage, name: str) -> str:
    addresses = [{"channel": "email", "address": address_of(name)}]
    made = await stage.api.post("/contacts", {"name": name, "addresses": addresses})
    return str(made["id"])
