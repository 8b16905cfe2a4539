"""The people of the story of the automation, its texts, and its steps."""

from msgspec import Struct

from infra.local.api_client import Json
from infra.local.stage import Stage

NAMES = ("Ana", "Ben", "Cleo", "Dan", "Eva", "Fay", "Gus")
PHONES = {name: f"+121255522{place:02}" for place, name in enumerate(NAMES)}
WELCOME = "Welcome to the clinic!"
PLAIN = "Did you see our opening hours?"
VIP = "Your doctor keeps an hour for you."
AGAIN = "welcomed"
TRIGGERS = [
    {"kind": "event", "event": "contact.tag_attached", "what": "new"},
    {"kind": "event", "event": "contact.event", "what": "signed up"},
]
_TEMPLATES = {"Welcome": WELCOME, "Hours": PLAIN, "VIP": VIP}


class Cast(Struct, frozen=True, kw_only=True):
    """The automation's id, its people's by name, and its templates'."""

    automation_id: str
    contact_ids: dict[str, str]
    template_ids: dict[str, str]
    sender_id: str

    def draft(self, wait_minutes: int | None, *, has_welcome: bool = True) -> Json:
        """The automation with this wait, or none."""
        steps = _steps(self.template_ids, self.sender_id, wait_minutes, has_welcome=has_welcome)
        return {"name": "Welcome", "definition": {"triggers": TRIGGERS, "steps": steps}}


def _steps(
    template_ids: dict[str, str], sender_id: str, wait_minutes: int | None, *, has_welcome: bool
) -> list[Json]:
    """A text, a wait if there is one, a text that depends on a tag, and a tag at the end."""

    def send(step_id: str, template: str) -> Json:
        return {
            "kind": "send",
            "id": step_id,
            "channel": "sms",
            "template_id": template_ids[template],
            "sender_id": sender_id,
        }

    fork = {
        "kind": "if",
        "id": "vip",
        "criterion": {"kind": "tag", "value": "vip"},
        "then": [send("vip-text", "VIP")],
        "otherwise": [send("hours", "Hours")],
    }
    wait = {"kind": "wait", "id": "wait", "wait": {"kind": "for", "seconds": (wait_minutes or 0) * 60}}
    return [
        *([send("welcome", "Welcome")] if has_welcome else []),
        *([wait] if wait_minutes is not None else []),
        fork,
        {"kind": "tag", "id": "mark", "tag": AGAIN},
    ]


async def open_automation(stage: Stage, wait_minutes: int) -> Cast:
    """Have the people and the published automation."""
    api, sender_id = stage.api, stage.company.sms_sender_id
    template_ids = {}
    for name, body in _TEMPLATES.items():
        made = await api.post("/templates", {"name": name, "channel": "sms", "body": body})
        template_ids[name] = str(made["id"])
    contact_ids = {}
    for name, phone in PHONES.items():
        address = {"channel": "sms", "address": phone}
        tags = ["vip"] if name == "Eva" else []
        made = await api.post("/contacts", {"name": name, "tags": tags, "addresses": [address]})
        contact_ids[name] = str(made["id"])
    steps = _steps(template_ids, sender_id, wait_minutes, has_welcome=True)
    draft = {"name": "Welcome", "definition": {"triggers": TRIGGERS, "steps": steps}}
    automation = await api.post("/automations", draft)
    await api.post(f"/automations/{automation['id']}/publish")
    stage.say(f"Published: a text, {wait_minutes} minutes' wait, another text for VIPs, a tag at the end")
    return Cast(
        automation_id=str(automation["id"]),
        contact_ids=contact_ids,
        template_ids=template_ids,
        sender_id=sender_id,
    )
