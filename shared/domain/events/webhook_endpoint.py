"""A webhook endpoint: an address of the company's that is told of events, and whether it can be reached."""

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
GONE_STATUS = 410  # the receiver's own word that it wants no more
CLOCK_SKEW = timedelta(seconds=2)  # what another machine just wrote must not lie in the future
LONGEST_OVERLAP = timedelta(days=7)


class EndpointState(StrEnum):
    """Whether it is told. A PAUSED one's webhooks wait; a DISABLED one gets none any more."""

    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"


LISTENING = (EndpointState.ACTIVE, EndpointState.PAUSED)


class WebhookEndpoint(Struct, frozen=True, kw_only=True):
    """One endpoint. Its secrets are kept where providers' credentials are, under `secrets_id`.

    The secret before the newest signs too until `old_secret_until`. `failing_since` is its first failure
    since it last took something; `note` says why it was disabled. `due_at` is when somebody must look what is
    to be delivered to it: None while nothing waits.
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


def with_more(endpoint: WebhookEndpoint, now: datetime) -> WebhookEndpoint | None:
    """The endpoint when something new waits for it; None when that is known already."""
    is_known = endpoint.due_at is not None and endpoint.due_at <= now
    if endpoint.state is not EndpointState.ACTIVE or is_known:
        return None
    return replace(endpoint, due_at=now, repeats=NO_REPEATS)


def paused(endpoint: WebhookEndpoint, now: datetime) -> WebhookEndpoint:
    """The endpoint once it is paused. Raises Conflict for one that is disabled."""
    if endpoint.state is EndpointState.DISABLED:
        raise Conflict(
            "The endpoint is disabled: it gets no webhooks as it is. Resume it to enable it again."
        )
    return replace(endpoint, state=EndpointState.PAUSED, due_at=None, updated_at=now)


def resumed(endpoint: WebhookEndpoint, now: datetime) -> WebhookEndpoint:
    """The endpoint once it is told again; what waits for it goes out."""
    return replace(
        endpoint,
        state=EndpointState.ACTIVE,
        note="",
        failing_since=None,
        due_at=now,
        repeats=NO_REPEATS,
        updated_at=now,
    )


def after_tries(
    endpoint: WebhookEndpoint, successes: int, failures: int, now: datetime, *, is_gone: bool
) -> WebhookEndpoint:
    """The endpoint after a round of tries. It may be disabled: it says so itself, or has failed for days."""
    if is_gone:
        return _disabled(endpoint, "it answered 410 Gone", now)
    if successes:
        return replace(endpoint, failing_since=None)
    if not failures:
        return endpoint
    since = endpoint.failing_since or now
    if now - since >= DISABLED_AFTER:
        return _disabled(endpoint, f"it has taken nothing since {since:%Y-%m-%d %H:%M} UTC", now)
    return replace(endpoint, failing_since=since)


def _disabled(endpoint: WebhookEndpoint, why: str, now: datetime) -> WebhookEndpoint:
    note = f"Disabled on {now:%Y-%m-%d}: {why}."
    return replace(endpoint, state=EndpointState.DISABLED, note=note, due_at=None, updated_at=now)
