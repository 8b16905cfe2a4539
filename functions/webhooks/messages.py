"""What Twilio and SendGrid tell us: /messages/incoming, /messages/status and /messages/events.

The address names company and sender, so that the right secret checks the signature before anything
is read. A wrong signature, an unknown sender and a missing one all get the same 403.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

import functions_framework.aio
from starlette.requests import Request
from starlette.responses import Response

from functions.process import current_runtime
from functions.triggers import MAX_BODY_BYTES
from shared import log
from shared.domain.errors import RollcallError
from shared.domain.sender import Sender
from shared.domain.sending import Receipt
from shared.providers.credentials import (
    SendGridCredentials,
    TwilioCredentials,
    WrongCredentials,
    current_and_next,
)
from shared.providers.signature import BadSignature
from shared.runtime import Runtime
from shared.storage.secrets import CredentialsMissing
from shared.usecases.receive_reply import receive_reply
from shared.usecases.record_receipt import record_receipt

RECEIPTS_AT_ONCE = 16
MAX_EVENTS_BYTES = 10 * MAX_BODY_BYTES  # SendGrid posts a thousand events and more at once
EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


@functions_framework.aio.http
async def messages(request: Request) -> Response:
    """Serve one webhook. 403 without a good signature; 2xx only when what was told is stored."""
    route = ROUTES.get(request.url.path.rstrip("/").removeprefix("/messages"))
    if route is None:
        return Response("Not Found", status_code=404)
    if request.method != "POST":
        return Response("Method Not Allowed", status_code=405, headers={"Allow": "POST"})
    runtime = current_runtime()
    company_id = request.query_params.get("company", "")
    body = await request.body()
    if len(body) > MAX_EVENTS_BYTES:
        return Response("Content Too Large", status_code=413)
    with log.context(company_id=company_id):
        try:
            sender = await runtime.stores.senders.find(company_id, request.query_params.get("sender", ""))
            if sender is None and await runtime.stores.deleted_companies.find(company_id) is not None:
                return Response("Not Found", status_code=404)
            if sender is None:
                raise BadSignature("there is no such sender")
            return await route(runtime, company_id, sender, request, body)
        except (BadSignature, CredentialsMissing, WrongCredentials, ValueError) as refusal:
            log.event("webhook refused", level=logging.WARNING, reason=str(refusal))
            return Response("Forbidden", status_code=403)
        except RollcallError as error:  # it was signed, but lacks what it must have: trying again is no use
            log.event("webhook not readable", level=logging.ERROR, reason=str(error))
            return Response("Bad Request", status_code=400)


def _verified_form(
    runtime: Runtime, company_id: str, sender: Sender, request: Request, body: bytes
) -> Sequence[tuple[str, str]]:
    from shared.providers.twilio import webhook

    credentials = runtime.credentials(company_id, sender)
    if not isinstance(credentials, TwilioCredentials):
        raise BadSignature("this sender is not Twilio's")
    form = webhook.read_form(body)
    # The address is ours by configuration; what the request says of host and scheme is anybody's.
    url = f"{runtime.settings.public_url}{request.url.path}?{request.url.query}"
    tokens = current_and_next(credentials.auth_token, credentials.next_auth_token)
    webhook.verify(url, form, request.headers, request.headers.get("content-type", ""), tokens)
    webhook.check_account(form, credentials)
    return form


async def _incoming(
    runtime: Runtime, company_id: str, sender: Sender, request: Request, body: bytes
) -> Response:
    from shared.providers.twilio import webhook

    form = _verified_form(runtime, company_id, sender, request, body)
    incoming = webhook.parse_incoming(form)
    reply = await receive_reply(runtime, company_id, sender.id, sender.channel, incoming)
    log.event("reply received", reply_id=reply.id, meaning=reply.meaning)
    return Response(EMPTY_TWIML, media_type="application/xml")


async def _status(
    runtime: Runtime, company_id: str, sender: Sender, request: Request, body: bytes
) -> Response:
    from shared.providers.twilio import webhook

    form = _verified_form(runtime, company_id, sender, request, body)
    receipt = webhook.parse_status(form, request.query_params.get("message", ""))
    await record_receipt(runtime, company_id, receipt)
    return Response(status_code=204)


async def _events(
    runtime: Runtime, company_id: str, sender: Sender, request: Request, body: bytes
) -> Response:
    from shared.providers.sendgrid import webhook

    credentials = runtime.credentials(company_id, sender)
    if not isinstance(credentials, SendGridCredentials):
        raise BadSignature("this sender is not SendGrid's")
    keys = current_and_next(credentials.webhook_public_key, credentials.next_webhook_public_key)
    webhook.verify(body, request.headers, keys, runtime.now())
    gate = asyncio.Semaphore(RECEIPTS_AT_ONCE)

    async def record(receipts: list[Receipt]) -> None:
        async with gate:
            for receipt in receipts:  # one message's events one by one: they would contend for it
                await record_receipt(runtime, company_id, receipt)

    by_message: dict[str, list[Receipt]] = {}
    for receipt in webhook.parse_events(body):
        by_message.setdefault(receipt.message_id, []).append(receipt)
    await asyncio.gather(*(record(receipts) for receipts in by_message.values()))
    return Response(status_code=204)


Route = Callable[[Runtime, str, Sender, Request, bytes], Awaitable[Response]]
ROUTES: dict[str, Route] = {"/incoming": _incoming, "/status": _status, "/events": _events}
