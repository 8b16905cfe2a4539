"""What Twilio and SendGrid post to a clinic, signed as they sign it."""

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from multidict import CIMultiDict
from twilio.request_validator import SIGNATURE_HEADER, RequestValidator

from infra.local.simulator.callbacks import new_signing_key, sign, verification_key
from shared.domain.messages.webhook import WebhookAnswer, WebhookRequest
from shared.providers.twilio.webhook import FORM_TYPE
from shared.usecases.answers.receive_webhook import find_listener, receive_webhook
from tests.kit.clinic import Clinic

OURS = "+12125550100"


async def twilio_posts(clinic: Clinic, path: str, message_id: str = "", **fields: str) -> None:
    """One form, signed with the clinic's own token."""
    credentials = await clinic.credentials("texts")
    query = {"company": clinic.company_id, "sender": "texts"} | (
        {"message": message_id} if message_id else {}
    )
    url = f"{clinic.runtime.settings.public_url}/messages/{path}?{urlencode(query)}"
    form = {"AccountSid": credentials["account_sid"], "To": OURS, **fields}
    signature = RequestValidator(credentials["auth_token"]).compute_signature(url, form)
    headers = {"content-type": FORM_TYPE, SIGNATURE_HEADER: signature}
    await _receive(clinic, "texts", path, url, query, headers, urlencode(form).encode())


async def twilio_answers(
    clinic: Clinic,
    path: str,
    message_id: str,
    fields: Mapping[str, str],
    *,
    sender_id: str,
    more: Mapping[str, str] = MappingProxyType({}),
    token: str = "",
) -> WebhookAnswer:
    """What one form about a message is answered with; `more` is in its address, `token` not the sender's."""
    credentials = await clinic.credentials(sender_id)
    query = {"company": clinic.company_id, "sender": sender_id, "message": message_id, **more}
    url = f"{clinic.runtime.settings.public_url}/messages/{path}?{urlencode(query)}"
    form = {"AccountSid": credentials["account_sid"], **fields}
    signature = RequestValidator(token or credentials["auth_token"]).compute_signature(url, form)
    headers = {"content-type": FORM_TYPE, SIGNATURE_HEADER: signature}
    return await _receive(clinic, sender_id, path, url, query, headers, urlencode(form).encode())


async def sendgrid_posts(clinic: Clinic, events: Sequence[Mapping[str, Any]]) -> None:
    """Some events, signed with a key that is the clinic's from now on."""
    key = new_signing_key()
    fields = await clinic.credentials("mails") | {"webhook_public_key": verification_key(key)}
    await clinic.set_credentials("mails", fields)
    body, stamp = json.dumps(events).encode(), str(int(clinic.runtime.now().timestamp()))
    headers = {
        "X-Twilio-Email-Event-Webhook-Signature": sign(key, stamp.encode() + body),
        "X-Twilio-Email-Event-Webhook-Timestamp": stamp,
    }
    query = {"company": clinic.company_id, "sender": "mails"}
    url = f"{clinic.runtime.settings.public_url}/messages/events?{urlencode(query)}"
    await _receive(clinic, "mails", "events", url, query, headers, body)


async def mail_arrives(clinic: Clinic, form: bytes, content_type: str) -> None:
    """A mail that somebody wrote, signed with a key that is the clinic's from now on."""
    key = new_signing_key()
    fields = await clinic.credentials("mails") | {"inbound_public_key": verification_key(key)}
    await clinic.set_credentials("mails", fields)
    stamp = str(int(clinic.runtime.now().timestamp()))
    headers = {
        "Content-Type": content_type,
        "X-Twilio-Email-Event-Webhook-Signature": sign(key, stamp.encode() + form),
        "X-Twilio-Email-Event-Webhook-Timestamp": stamp,
    }
    query = {"company": clinic.company_id, "sender": "mails"}
    url = f"{clinic.runtime.settings.public_url}/messages/incoming?{urlencode(query)}"
    await _receive(clinic, "mails", "incoming", url, query, headers, form)


async def _receive(
    clinic: Clinic,
    sender_id: str,
    path: str,
    url: str,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    body: bytes,
) -> WebhookAnswer:
    request = WebhookRequest(
        url=url, query=query, headers=CIMultiDict(headers), body=body, received_at=clinic.runtime.now()
    )
    listener = await find_listener(clinic.runtime, clinic.company_id, sender_id, path, request.headers)
    return await receive_webhook(clinic.runtime, clinic.company_id, listener, request)
