"""Take what a provider tells about one of a company's senders: proved by its signature, then stored."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from msgspec import Struct

from shared import log
from shared.domain.messages.sending import IncomingMessage, Receipt, ReceiptKind, Unsent
from shared.domain.messages.webhook import WebhookAnswer, WebhookRequest
from shared.domain.record import replace
from shared.domain.senders.sender import Sender
from shared.providers.kit.credentials import Credentials
from shared.providers.kit.record import CallTalk, News, WebhookRoute
from shared.providers.kit.signature import BadSignature, required_header
from shared.providers.registry import connection_of, find_webhook, webhook_paths
from shared.runtime import Runtime
from shared.usecases.answers.check_webhook import WebhookRefused, WebhookUnchecked, check_webhook, checked
from shared.usecases.answers.find_sender import find_sender, find_sender_now
from shared.usecases.answers.read_webhook import read_webhook
from shared.usecases.answers.receive_reply import receive_reply
from shared.usecases.answers.record_receipt import record_receipt
from shared.usecases.answers.store_receipts import store_receipts

REFUSALS_AT_ONCE = 50  # in one post; more are recorded with the receipts, seconds later
REFUSALS_TOGETHER = 10
_REFUSALS = frozenset({ReceiptKind.OPTED_OUT, ReceiptKind.COMPLAINED})
Route = WebhookRoute[Credentials]


def is_webhook(path: str) -> bool:
    """Whether any provider posts to /messages/`path`."""
    return path in webhook_paths()


class Listener(Struct, frozen=True, kw_only=True):
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
    connection = connection_of(sender, runtime.settings)
    async with checked(runtime, company_id, sender):
        await _ask(route.learn, request, connection)
        await check_webhook(runtime, company_id, sender, route, request)
        await _ask(route.follow, request, connection)
        told = await read_webhook(runtime, company_id, sender, route, request)
        news = [one for _, several in told for one in several]
        # A reply must not bring back who was deleted.
        if route.talk is not None or any(not isinstance(one, Receipt) for one in news):
            await find_sender_now(runtime, company_id, sender.id)
    for about, several in told:
        await _store(runtime, company_id, about, several)
    if route.talk is not None:
        return await _talk(runtime, company_id, sender, route.talk, request)
    return route.answer


async def _ask(
    ask: Callable[[WebhookRequest, str, float], Awaitable[None]] | None,
    request: WebhookRequest,
    connection: tuple[str, float],
) -> None:
    """Have the provider asked what a post needs, if it needs anything. Raises WebhookUnchecked."""
    if ask is None:
        return
    try:
        await ask(request, *connection)
    except ConnectionError as error:
        raise WebhookUnchecked(str(error)) from error


async def _talk(
    runtime: Runtime, company_id: str, sender: Sender, talk: CallTalk, request: WebhookRequest
) -> WebhookAnswer:
    """What the call says next; calls are few beside receipts."""
    from shared.usecases.answers.talk_on import talk_on

    return talk.tell(request, await talk_on(runtime, company_id, sender, talk.hear(request)))


async def _store(runtime: Runtime, company_id: str, sender: Sender, news: Sequence[News]) -> None:
    """Take at once what people say, in words or by a provider's link: nothing more may go to who refused.

    Receipts are only stored: a post may hold thousands, and messages are busy while they are sent. Those that
    say nothing, such as of a mail that was opened, are not.
    """
    refusals = [one for one in news if isinstance(one, Receipt) and one.kind in _REFUSALS]
    receipts = [one for one in news if isinstance(one, Receipt) and one.kind not in _REFUSALS]
    receipts = [one for one in receipts if one.kind is not ReceiptKind.UNKNOWN]
    receipts = [one if one.message_id else replace(one, sender_id=sender.id) for one in receipts]
    receipts += refusals[REFUSALS_AT_ONCE:]
    gate = asyncio.Semaphore(REFUSALS_TOGETHER)

    async def record(refusal: Receipt) -> None:
        async with gate:
            await record_receipt(runtime, company_id, refusal)

    for one in news:
        if isinstance(one, IncomingMessage):
            await _receive_reply(runtime, company_id, sender, one)
        elif isinstance(one, Unsent):
            await _take_back(runtime, company_id, sender, one)
    await asyncio.gather(
        store_receipts(runtime, company_id, receipts), *map(record, refusals[:REFUSALS_AT_ONCE])
    )


async def _take_back(runtime: Runtime, company_id: str, sender: Sender, unsent: Unsent) -> None:
    from shared.usecases.answers.take_back_reply import take_back_reply  # here, as few take anything back

    await take_back_reply(runtime, company_id, sender.id, unsent)


async def _receive_reply(
    runtime: Runtime, company_id: str, sender: Sender, incoming: IncomingMessage
) -> None:
    kind = sender.channel.record.address
    if kind.key(kind.received(incoming.from_address)) == kind.key(sender.address):
        # A copy of what the company itself writes to somebody: it is no answer of that person's.
        incoming = replace(incoming, answers_id=None)
    reply = await receive_reply(runtime, company_id, sender.id, sender.channel, incoming)
    ids = {"message_id": reply.message_id, "fire_id": reply.fire_id}
    with log.context(**{name: item_id for name, item_id in ids.items() if item_id}):
        log.event("reply received", reply_id=reply.id, meaning=reply.meaning)
