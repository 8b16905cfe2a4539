"""A webhook endpoint: an address of the company's that is told of events, and whether it can be reached."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from shared.domain.errors import Conflict
from shared.domain.events.event import EventType
from shared.domain.job import DeliverWebhooks
from shared.domain.record import replace
from shared.domain.repeats import NO_REPEATS, Repeats

MOST_ENDPOINTS = 20  # of a company
DISABLED_AFTER = timedelta(days=5)  # without a single success
# Between two failures that count as one outage: more than the longest wait between two tries, so that what
# was not asked for days, as nothing waited for it, is not taken for what failed for days.
SAME_OUTAGE = timedelta(days=2)
PAUSE = timedelta(minutes=5)  # after a round that failed as a whole, or an answer that it gets too much
GONE_STATUS = 410  # the receiver's own word that it wants no more
CLOCK_SKEW = timedelta(seconds=2)  # what another machine just wrote must not lie in the future
LONGEST_OVERLAP = timedelta(days=7)


class EndpointState(StrEnum):
    """Whether it is told. A PAUSED one's webhooks wait; a DISABLED one gets none any more."""

    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"


LISTENING = (EndpointState.ACTIVE, EndpointState.PAUSED)


class Try(Struct, frozen=True, kw_only=True):
    """One try of a webhook: the answer's status and its first characters; without one, what went wrong."""

    at: datetime
    milliseconds: int = 0
    status: int | None = None
    response: str = ""
    reason: str = ""

    @property
    def is_success(self) -> bool:
        """Whether the endpoint took it."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """Whether the endpoint said that it wants nothing any more."""
        return self.status == GONE_STATUS


class WebhookEndpoint(Struct, frozen=True, kw_only=True):
    """One endpoint. Its secrets are kept where providers' credentials are, under `secrets_id`.

    The secret before the newest signs too until `old_secret_until`. `failing_since` is its first failure
    since it last took something, `failed_at` the last one; `note` says why it was disabled. `due_at` is when
    somebody must look what is to be delivered to it: None while nothing waits. Before `waits_until` nothing
    is posted to it, as it fails, or gets too much. While it `is_catching_up` what waits for it is due,
    whatever its own time.
    """

    id: str
    url: str
    event_types: tuple[EventType, ...]
    created_at: datetime
    updated_at: datetime
    name: str = ""
    state: EndpointState = EndpointState.ACTIVE
    note: str = ""
    old_secret_until: datetime | None = None
    failing_since: datetime | None = None
    failed_at: datetime | None = None
    waits_until: datetime | None = None
    is_catching_up: bool = False
    due_at: datetime | None = None
    repeats: Repeats = NO_REPEATS
    lease_token: str | None = None
    lease_until: datetime | None = None
    attempt: int = 0

    @property
    def secrets_id(self) -> str:
        """What its secrets are kept under."""
        return secrets_id(self.id)


def secrets_id(endpoint_id: str) -> str:
    """What an endpoint's secrets are kept under, beside those of senders."""
    return f"webhook-{endpoint_id}"


def deliver_job(company_id: str, endpoint: WebhookEndpoint) -> DeliverWebhooks:
    """The job that delivers what waits for the endpoint."""
    return DeliverWebhooks(company_id=company_id, endpoint_id=endpoint.id)


def with_more(endpoint: WebhookEndpoint, now: datetime, *, is_asked: bool = False) -> WebhookEndpoint | None:
    """The endpoint when something new waits for it; None when that is known already.

    What a person asked for (`is_asked`) does not wait for the end of a pause.
    """
    waits_until = None if is_asked else endpoint.waits_until
    due_at = max(now, waits_until or now)
    # While a worker is at it, `due_at` is the end of its lease: it must see that more came.
    is_known = (
        endpoint.due_at is not None and endpoint.due_at <= due_at and endpoint.due_at != endpoint.lease_until
    )
    if endpoint.state is not EndpointState.ACTIVE or is_known:
        return None
    return replace(endpoint, due_at=due_at, waits_until=waits_until, repeats=NO_REPEATS)


def paused(endpoint: WebhookEndpoint, now: datetime) -> WebhookEndpoint:
    """The endpoint once it is paused. Raises Conflict for one that is disabled."""
    if endpoint.state is EndpointState.DISABLED:
        raise Conflict(
            "The endpoint is disabled: it gets no webhooks as it is. Resume it to enable it again."
        )
    return replace(endpoint, state=EndpointState.PAUSED, due_at=None, updated_at=now)


def resumed(endpoint: WebhookEndpoint, now: datetime) -> WebhookEndpoint:
    """The endpoint once it is told again; what waits for it goes out."""
    return replace(asked_anew(endpoint, now), state=EndpointState.ACTIVE, note="", updated_at=now)


def asked_anew(endpoint: WebhookEndpoint, now: datetime) -> WebhookEndpoint:
    """The endpoint, to be asked as if it had never failed: all that waits for it is due."""
    return replace(
        endpoint,
        failing_since=None,
        failed_at=None,
        waits_until=None,
        is_catching_up=True,
        due_at=now,
        repeats=NO_REPEATS,
    )


def after_tries(
    endpoint: WebhookEndpoint, tries: Sequence[Try], now: datetime, asked_until: datetime | None = None
) -> WebhookEndpoint:
    """The endpoint after a round of tries. It may be disabled: it says so itself, or has failed for days.

    `asked_until` is until when its answers ask to be left alone.
    """
    if any(one.is_gone for one in tries):
        return _disabled(endpoint, "it answered 410 Gone", now)
    if not tries:
        return endpoint
    paused_until = max(now + PAUSE, asked_until or now)
    if any(one.is_success for one in tries):
        return replace(
            endpoint,
            failing_since=None,
            failed_at=None,
            waits_until=paused_until if asked_until is not None else None,
            is_catching_up=endpoint.is_catching_up or endpoint.failing_since is not None,
        )
    is_same = endpoint.failed_at is None or now - endpoint.failed_at <= SAME_OUTAGE
    since = (endpoint.failing_since if is_same else None) or now
    failing = replace(endpoint, failing_since=since, failed_at=now, waits_until=paused_until)
    if now - since >= DISABLED_AFTER:
        return _disabled(failing, f"it has taken nothing since {since:%Y-%m-%d %H:%M} UTC", now)
    return failing


def _disabled(endpoint: WebhookEndpoint, why: str, now: datetime) -> WebhookEndpoint:
    note = f"Disabled on {now:%Y-%m-%d}: {why}."
    return replace(endpoint, state=EndpointState.DISABLED, note=note, due_at=None, updated_at=now)
