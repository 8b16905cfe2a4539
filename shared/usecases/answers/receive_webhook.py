"""Take what a provider tells about one of a company's senders: proved by its signature, then stored."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from shared import log
from shared.domain.messages.sending import IncomingMessage, Receipt, ReceiptKind
from shared.domain.messages.webhook import WebhookAnswer, WebhookRequest
from shared.domain.senders.sender import Sender
from shared.providers.kit.credentials import Credentials, WrongCredentials
from shared.providers.kit.record import News, WebhookRoute
from shared.providers.kit.signature import BadSignature, required_header
from shared.providers.registry import find_webhook, webhook_paths
from shared.runtime import Runtime
from shared.storage.secrets import CredentialsMissing, SecretsUnavailable
from shared.usecases.answers.find_sender import find_sender, find_sender_now
from shared.usecases.answers.receive_reply import receive_reply
from shared.usecases.answers.record_receipt import record_receipt
from shared.usecases.answers.store_receipts import store_receipts

REFUSALS_AT_ONCE = 50  # in one post; more are recorded with the receipts, seconds later
REFUSALS_TOGETHER = 10
_REFUSALS = frozenset({ReceiptKind.OPTED_OUT, ReceiptKind.COMPLAINED})
Route = WebhookRoute[Credentials]


class WebhookRefused(Exception):
    """Nothing proves that the sender's provider said this. The text is for the log: callers get no reason."""


class WebhookUnchecked(Exception):
    """The signature cannot be checked now; it may be genuine, so the provider shall try again."""


def is_webhook(path: str) -> bool:
    """Whether any provider posts to /messages/`path`."""
    return path in webhook_paths()


@dataclass(frozen=True, kw_only=True, slots=True)
class Listener:
    """Who is told, and how: the sender, and the route of its provider that was posted to."""

    sender: Sender
    route: Route


async def find_listener(
    runtime: Runtime, company_id: str, sender_id: str, path: str, headers: Mapping[str, str]
) -> Listener:
    """Who is told by a post to /messages/`path`, before anything of its body is read.

    Both ids are only what the request says. Raises WebhookRefused, CompanyGone.
    """
    try:
        sender = await find_sender(runtime, company_id, sender_id)
        route = find_webhook(sender, path)
        if route is None:
            raise BadSignature(f"{sender.provider} posts nothing there")
        required_header(headers, route.proof)
    except BadSignature as refusal:
        raise WebhookRefused(str(refusal)) from refusal
    return Listener(sender=sender, route=route)


async def receive_webhook(
    runtime: Runtime, company_id: str, listener: Listener, request: WebhookRequest
) -> WebhookAnswer:
    """Store what was told, and say what to answer. The same told again changes nothing.

    Raises WebhookRefused, WebhookUnchecked, CompanyGone, and InvalidInput for what was signed but lacks what
    it must have.
    """
    sender, route = listener.sender, listener.route
    try:
        await _verify(runtime, company_id, sender, route, request)
        news = route.read(request)
        if any(not isinstance(one, Receipt) for one in news):  # a reply must not bring back who was deleted
            await find_sender_now(runtime, company_id, sender.id)
    except (BadSignature, CredentialsMissing, WrongCredentials) as refusal:
        with suppress(BadSignature):  # the sender may be gone, and only remembered
            await find_sender_now(runtime, company_id, sender.id)
        raise WebhookRefused(str(refusal)) from refusal
    except SecretsUnavailable as error:
        raise WebhookUnchecked(str(error)) from error
    await _store(runtime, company_id, sender, news)
    return route.answer


async def _verify(
    runtime: Runtime,
    company_id: str,
    sender: Sender,
    route: Route,
    request: WebhookRequest,
) -> None:
    """Raise BadSignature unless the request is signed with one of the sender's live credentials.

    There are two during a rotation: a provider signs with the old ones until the new ones are its first,
    and may repeat later what it signed before. When none fits they are read anew: they may have been
    replaced a moment ago.
    """
    live = await runtime.live_credentials(company_id, sender)
    try:
        _check_any(live, route, request)
    except BadSignature:
        renewed = await runtime.live_credentials(company_id, sender, fresh=True)
        if renewed == live:
            raise
        _check_any(renewed, route, request)


def _check_any(live: Sequence[Credentials], route: Route, request: WebhookRequest) -> None:
    """Raise the newest credentials' BadSignature when none passes."""
    refusals = []
    for credentials in live:
        try:
            return route.verify(request, credentials)
        except BadSignature as refusal:
            refusals.append(refusal)
    raise refusals[0]


async def _store(runtime: Runtime, company_id: str, sender: Sender, news: Sequence[News]) -> None:
    """Take at once what people say, in words or by a provider's link: nothing more may go to who refused.

    Receipts are only stored: a post may hold thousands, and messages are busy while they are sent. Those that
    say nothing, such as of a mail that was opened, are not.
    """
    refusals = [one for one in news if isinstance(one, Receipt) and one.kind in _REFUSALS]
    receipts = [one for one in news if isinstance(one, Receipt) and one.kind not in _REFUSALS]
    receipts = [one for one in receipts if one.kind is not ReceiptKind.UNKNOWN]
    receipts += refusals[REFUSALS_AT_ONCE:]
    gate = asyncio.Semaphore(REFUSALS_TOGETHER)

    async def record(refusal: Receipt) -> None:
        async with gate:
            await record_receipt(runtime, company_id, refusal)

    for one in news:
        if not isinstance(one, Receipt):
            await _receive_reply(runtime, company_id, sender, one)
    await asyncio.gather(
        store_receipts(runtime, company_id, receipts), *map(record, refusals[:REFUSALS_AT_ONCE])
    )


async def _receive_reply(
    runtime: Runtime, company_id: str, sender: Sender, incoming: IncomingMessage
) -> None:
    reply = await receive_reply(runtime, company_id, sender.id, sender.channel, incoming)
    ids = {"message_id": reply.message_id, "fire_id": reply.fire_id}
    with log.context(**{name: item_id for name, item_id in ids.items() if item_id}):
        log.event("reply received", reply_id=reply.id, meaning=reply.meaning)
