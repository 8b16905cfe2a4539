"""A WhatsApp number for the clinic, and what people write to it."""

from datetime import datetime
from uuid import uuid4

from infra.local.simulator.client import TwilioAccount
from shared.domain.channels.channel import Channel
from shared.domain.messages.reply import Reply
from shared.domain.messages.sending import IncomingMessage
from shared.usecases.answers.receive_reply import receive_reply
from tests.kit.builders import a_chat_sender, a_template
from tests.kit.clinic import Clinic

CHAT = Channel("whatsapp")


async def add_chat(clinic: Clinic) -> TwilioAccount:
    """Give the clinic's Twilio account a WhatsApp sender, and the clinic a template for it."""
    sender, company_id = a_chat_sender(), clinic.company_id
    fields = await clinic.credentials("texts")
    account = TwilioAccount(sid=fields["account_sid"], token=fields["auth_token"])
    await clinic.simulator.add_number(account, f"whatsapp:{sender.address}")
    await clinic.set_credentials(sender.id, fields)
    await clinic.stores.senders.save(company_id, sender.id, sender)
    template = a_template(id="chat", channel=CHAT)
    await clinic.stores.templates.save(company_id, template.id, template)
    return account


async def chat(
    clinic: Clinic,
    address: str,
    body: str = "Hello",
    *,
    written_at: datetime | None = None,
    replies_to: str | None = None,
    sender_id: str = "chats",
) -> Reply:
    """A person writes to the clinic on WhatsApp."""
    incoming = IncomingMessage(
        provider_id=uuid4().hex,
        from_address=f"whatsapp:{address}",
        to_address="whatsapp:+12125550100",
        body=body,
        written_at=written_at,
        replies_to=replies_to,
    )
    return await receive_reply(clinic.runtime, clinic.company_id, sender_id, CHAT, incoming)
