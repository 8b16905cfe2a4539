"""What Twilio and SendGrid post to a clinic, signed as they sign it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from multidict import CIMultiDict
from twilio.request_validator import SIGNATURE_HEADER, RequestValidator

from infra.local.simulator.callbacks import new_signing_key, sign, verification_key
from shared.domain.messages.webhook import WebhookRequest
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


async def _receive(
    clinic: Clinic,
    sender_id: str,
    path: str,
    url: str,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    body: bytes,
) -> None:
    request = WebhookRequest(
        url=url, query=query, headers=CIMultiDict(headers), body=body, received_at=clinic.runtime.now()
    )
    listener = await find_listener(clinic.runtime, clinic.company_id, sender_id, path, request.headers)
    await receive_webhook(clinic.runtime, clinic.company_id, listener, request)
