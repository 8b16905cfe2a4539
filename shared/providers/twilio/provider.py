"""The provider `twilio`: texts, WhatsApp, Messenger and calls; from numbers, pages and services."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from shared.domain.channels.channel import Channel
from shared.domain.channels.messenger import MESSENGER
from shared.domain.channels.sms import SMS
from shared.domain.channels.voice import VOICE
from shared.domain.channels.whatsapp import WHATSAPP
from shared.domain.contacts.opt_out import OptOutSource
from shared.domain.messages.webhook import WebhookAnswer, WebhookRequest
from shared.domain.record import replace
from shared.providers.kit.adapters import MessageSender, ProviderAccount, ProviderContents, ProviderHistory
from shared.providers.kit.record import (
    STATUS_PATH,
    CallTalk,
    News,
    ProviderRecord,
    WebhookRoute,
)
from shared.providers.twilio.call_routes import ANSWERED_PATH, CALL_STATUS_PATH, KEYS_PATH
from shared.providers.twilio.credentials import TwilioCredentials
from shared.providers.twilio.own_addresses import OWN_FORMS, own_address

if TYPE_CHECKING:
    from shared.domain.messages.call_turn import CallHeard, CallTurn
    from shared.providers.kit.credential_input import CredentialsInput

# An empty TwiML document: nothing is written back to whoever wrote to us.
NO_REPLY = WebhookAnswer(
    status=200,
    body='<?xml version="1.0" encoding="UTF-8"?><Response></Response>',
    media_type="application/xml",
)

# What Twilio writes before a channel's addresses: https://www.twilio.com/docs/messaging/channels
_PREFIXES = {SMS.name: "", WHATSAPP.name: "whatsapp:", MESSENGER.name: "messenger:", VOICE.name: ""}
PROOF = "X-Twilio-Signature"
FORM_BYTES = 128 * 1024  # a text of 1,600 characters and the addresses of ten pictures take a tenth of it


def _credentials_input() -> "type[CredentialsInput]":
    from shared.providers.twilio.credential_input import TwilioCredentialsInput

    return TwilioCredentialsInput


def _code_words(code: str) -> str | None:
    from shared.providers.twilio.codes import words_of

    return words_of(code)


def _account(credentials: TwilioCredentials, base_url: str, timeout_seconds: float) -> ProviderAccount:
    from shared.providers.twilio.account import TwilioAccount

    return TwilioAccount(credentials, base_url, timeout_seconds, _PREFIXES.__getitem__)


def _sender(
    credentials: TwilioCredentials, channel: Channel, base_url: str, timeout_seconds: float
) -> MessageSender:
    if channel == VOICE.name:
        from shared.providers.twilio.calls import TwilioCaller

        return TwilioCaller(credentials, base_url, timeout_seconds)
    from shared.providers.twilio.sender import TwilioSender

    return TwilioSender(credentials, base_url, timeout_seconds, _PREFIXES[channel])


def _history(
    credentials: TwilioCredentials, channel: Channel, base_url: str, timeout_seconds: float
) -> ProviderHistory:
    if channel == VOICE.name:
        from shared.providers.twilio.call_history import TwilioCallHistory

        return TwilioCallHistory(credentials, base_url, timeout_seconds)
    from shared.providers.twilio.history import TwilioHistory

    return TwilioHistory(credentials, base_url, timeout_seconds, _PREFIXES[channel])


def _contents(credentials: TwilioCredentials, base_url: str, timeout_seconds: float) -> ProviderContents:
    from shared.providers.twilio.contents import TwilioContents

    return TwilioContents(credentials, base_url, timeout_seconds)


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


def _call_status(request: WebhookRequest) -> Sequence[News]:
    from shared.providers.twilio import call_webhook, webhook

    form = webhook.read_form(request.body)
    return [call_webhook.parse_call_status(form, request.query.get("message", ""))]


def _nothing(request: WebhookRequest) -> Sequence[News]:
    return ()


def _hear(request: WebhookRequest) -> "CallHeard":
    from shared.providers.twilio import call_webhook, webhook

    return call_webhook.parse_call(webhook.read_form(request.body), request)


def _tell(request: WebhookRequest, turn: "CallTurn") -> WebhookAnswer:
    from shared.providers.twilio.call_webhook import answer_call

    return answer_call(request, turn)


def _route(path: str, read: Callable[[WebhookRequest], Sequence[News]]) -> WebhookRoute[TwilioCredentials]:
    return WebhookRoute(path=path, longest_body=FORM_BYTES, proof=PROOF, verify=_verify, read=read)


_TALK = CallTalk(hear=_hear, tell=_tell)

_NUMBERS = (
    "In Twilio's console, at the number: Messaging, A message comes in, Webhook. Of a messaging service: "
    "Integration, Incoming messages, Send a webhook, Request URL."
)
_SENDERS = "In Twilio's console, at the sender: Webhook URL for incoming messages."

_STOPPED = (
    "Twilio keeps who wrote STOP on a list of its own, and refuses what goes to them: only they can end "
    "that, by writing START to the same number, or to one of the same messaging service."
)

# What Twilio answers by itself on text messages, unless its support has turned that off, or Advanced Opt-Out
# has words of its own (then OptOutType says so).
# https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out
_ANSWERED = frozenset({
    "cancel", "end", "help", "info", "optout", "quit", "revoke", "start", "stop", "stopall", "unstop",
    "unsubscribe", "yes",
})  # fmt: skip

PROVIDER = ProviderRecord(
    name="twilio",
    channels=(SMS, WHATSAPP, MESSENGER, VOICE),
    base_url="https://api.twilio.com",
    credentials=TwilioCredentials,
    credentials_input=_credentials_input,
    open_account=_account,
    open_sender=_sender,
    open_history=_history,
    open_contents=_contents,
    own_address=own_address,
    own_forms=OWN_FORMS,
    own_lists={OptOutSource.REPLY: _STOPPED, OptOutSource.PROVIDER: _STOPPED},
    answered_words={SMS.name: _ANSWERED},
    code_words=_code_words,
    webhooks=(
        replace(
            _route("incoming", _incoming),
            answer=NO_REPLY,
            set_at={SMS.name: _NUMBERS, WHATSAPP.name: _SENDERS, MESSENGER.name: _SENDERS},
        ),
        _route(STATUS_PATH, _status),
        replace(_route(ANSWERED_PATH, _nothing), talk=_TALK),
        replace(_route(KEYS_PATH, _nothing), talk=_TALK),
        _route(CALL_STATUS_PATH, _call_status),
    ),
)
