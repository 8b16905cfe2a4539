"""What Twilio and SendGrid tell us: /messages/incoming, /messages/status and /messages/events.

The address names company and sender, so that the right secret checks the signature before anything
is read. A wrong signature, an unknown sender and a missing one all get the same 403.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Sequence

from starlette.requests import Request
from starlette.responses import Response

from functions.process import current_runtime
from functions.triggers import MAX_BODY_BYTES, guarded
from shared import log, tracing
from shared.domain.errors import RollcallError
from shared.domain.messages.sending import Receipt
from shared.domain.senders.sender import Sender
from shared.providers.kit.credentials import (
    Credentials,
    SendGridCredentials,
    TwilioCredentials,
    WrongCredentials,
)
from shared.providers.kit.signature import BadSignature
from shared.runtime import Runtime
from shared.storage.secrets import CredentialsMissing, SecretsUnavailable
from shared.usecases.answers.receive_reply import receive_reply
from shared.usecases.answers.record_receipt import record_receipt

RECEIPTS_AT_ONCE = 16
MAX_EVENTS_BYTES = 10 * MAX_BODY_BYTES  # SendGrid posts a thousand events and more at once
_ID = re.compile(r"[A-Za-z0-9-][A-Za-z0-9_-]{0,63}")  # what Firestore would refuse as an id is none of ours
EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


@guarded
async def messages(request: Request) -> Response:
    """Serve one webhook. 403 without a good signature; 2xx only when what was told is stored."""
    route = ROUTES.get(request.url.path.rstrip("/").removeprefix("/messages"))
    if route is None:
        return Response("Not Found", status_code=404)
    if request.method != "POST":
        return Response("Method Not Allowed", status_code=405, headers={"Allow": "POST"})
    runtime = current_runtime()
    body = await request.body()
    if len(body) > MAX_EVENTS_BYTES:
        return Response("Content Too Large", status_code=413)
    name = f"messages{request.url.path.rstrip('/').removeprefix('/messages')}"
    async with tracing.served(request.headers, name, "server"):
        return await _serve(runtime, route, request, body)


async def _serve(runtime: Runtime, route: "Route", request: Request, body: bytes) -> Response:
    company_id, sender_id = request.query_params.get("company", ""), request.query_params.get("sender", "")
    is_possible = _ID.fullmatch(company_id) and _ID.fullmatch(sender_id)
    with log.context(company_id=company_id if is_possible else ""):  # anybody may have written it
        try:
            stores = runtime.stores
            sender = await stores.senders.find(company_id, sender_id) if is_possible else None
            if sender is None and is_possible and await stores.deleted_companies.find(company_id) is not None:
                return Response("Not Found", status_code=404)
            if sender is None:
                raise BadSignature("there is no such sender")
            return await route(runtime, company_id, sender, request, body)
        except (BadSignature, CredentialsMissing, WrongCredentials) as refusal:
            log.event("webhook refused", level=logging.WARNING, reason=str(refusal))
            return Response("Forbidden", status_code=403)
        except SecretsUnavailable as error:  # it may be genuine: the provider shall try again
            log.event("webhook not checked", level=logging.ERROR, reason=str(error))
            return Response("Service Unavailable", status_code=503)
        except RollcallError as error:  # it was signed, but lacks what it must have: trying again is no use
            log.event("webhook not readable", level=logging.ERROR, reason=str(error))
            return Response("Bad Request", status_code=400)


async def _verify(
    runtime: Runtime, company_id: str, sender: Sender, check: Callable[[Credentials], None]
) -> None:
    """Raise BadSignature unless `check` passes with one of the sender's live credentials.

    There are two during a rotation: a provider signs with the old ones until the new ones are its first,
    and may repeat later what it signed before. When none fits they are read anew: they may have been
    replaced a moment ago.
    """
    live = await runtime.live_credentials(company_id, sender)
    try:
        _check_any(live, check)
    except BadSignature:
        renewed = await runtime.live_credentials(company_id, sender, fresh=True)
        if renewed == live:
            raise
        _check_any(renewed, check)


def _check_any(live: Sequence[Credentials], check: Callable[[Credentials], None]) -> None:
    """Raise the newest credentials' BadSignature when none passes."""
    refusals = []
    for credentials in live:
        try:
            return check(credentials)
        except BadSignature as refusal:
            refusals.append(refusal)
    raise refusals[0]


async def _verified_form(
    runtime: Runtime, company_id: str, sender: Sender, request: Request, body: bytes
) -> Sequence[tuple[str, str]]:
    from shared.providers.twilio import webhook

    form = webhook.read_form(body)
    # The address is ours by configuration; what the request says of host and scheme is anybody's.
    url = f"{runtime.settings.public_url}{request.url.path}?{request.url.query}"

    def check(credentials: Credentials) -> None:
        if not isinstance(credentials, TwilioCredentials):
            raise BadSignature("this sender is not Twilio's")
        content_type = request.headers.get("content-type", "")
        webhook.verify(url, form, request.headers, content_type, (credentials.auth_token,))
        webhook.check_account(form, credentials)

    await _verify(runtime, company_id, sender, check)
    return form


async def _incoming(
    runtime: Runtime, company_id: str, sender: Sender, request: Request, body: bytes
) -> Response:
    from shared.providers.twilio import webhook

    form = await _verified_form(runtime, company_id, sender, request, body)
    incoming = webhook.parse_incoming(form)
    reply = await receive_reply(runtime, company_id, sender.id, sender.channel, incoming)
    ids = {"message_id": reply.message_id, "fire_id": reply.fire_id}
    with log.context(**{name: item_id for name, item_id in ids.items() if item_id}):
        log.event("reply received", reply_id=reply.id, meaning=reply.meaning)
    return Response(EMPTY_TWIML, media_type="application/xml")


async def _status(
    runtime: Runtime, company_id: str, sender: Sender, request: Request, body: bytes
) -> Response:
    from shared.providers.twilio import webhook

    form = await _verified_form(runtime, company_id, sender, request, body)
    receipt = webhook.parse_status(form, request.query_params.get("message", ""))
    await record_receipt(runtime, company_id, receipt)
    return Response(status_code=204)


async def _events(
    runtime: Runtime, company_id: str, sender: Sender, request: Request, body: bytes
) -> Response:
    from shared.providers.sendgrid import webhook

    def check(credentials: Credentials) -> None:
        if not isinstance(credentials, SendGridCredentials):
            raise BadSignature("this sender is not SendGrid's")
        webhook.verify(body, request.headers, (credentials.webhook_public_key,), runtime.now())

    await _verify(runtime, company_id, sender, check)
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
