"""A webhook: events of one type for one endpoint, tried until it is taken, three days at most."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from shared.domain.events.event import Event, EventType
from shared.domain.events.raised_events import packed
from shared.domain.events.webhook_endpoint import Try, WebhookEndpoint
from shared.domain.ids import computed_id
from shared.domain.record import replace

MOST_EVENTS = 50  # of one webhook: with contacts of a name and a key 19 KB
SHOWN_TRIES = 12
RESPONSE_CHARACTERS = 500
# After the first try at once, and each failed one. With these a webhook is tried for three days.
DELAYS = tuple(timedelta(minutes=one) for one in (5, 30, 2 * 60, 5 * 60, 10 * 60, 14 * 60, 16 * 60, 24 * 60))
JITTER = 0.2  # so that what failed together does not come together again


class DeliveryState(StrEnum):
    """What became of a webhook."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


class Hastened(StrEnum):
    """Whether it was to be tried before its time."""

    NOT_YET = "not_yet"
    NOW = "now"
    BEFORE = "before"


class WebhookDelivery(Struct, frozen=True, kw_only=True):
    """One webhook. Its id is the header `webhook-id`, the same in each try. `events` are packed.

    `attempt` counts the tries since it was made, or was last asked for again; `tries` are the last ones. One
    is `hastened` when its endpoint takes others again: once, by a try that does not count.
    """

    id: str
    endpoint_id: str
    event_type: EventType
    event_count: int
    events: bytes
    created_at: datetime
    state: DeliveryState = DeliveryState.WAITING
    attempt: int = 0
    due_at: datetime | None = None
    hastened: Hastened = Hastened.NOT_YET
    tries: tuple[Try, ...] = ()


def deliveries_of(
    events: Iterable[Event], endpoints: Sequence[WebhookEndpoint], now: datetime
) -> Iterator[WebhookDelivery]:
    """The webhooks that tell these events to whoever listens to them."""
    by_type: dict[EventType, list[Event]] = {}
    for event in events:
        by_type.setdefault(event.type, []).append(event)
    for endpoint in endpoints:
        for kind in endpoint.event_types:
            theirs = by_type.get(kind, [])
            for start in range(0, len(theirs), MOST_EVENTS):
                yield webhook(endpoint, theirs[start : start + MOST_EVENTS], now)


def webhook(endpoint: WebhookEndpoint, events: Sequence[Event], now: datetime) -> WebhookDelivery:
    """A webhook with these events of one type."""
    return WebhookDelivery(
        id=computed_id("webhook", endpoint.id, *(event.id for event in events)),
        endpoint_id=endpoint.id,
        event_type=events[0].type,
        event_count=len(events),
        events=packed(events),
        created_at=now,
        due_at=now,
    )


def after_try(delivery: WebhookDelivery, made: Try, not_before: datetime | None = None) -> WebhookDelivery:
    """The webhook after a try, to be tried again no earlier than `not_before`.

    Of one that was hastened in vain the wait begins anew.
    """
    is_extra = delivery.hastened is Hastened.NOW
    attempt = delivery.attempt if is_extra else delivery.attempt + 1
    tried = replace(
        delivery,
        attempt=attempt,
        tries=(*delivery.tries, made)[-SHOWN_TRIES:],
        hastened=Hastened.BEFORE if is_extra else delivery.hastened,
    )
    if made.is_success:
        return replace(tried, state=DeliveryState.DELIVERED, due_at=None)
    if attempt > len(DELAYS):
        return replace(tried, state=DeliveryState.FAILED, due_at=None)
    return replace(tried, due_at=max(made.at + _delay(delivery.id, attempt), not_before or made.at))


def _delay(delivery_id: str, attempt: int) -> timedelta:
    """How long until the next try: the schedule's, a little more or less by chance."""
    chance = int(computed_id(delivery_id, attempt)[:8], 16) / 0xFFFFFFFF
    return DELAYS[attempt - 1] * (1 - JITTER / 2 + JITTER * chance)


def asked_again(delivery: WebhookDelivery, now: datetime) -> WebhookDelivery:
    """The webhook, to be tried again from now on, with all its tries. Its id stays."""
    return replace(delivery, state=DeliveryState.WAITING, attempt=0, due_at=now, hastened=Hastened.NOT_YET)
