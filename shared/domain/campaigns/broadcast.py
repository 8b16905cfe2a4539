"""A broadcast: one run of a company's series, in two waves, on a working day.

It is made into a campaign of its own, with a step for each wave, which fires once. Everything that is sent
goes out through that: a broadcast says only what the campaign is to be, and when.
"""

from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from shared.domain.campaigns.audience import PeopleAudience
from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.dedupe_scope import DedupeScope
from shared.domain.campaigns.reply_option import ReplyOption
from shared.domain.campaigns.step import AfterDelay, DelayMeasure, OnlyIf, Step
from shared.domain.campaigns.window import ContactWindow
from shared.domain.campaigns.working_days import next_working_day
from shared.domain.channels.channel import Channel
from shared.domain.companies.company import Company
from shared.domain.errors import Conflict, InvalidInput
from shared.domain.ids import computed_id
from shared.domain.local_time import end_of_day, moment_at
from shared.domain.record import replace
from shared.domain.senders.run_limits import RunLimits

PAUSE_SECONDS = 600
# How a field of the campaign is called in the broadcast it is made from.
_PLACES = {"steps[0]": "first", "steps[1].when.seconds": "pause_seconds", "steps[1]": "second"}


class BroadcastState(StrEnum):
    """planned → making → made → collecting → ended; planned or made → canceled."""

    PLANNED = "planned"
    MAKING = "making"  # somebody is at it, under a lease
    MADE = "made"  # processed: its messages are built, and the next one is planned
    COLLECTING = "collecting"  # all waves are through: the day's statuses are read from the providers
    ENDED = "ended"
    CANCELED = "canceled"


class Wave(Struct, frozen=True, kw_only=True):
    """One of a broadcast's messages to each person: its channel, text and sender, and the address's field."""

    channel: Channel
    template_id: str
    sender_id: str
    address_field: str


class Broadcast(Struct, frozen=True, kw_only=True):
    """One broadcast of a series. What is changed of a planned one holds for those after it.

    `at` is wall time in `time_zone` (the company's when None), and `run_at` the moment (UTC) that it is.
    `due_at` is when a tick next looks at it. The `second` wave, if there is one, begins `pause_seconds` after
    the last message of the `first`, for those who have not replied. Messages leave in `runs`.
    `refusal` is why it could not be made though its time had come; it is tried again. `note` is what one
    must know of its end. `next_id` is the one that was planned when it was made. `asked_by` is who planned or
    last changed it ("key …"): they do not approve its campaign; empty where that was not kept.
    """

    id: str
    series_id: str
    number: int
    name: str
    audience: PeopleAudience
    first: Wave
    at: datetime
    run_at: datetime
    created_at: datetime
    updated_at: datetime
    second: Wave | None = None
    time_zone: str | None = None
    pause_seconds: int = PAUSE_SECONDS
    runs: RunLimits = field(default_factory=RunLimits)
    window: ContactWindow = field(default_factory=ContactWindow)
    reply_options: tuple[ReplyOption, ...] = ()
    topic: str = ""
    state: BroadcastState = BroadcastState.PLANNED
    due_at: datetime | None = None
    campaign_id: str | None = None
    fire_id: str | None = None
    next_id: str | None = None
    made_at: datetime | None = None
    ended_at: datetime | None = None
    refusal: str = ""
    note: str = ""
    attempt: int = 0
    lease_token: str | None = None
    lease_until: datetime | None = None
    asked_by: str = ""


def placed(broadcast: Broadcast, company: Company) -> Broadcast:
    """The broadcast with the moment that its wall time is."""
    run_at = moment_at(broadcast.at, _zone(broadcast, company))
    return replace(broadcast, run_at=run_at, due_at=run_at)


def following(broadcast: Broadcast, company: Company, now: datetime) -> Broadcast | None:
    """The next of the series: at the same time of the next working day of the company's calendar.

    Days that have passed are left out, so that a series that was held up does not catch up at once. None
    when the company has no working day any more.
    """
    today = now.astimezone(_zone(broadcast, company)).date()
    day = next_working_day(company, max(broadcast.at.date(), today))
    if day is None:
        return None
    number = broadcast.number + 1
    planned = replace(
        broadcast,
        id=broadcast_id(broadcast.series_id, number),
        number=number,
        at=datetime.combine(day, broadcast.at.time()),
        state=BroadcastState.PLANNED,
        created_at=now,
        updated_at=now,
        campaign_id=None,
        fire_id=None,
        next_id=None,
        made_at=None,
        ended_at=None,
        refusal="",
        note="",
        attempt=0,
        lease_token=None,
        lease_until=None,
    )
    return placed(planned, company)


def broadcast_id(series_id: str, number: int) -> str:
    """The id of the nth of a series: making it twice makes it once."""
    return series_id if number == 1 else computed_id(series_id, "broadcast", number)


def end_of_today(company: Company, now: datetime) -> datetime:
    """The last second (UTC) of the company's day."""
    zone = ZoneInfo(company.time_zone)
    return end_of_day(now.astimezone(zone).date(), zone)


def campaign_of(broadcast: Broadcast, now: datetime) -> Campaign:
    """The campaign that sends it. Everybody in its audience gets it, whatever other broadcasts they had."""
    steps = [_step(broadcast.first)]
    if broadcast.second is not None:
        pause = AfterDelay(seconds=broadcast.pause_seconds, counted_from=DelayMeasure.STEP)
        steps.append(replace(_step(broadcast.second), when=pause, only_if=OnlyIf.NOT_ANSWERED))
    return Campaign(
        id=computed_id(broadcast.id, "campaign"),
        name=f"{broadcast.name}, {broadcast.at:%Y-%m-%d}",
        audience=broadcast.audience,
        steps=tuple(steps),
        window=broadcast.window,
        reply_options=broadcast.reply_options,
        topic=broadcast.topic,
        dedupe_scope=DedupeScope.FIRE,
        runs=broadcast.runs,
        created_at=now,
        updated_at=now,
    )


def check_planned(broadcast: Broadcast) -> None:
    """Raise Conflict unless it may still be changed."""
    if broadcast.state is not BroadcastState.PLANNED:
        raise Conflict(
            f"A broadcast that is {broadcast.state} cannot be changed. Change the next one of the series."
        )


def of_broadcast(invalid: InvalidInput) -> InvalidInput:
    """What is wrong with a broadcast's campaign, by the broadcast's own fields."""
    return InvalidInput(*(replace(one, field=_place_of(one.field)) for one in invalid.problems))


def _place_of(field: str) -> str:
    for there, here in _PLACES.items():
        if field.startswith(there):
            return here + field.removeprefix(there)
    return field


def _step(wave: Wave) -> Step:
    return Step(
        id="",
        channel=wave.channel,
        template_id=wave.template_id,
        sender_id=wave.sender_id,
        address_field=wave.address_field,
    )


def _zone(broadcast: Broadcast, company: Company) -> ZoneInfo:
    return ZoneInfo(broadcast.time_zone or company.time_zone)
