"""A campaign: the definition of who gets what, when, and what they may answer."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum

from shared.domain.channel import Channel
from shared.domain.errors import Conflict


class CampaignState(StrEnum):
    """Where a campaign is in its life. `ARROWS` says what may follow what."""

    DRAFT = "draft"
    READY = "ready"  # frozen; waits for "fire now"
    SCHEDULED = "scheduled"  # frozen; a tick will fire it
    FIRING = "firing"
    PAUSED = "paused"
    SENT = "sent"
    NEEDS_ATTENTION = "needs_attention"
    CANCELED = "canceled"


_S = CampaignState
ARROWS: dict[CampaignState, frozenset[CampaignState]] = {
    _S.DRAFT: frozenset({_S.READY, _S.SCHEDULED, _S.CANCELED}),
    _S.READY: frozenset({_S.DRAFT, _S.FIRING, _S.PAUSED, _S.CANCELED}),
    _S.SCHEDULED: frozenset({_S.DRAFT, _S.FIRING, _S.PAUSED, _S.CANCELED}),
    _S.FIRING: frozenset({_S.SCHEDULED, _S.READY, _S.PAUSED, _S.SENT, _S.NEEDS_ATTENTION, _S.CANCELED}),
    _S.PAUSED: frozenset({_S.READY, _S.SCHEDULED, _S.FIRING, _S.NEEDS_ATTENTION, _S.CANCELED}),
    _S.SENT: frozenset({_S.FIRING, _S.NEEDS_ATTENTION}),
    _S.NEEDS_ATTENTION: frozenset({_S.SCHEDULED, _S.FIRING, _S.PAUSED, _S.SENT, _S.CANCELED}),
    _S.CANCELED: frozenset(),
}


def check_arrow(current: CampaignState, following: CampaignState) -> None:
    """Raise Conflict unless a campaign may go from `current` to `following`."""
    if following not in ARROWS[current]:
        raise Conflict(f"A campaign that is {current} cannot become {following}.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Audience:
    """Whom a campaign is for: the rows of one file, or of the source's newest file at fire time."""

    source_id: str
    file_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One message of a campaign: over which channel, from which sender, to the address in which field."""

    id: str
    channel: Channel
    template_id: str
    sender_id: str
    address_field: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactWindow:
    """When people may be contacted, in their own time zone.

    `days` are ISO weekdays (Monday is 1). The window is half-open: [opens, closes).
    `time_zone_field` names the row's field with the zone; without one, or where it is empty, the
    company's zone holds. `closed_days` and the holidays of `holiday_country` are not contact days.
    """

    days: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)
    opens: time = time(9, 0)
    closes: time = time(20, 0)
    time_zone_field: str | None = None
    closed_days: tuple[date, ...] = ()
    holiday_country: str | None = None


class ScheduleKind(StrEnum):
    """How a campaign comes to fire."""

    ON_DEMAND = "on_demand"
    ONCE = "once"
    RECURRING = "recurring"


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """When a campaign fires. `at` is wall time in `time_zone` (the company's when None).

    For RECURRING, `at` is the rule's first possible time and `rule` an RFC 5545 RRULE without DTSTART.
    """

    kind: ScheduleKind = ScheduleKind.ON_DEMAND
    at: datetime | None = None
    rule: str | None = None
    time_zone: str | None = None


class Disposition(StrEnum):
    """What an answer means for the appointment."""

    CONFIRMED = "confirmed"
    CANCELED = "canceled"
    RESCHEDULE_ASKED = "reschedule_asked"


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplyOption:
    """An answer a message offers: any of `words` (case and punctuation ignored) means `disposition`."""

    words: tuple[str, ...]
    disposition: Disposition


class FilterKind(StrEnum):
    """What a message filter does to a rendered text."""

    CUT_FROM = "cut_from"  # drop everything from the first `text` on
    REPLACE = "replace"  # `text` becomes `replacement` everywhere
    STRIP = "strip"  # white space at both ends, and runs of spaces within


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageFilter:
    """One change made to every rendered text of a campaign."""

    kind: FilterKind
    text: str = ""
    replacement: str = ""


class UnknownPolicy(StrEnum):
    """What becomes of a message whose outcome stays unknown after the quiet period."""

    HOLD = "hold"  # it waits for a person
    RESEND = "resend"  # a second copy is better than none
    GIVE_UP = "give_up"  # it counts as failed


@dataclass(frozen=True, kw_only=True, slots=True)
class Campaign:
    """A campaign's definition and where it is in its life.

    `expires_field` is "no use after": the row's field (such as the appointment time) after which a
    message must not be sent. `content_hash` is set while the campaign is frozen. `fire_refusal`
    is why it did not start when its time came; empty once it has.
    """

    id: str
    name: str
    audience: Audience
    steps: tuple[Step, ...]
    created_at: datetime
    updated_at: datetime
    state: CampaignState = CampaignState.DRAFT
    window: ContactWindow = field(default_factory=ContactWindow)
    schedule: Schedule = field(default_factory=Schedule)
    reply_options: tuple[ReplyOption, ...] = ()
    expires_field: str | None = None
    filters: tuple[MessageFilter, ...] = ()
    dedupe_key: tuple[str, ...] | None = None
    content_hash: str | None = None
    next_fire_at: datetime | None = None
    last_fire_id: str | None = None
    paused_from: CampaignState | None = None
    unknown_policy: UnknownPolicy = UnknownPolicy.HOLD
    fire_refusal: str = ""
