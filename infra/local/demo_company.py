"""Bootstraps the demo's company: what ops does for a new company, and what its providers would know."""

import secrets

from msgspec import Struct

from infra.local.simulator.client import SimulatorClient, TwilioAccount
from shared.domain.channels.channel import Channel
from shared.domain.companies.api_key import Scope
from shared.domain.companies.user import Role
from shared.domain.ids import random_id
from shared.domain.senders.sender import Provider, Sender
from shared.runtime import Runtime
from shared.usecases.companies.create_api_key import create_api_key
from shared.usecases.companies.create_company import create_company
from shared.usecases.senders.save_sender import save_sender
from shared.usecases.users.create_user import create_user

RATE_PER_SECOND = 25.0
SMS_NUMBER = "+12125550100"
VOICE_NUMBER = "+12125550101"
MAILBOX = "desk@north-clinic.com"


class DemoCompany(Struct, frozen=True, kw_only=True):
    """The demo's company, its senders, a key to act for it, and an admin's login for the portal."""

    company_id: str
    sms_sender_id: str
    email_sender_id: str
    voice_sender_id: str
    key: str
    user_email: str
    user_password: str


async def open_company(runtime: Runtime, simulator: SimulatorClient) -> DemoCompany:
    """Make a company with senders of texts, mails and calls, known to the provider simulators."""
    company = await create_company(runtime, "North Clinic", "America/New_York", "US")
    sms = await _phone_sender(runtime, company.id, simulator, Channel("sms"), SMS_NUMBER)
    voice = await _phone_sender(runtime, company.id, simulator, Channel("voice"), VOICE_NUMBER)
    email = await _email_sender(runtime, company.id, simulator)
    # An address is one account, and a stack may have several such companies.
    user_email, password = f"office.{company.id[:6]}@north-clinic.com", secrets.token_urlsafe(12)
    user = await create_user(runtime, company.id, user_email, "Dana Office", Role.ADMIN, password)
    _, key = await create_api_key(runtime, company.id, "demo", [Scope.ADMIN], made_by=(user.id,))
    return DemoCompany(
        company_id=company.id,
        sms_sender_id=sms,
        email_sender_id=email,
        voice_sender_id=voice,
        key=key,
        user_email=user_email,
        user_password=password,
    )


async def add_whatsapp(
    runtime: Runtime, company_id: str, simulator: SimulatorClient
) -> tuple[TwilioAccount, str]:
    """Give the company a number on WhatsApp; its account, which keeps the formats, and the sender's id."""
    account = await simulator.add_account()
    sender = _sender(Channel("whatsapp"), Provider("twilio"), SMS_NUMBER)
    await save_sender(runtime, company_id, sender, {"account_sid": account.sid, "auth_token": account.token})
    webhook = _webhook(runtime, "incoming", company_id, sender.id)
    await simulator.add_number(account, f"whatsapp:{SMS_NUMBER}", webhook_url=webhook)
    return account, sender.id


async def _phone_sender(
    runtime: Runtime, company_id: str, simulator: SimulatorClient, channel: Channel, number: str
) -> str:
    account = await simulator.add_account()
    sender = _sender(channel, Provider("twilio"), number)
    await save_sender(runtime, company_id, sender, {"account_sid": account.sid, "auth_token": account.token})
    webhook = _webhook(runtime, "incoming", company_id, sender.id)
    await simulator.add_number(account, number, webhook_url=webhook)
    return sender.id


async def _email_sender(runtime: Runtime, company_id: str, simulator: SimulatorClient) -> str:
    sender = _sender(Channel("email"), Provider("sendgrid"), MAILBOX)
    webhook = _webhook(runtime, "events", company_id, sender.id)
    inbound = _webhook(runtime, "incoming", company_id, sender.id)
    key = await simulator.add_key(event_url=webhook, inbound_url=inbound, senders=[MAILBOX])
    credentials = {
        "api_key": key.key,
        "webhook_public_key": key.verification_key,
        "inbound_public_key": key.inbound_key,
    }
    await save_sender(runtime, company_id, sender, credentials)
    return sender.id


def _sender(channel: Channel, provider: Provider, address: str) -> Sender:
    return Sender(
        id=random_id(),
        channel=channel,
        provider=provider,
        address=address,
        name="North Clinic",
        # The bench asks for more than a sender of calls may have.
        rate_per_second=min(RATE_PER_SECOND, channel.record.highest_rate),
    )


def _webhook(runtime: Runtime, name: str, company_id: str, sender_id: str) -> str:
    return f"{runtime.settings.public_url}/messages/{name}?company={company_id}&sender={sender_id}"
