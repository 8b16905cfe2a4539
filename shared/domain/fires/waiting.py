"""Until when a message waits, and for what."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from shared.domain.campaigns import window
from shared.domain.campaigns.content import CampaignContent
from shared.domain.campaigns.step import AtField, AtOnce, OnlyIf, Step
from shared.domain.campaigns.window_words import closed_by
from shared.domain.messages.invite import is_waiting
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.purpose import Purpose

_JUST_BEFORE = timedelta(seconds=1)
HELD, CAP, NOT_DUE, CONDITION, PACE, DUE = "held", "cap", "not_due", "condition", "pace", "due"
CAPACITY = "capacity"
PERSON, CANCELATION = "person", "cancelation"
CONDITIONS = {
    OnlyIf.NOT_ANSWERED: "if the person has not answered by then",
    OnlyIf.NOT_DELIVERED: "if no earlier step has reached the person by then",
    OnlyIf.DELIVERED_NOT_ANSWERED: "if an earlier step has reached the person and was not answered by then",
    OnlyIf.ANSWERED_WITH: "if the person has given an answer by then that this step follows on",
    OnlyIf.APPOINTMENT_CANCELED: "if its appointment is canceled by then",
}


class Wait(Struct, frozen=True, kw_only=True):
    """What a message waits for. `kind` is one of those above, or one of Closing; `words` are sentences.

    `until` is when that is over, as far as it is known; for what is held nobody knows.
    """

    kind: str
    words: str
    until: datetime | None = None


def wait_of(message: Message, content: CampaignContent, holds: list[str], now: datetime) -> Wait | None:
    """What the message waits for; None for one that does not. `holds` say what keeps all from leaving."""
    if message.state is not MessageState.QUEUED:
        return None
    if holds:
        return Wait(kind=HELD, words=" ".join(holds))
    until = message.planned_for
    if until is None or until <= now:
        return _due(message, content, now)
    step = content.step(message.step_id) if message.purpose is Purpose.CAMPAIGN else None
    if step is not None and step.tells_cancelation and is_waiting(message):
        words = "It goes out if its appointment is canceled before that takes place."
        return Wait(kind=CANCELATION, words=words, until=message.waits_until)
    if is_waiting(message):
        words = "It goes out once the person writes, by the link of the step that invites them."
        return Wait(kind=PERSON, words=words, until=message.waits_until)
    if message.is_over_cap:
        words = "The person has had as many messages on this channel lately as are allowed."
        return Wait(kind=CAP, words=words, until=until)
    if message.is_over_capacity:
        words = "Its sender had sent as many in a day as it may; it goes out on the next one."
        return Wait(kind=CAPACITY, words=words, until=until)
    rules, zones, places = content.campaign.window, message.time_zones, message.places
    is_due = step is None or isinstance(step.when, AtOnce)
    closed = closed_by(rules, zones, now, places) if is_due else None  # a holiday, before the night after it
    if not _is_at_its_clock(step, until, zones):
        closed = closed or closed_by(rules, zones, until - _JUST_BEFORE, places)
    if closed is not None:
        return Wait(kind=closed.kind, words=closed.words, until=until)
    if step is None or is_due:
        return Wait(
            kind=PACE, words="Its sender sends at a pace, and other messages go out before it.", until=until
        )
    return Wait(kind=NOT_DUE, words=_not_due(step), until=until)


def _is_at_its_clock(step: Step | None, until: datetime, zones: tuple[str, ...]) -> bool:
    """Whether that is the time of day for which the step is, be it also when the window opens."""
    if step is None or not isinstance(step.when, AtField) or step.when.clock is None:
        return False
    clock = step.when.clock
    return any(
        until.astimezone(ZoneInfo(zone)).time().replace(second=0, microsecond=0) == clock for zone in zones
    )


def _due(message: Message, content: CampaignContent, now: datetime) -> Wait:
    """Of one whose planned time has come."""
    rules, zones, places = content.campaign.window, message.time_zones, message.places
    closed = closed_by(rules, zones, now, places)
    if closed is not None:
        opens_at = window.next_open(rules, zones, now, places)
        return Wait(kind=closed.kind, words=closed.words, until=opens_at)
    step = content.step(message.step_id) if message.purpose is Purpose.CAMPAIGN else None
    if step is not None and step.waits_for_own_send:
        words = "Its time counts from when the step before went out to the person."
        return Wait(kind=CONDITION, words=words)
    return Wait(kind=DUE, words="It is due, and goes out within minutes.", until=message.planned_for)


def _not_due(step: Step) -> str:
    condition = CONDITIONS.get(step.only_if)
    sentence = f" It goes out {condition}." if condition else ""
    return f"Its step is not due yet.{sentence}"
