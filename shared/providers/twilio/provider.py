"""The provider `twilio`: text messages, from numbers, short codes and messaging services."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shared.domain.channels.sms import SMS
from shared.domain.contacts.opt_out import OptOutSource
from shared.domain.messages.webhook import WebhookAnswer, WebhookRequest
from shared.providers.kit.adapters import MessageSender, ProviderAccount, ProviderHistory
from shared.providers.kit.record import STATUS_PATH, News, ProviderRecord, WebhookRoute
from shared.providers.twilio.credentials import TwilioCredentials
from shared.providers.twilio.own_addresses import OWN_FORMS, own_address

if TYPE_CHECKING:
    from shared.providers.kit.credential_input import CredentialsInput

# An empty TwiML document: nothing is written back to whoever wrote to us.
NO_REPLY = WebhookAnswer(
    status=200,
    body='<?xml version="1.0" encoding="UTF-8"?><Response></Response>',
    media_type="application/xml",
)


PROOF = "X-Twilio-Signature"
FORM_BYTES = 128 * 1024  # a text of 1,600 characters and the addresses of ten pictures take a tenth of it


def _credentials_input() -> "type[CredentialsInput]":
    from shared.providers.twilio.credential_input import TwilioCredentialsInput

    return TwilioCredentialsInput


def _account(credentials: TwilioCredentials, base_url: str, timeout_seconds: float) -> ProviderAccount:
    from shared.providers.twilio.account import TwilioAccount

    return TwilioAccount(credentials, base_url, timeout_seconds)


def _sender(credentials: TwilioCredentials, base_url: str, timeout_seconds: float) -> MessageSender:
    from shared.providers.twilio.sender import TwilioSender

    return TwilioSender(credentials, base_url, timeout_seconds)


def _history(credentials: TwilioCredentials, base_url: str, timeout_seconds: float) -> ProviderHistory:
    from shared.providers.twilio.history import TwilioHistory

    return TwilioHistory(credentials, base_url, timeout_seconds)


def _verify(request: WebhookRequest, credentials: TwilioCredentials) -> None:
    from shared.providers.twilio import webhook

    form = webhook.read_form(request.body)
    content_type = request.headers.get("content-type", "")
    webhook.verify(request.url, form, request.headers, content_type, (credentials.auth_token,))
    webhook.check_account(form, credentials)


def _incoming(request: WebhookRequest) -> Sequence[News]:
    from shared.providers.twilio import webhook

    return [webhook.parse_incoming(webhook.read_form(request.body))]


def _status(request: WebhookRequest) -> Sequence[News]:
    from shared.providers.twilio import webhook

    return [webhook.parse_status(webhook.read_form(request.body), request.query.get("message", ""))]


_STOPPED = (
    "Twilio keeps who wrote STOP on a list of its own, and refuses what goes to them: only they can end "
    "that, by writing START to the same number, or to one of the same messaging service."
)

PROVIDER = ProviderRecord(
    name="twilio",
    channels=(SMS,),
    base_url="https://api.twilio.com",
    credentials=TwilioCredentials,
    credentials_input=_credentials_input,
    open_account=_account,
    open_sender=_sender,
    open_history=_history,
    own_address=own_address,
    own_forms=OWN_FORMS,
    own_lists={OptOutSource.REPLY: _STOPPED, OptOutSource.PROVIDER: _STOPPED},
    webhooks=(
        WebhookRoute(
            path="incoming",
            longest_body=FORM_BYTES,
            proof=PROOF,
            verify=_verify,
            read=_incoming,
            answer=NO_REPLY,
        ),
        WebhookRoute(path=STATUS_PATH, longest_body=FORM_BYTES, proof=PROOF, verify=_verify, read=_status),
    ),
)
