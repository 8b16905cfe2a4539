"""The right adapter for a sender, and no vendor loaded in vain."""

import subprocess
import sys

import pytest

from shared.domain.channels.channel import Channel
from shared.domain.senders.sender import Provider, Sender
from shared.providers.kit.credentials import Credentials, WrongCredentials
from shared.providers.registry import open_sender
from shared.providers.sendgrid.client import SendGridSender
from shared.providers.sendgrid.credentials import SendGridCredentials
from shared.providers.twilio.credentials import TwilioCredentials
from shared.providers.twilio.sender import TwilioSender
from shared.settings import Settings

TWILIO = TwilioCredentials(account_sid="AC1", auth_token="very-secret")
SENDGRID = SendGridCredentials(api_key="SG.secret", webhook_public_key="secret-key")
SETTINGS = Settings(
    project_id="p", upload_bucket="b", public_url="https://r.example", signing_key="k", secrets="s"
)


def sender(provider: Provider) -> Sender:
    channel = Channel("sms") if provider == Provider("twilio") else Channel("email")
    return Sender(id="s1", channel=channel, provider=provider, address="a")


async def test_each_provider_has_its_adapter() -> None:
    assert isinstance(open_sender(sender(Provider("twilio")), TWILIO, SETTINGS), TwilioSender)
    assert isinstance(open_sender(sender(Provider("sendgrid")), SENDGRID, SETTINGS), SendGridSender)


@pytest.mark.parametrize(
    ("provider", "credentials"), [(Provider("twilio"), SENDGRID), (Provider("sendgrid"), TWILIO)]
)
def test_credentials_of_another_provider_are_refused(provider: Provider, credentials: Credentials) -> None:
    with pytest.raises(WrongCredentials, match=f"s1 sends through {provider}") as caught:
        open_sender(sender(provider), credentials, SETTINGS)
    assert "secret" not in str(caught.value)


def test_a_provider_that_is_gone_is_named_with_those_there_are() -> None:
    with pytest.raises(WrongCredentials, match=r"s1 sends through 'pigeon'.*: twilio, sendgrid"):
        open_sender(sender(Provider("pigeon")), SENDGRID, SETTINGS)


def test_credentials_do_not_show_their_secrets() -> None:
    assert "secret" not in repr(TWILIO) + repr(SENDGRID)


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("shared.providers.registry", ["twilio", "sendgrid", "botocore", "aiohttp"]),
        ("shared.providers.kit.credentials", ["twilio", "sendgrid", "aiohttp"]),
        ("shared.providers.meta.sender", ["twilio", "sendgrid"]),
        ("shared.providers.meta.events", ["twilio", "aiohttp", "sendgrid"]),
        ("shared.providers.sendgrid.client", ["twilio"]),
        ("shared.providers.twilio.client", ["sendgrid"]),
        ("shared.providers.twilio.webhook", ["twilio.rest", "aiohttp", "sendgrid"]),
        ("shared.providers.sendgrid.webhook", ["twilio", "aiohttp"]),
        ("shared.providers.ses.provider", ["botocore", "aiohttp", "cryptography"]),
        ("shared.providers.ses.client", ["botocore.session", "botocore.client", "sendgrid", "twilio"]),
        ("shared.providers.smtp.provider", ["aiosmtplib", "flufl", "quotequail"]),
        ("shared.providers.smtp.client", ["flufl", "aiohttp", "sendgrid", "twilio"]),
        ("shared.providers.smtp.inbound", ["flufl", "aiosmtplib"]),
        ("shared.providers.ses.sns", ["botocore", "sendgrid", "twilio"]),
    ],
)
def test_importing_loads_only_what_is_used(module: str, absent: list[str]) -> None:
    code = f"import sys, {module}; print([name for name in {absent!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own text
    assert done.stdout.strip() == "[]"
