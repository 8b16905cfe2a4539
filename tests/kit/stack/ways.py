"""The channels that answers come by, on the stack: who is reached, from where, and with which step."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from infra.local.demo_company import MAILBOX, SMS_NUMBER
from tests.kit.stack.chats import CHAT_NUMBER, add_chat_sender
from tests.kit.stack.office import Office

PHONES = tuple(f"+1212555239{number}" for number in range(1, 7))


class Way(Struct, frozen=True):
    """A channel and the handsets or mailboxes of people on it; `answers_to` is where they write to."""

    channel: str
    handsets: Sequence[str]
    answers_to: str = ""

    @property
    def field(self) -> str:
        """Which column of a file has the address."""
        return "email" if self.channel == "email" else "phone"

    @property
    def addresses(self) -> list[str]:
        """The handsets as rows and replies name them."""
        return [one.removeprefix("whatsapp:") for one in self.handsets]

    async def sender(self, office: Office) -> dict[str, Any]:
        """The company's sender of this channel, as a step names it; with a WhatsApp format's id."""
        known = {
            "sms": office.company.sms_sender_id,
            "email": office.company.email_sender_id,
            "voice": office.company.voice_sender_id,
        }
        if self.channel in known:
            return {"sender_id": known[self.channel]}
        sender_id, content = await add_chat_sender(office, {"1": "Yes"})
        return {"sender_id": sender_id, "content_id": content}

    async def step(self, office: Office, sender: dict[str, Any], body: str) -> dict[str, Any]:
        """A step from that sender with these words; in a WhatsApp format they stand for its {{1}}."""
        template: dict[str, Any] = {"name": "Ask", "channel": self.channel}
        if "content_id" in sender:
            template |= {"content_id": sender["content_id"], "content_values": {"1": body}}
        else:
            template |= {"body": body} | ({"subject": "Visit"} if self.channel == "email" else {})
        made = await office.api.post("/templates", template)
        return {
            "channel": self.channel,
            "template_id": made["id"],
            "sender_id": sender["sender_id"],
            "address_field": self.field,
        }


SMS = Way("sms", PHONES, SMS_NUMBER)
EMAIL = Way("email", [f"p{at}@patients.example" for at in range(6)], MAILBOX)
WHATSAPP = Way("whatsapp", [f"whatsapp:{one}" for one in PHONES], f"whatsapp:{CHAT_NUMBER}")
# Phones that press 1, press 2, and none by themselves: infra/local/simulator/call_outcomes.py.
VOICE = Way("voice", ("+12125550035", "+12125550036", "+12125550001"))


def desk_of(handset: str) -> str:
    """Where somebody with this handset or mailbox writes to."""
    if "@" in handset:
        return EMAIL.answers_to
    return WHATSAPP.answers_to if handset.startswith("whatsapp:") else SMS.answers_to
