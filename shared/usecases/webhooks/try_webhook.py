"""Try one webhook: sign what it says now, post it, and say what came of it."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from shared.domain.characters import control_in
from shared.domain.events.asked_pause import asked_pause
from shared.domain.events.raised_events import unpacked
from shared.domain.events.webhook_body import webhook_body
from shared.domain.events.webhook_delivery import RESPONSE_CHARACTERS, WebhookDelivery
from shared.domain.events.webhook_endpoint import Try
from shared.runtime import Runtime
from shared.views.event_objects import show_objects

if TYPE_CHECKING:  # our own client, and with it aiohttp, is loaded when there is something to deliver
    from shared.outgoing.webhook_client import WebhookClient

USER_AGENT = "Rollcall-Webhooks/1"


class Post(Struct, frozen=True, kw_only=True):
    """Where webhooks go, over which connections, and what they are signed with, the newest secret first."""

    client: "WebhookClient"
    url: str
    secrets: Sequence[str]


def open_client(runtime: Runtime) -> "WebhookClient":
    """Connections for the webhooks of one endpoint."""
    from shared.outgoing.webhook_client import WebhookClient

    return WebhookClient(allows_local=runtime.settings.allows_local_targets)


async def try_webhook(
    runtime: Runtime, company_id: str, post: Post, delivery: WebhookDelivery
) -> tuple[Try, datetime | None]:
    """Post the webhook once, with what its events are about as of now.

    Beside the try: until when the answer asks to be left alone, if it does.
    """
    import aiohttp

    events = unpacked(delivery.events)
    shown = await show_objects(runtime, company_id, events)
    body, now, started = webhook_body(company_id, events, shown), runtime.now(), time.monotonic()
    headers = _headers(delivery.id, int(now.timestamp()), body, post.secrets)
    try:
        answer = await post.client.post(post.url, headers, body)
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
        return Try(at=now, milliseconds=_since(started), reason=_reason(error)), None
    text = "".join(sign for sign in answer.text[:RESPONSE_CHARACTERS] if not control_in(sign, is_line=True))
    reason = "" if 200 <= answer.status < 300 else f"It answered {answer.status}."
    made = Try(at=now, milliseconds=_since(started), status=answer.status, response=text, reason=reason)
    return made, asked_pause(answer.status, answer.retry_after, now) if reason else None


def _headers(webhook_id: str, timestamp: int, body: str, secrets: Sequence[str]) -> dict[str, str]:
    """As https://github.com/standard-webhooks/standard-webhooks has them."""
    from standardwebhooks import Webhook

    at = datetime.fromtimestamp(timestamp, UTC)
    return {
        "content-type": "application/json",
        "user-agent": USER_AGENT,
        "webhook-id": webhook_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(Webhook(secret).sign(webhook_id, at, body) for secret in secrets),
    }


def _since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)


def _reason(error: Exception) -> str:
    """What went wrong, in words for who runs the endpoint."""
    from shared.outgoing.webhook_client import TIMEOUT_SECONDS, ForbiddenAddress

    if isinstance(error, TimeoutError):
        return f"It did not answer within {TIMEOUT_SECONDS:.0f} seconds."
    if isinstance(error, ForbiddenAddress):
        return "Its name leads to an address inside a network, where webhooks do not go."
    return f"{_fault(error)} ({type(error).__name__})."


def _fault(error: Exception) -> str:
    """What to look at: the name, the certificate, whether anybody listens, or what was answered."""
    import aiohttp

    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "It could not be reached: its name is not known"
    if isinstance(error, aiohttp.ClientSSLError):
        return "It could not be reached: it has no certificate that is valid for its name"
    if isinstance(error, aiohttp.ClientConnectorError):
        return "It could not be reached: nobody takes connections there"
    if isinstance(
        error, aiohttp.ClientResponseError | aiohttp.ClientPayloadError | aiohttp.ServerDisconnectedError
    ):
        return "It was reached, and gave no whole answer in HTTP"
    return "It could not be reached: check name, port and certificate"
