"""Bootstraps the demo's company: what ops does for a new company, and what its providers would know."""

from dataclasses import dataclass

from infra.local.simulator.client import SimulatorClient
from shared.domain.channels.channel import Channel
from shared.domain.companies.api_key import Scope
from shared.domain.ids import random_id
from shared.domain.senders.sender import Provider, Sender
from shared.runtime import Runtime
from shared.usecases.companies.create_api_key import create_api_key
from shared.usecases.companies.create_company import create_company
from shared.usecases.senders.save_sender import save_sender

RATE_PER_SECOND = 25.0
SMS_NUMBER = "+12125550100"
MAILBOX = "desk@north-clinic.com"


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoCompany:
    """The demo's company, its two senders, and a key to act for it."""

    company_id: str
    sms_sender_id: str
    email_sender_id: str
    key: str


async def open_company(runtime: Runtime, simulator: SimulatorClient) -> DemoCompany:
    """Make a company with an SMS and an email sender, known to the provider simulators."""
    company = await create_company(runtime, "North Clinic", "America/New_York", "US")
    sms = await _sms_sender(runtime, company.id, simulator)
    email = await _email_sender(runtime, company.id, simulator)
    _, key = await create_api_key(runtime, company.id, "demo", [Scope.ADMIN])
    return DemoCompany(company_id=company.id, sms_sender_id=sms, email_sender_id=email, key=key)


async def _sms_sender(runtime: Runtime, company_id: str, simulator: SimulatorClient) -> str:
    account = await simulator.add_account()
    sender = _sender(Channel("sms"), Provider("twilio"), SMS_NUMBER)
    await save_sender(runtime, company_id, sender, {"account_sid": account.sid, "auth_token": account.token})
    webhook = _webhook(runtime, "incoming", company_id, sender.id)
    await simulator.add_number(account, SMS_NUMBER, webhook_url=webhook)
    return sender.id


async def _email_sender(runtime: Runtime, company_id: str, simulator: SimulatorClient) -> str:
    sender = _sender(Channel("email"), Provider("sendgrid"), MAILBOX)
    webhook = _webhook(runtime, "events", company_id, sender.id)
    key = await simulator.add_key(event_url=webhook, senders=[MAILBOX])
    credentials = {"api_key": key.key, "webhook_public_key": key.verification_key}
    await save_sender(runtime, company_id, sender, credentials)
    return sender.id


def _sender(channel: Channel, provider: Provider, address: str) -> Sender:
    return Sender(
        id=random_id(),
        channel=channel,
        provider=provider,
        address=address,
        name="North Clinic",
        rate_per_second=RATE_PER_SECOND,
    )


def _webhook(runtime: Runtime, name: str, company_id: str, sender_id: str) -> str:
    return f"{runtime.settings.public_url}/messages/{name}?company={company_id}&sender={sender_id}"
