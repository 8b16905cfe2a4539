"""When a step is due: for all recipients together, or for each by a field of theirs.

A step's chain is the step with what its time is counted from (shared/domain/campaigns/step.py): the first of
it goes out when its part of the fire begins, or at a time that follows from a field; each further one so long
after the one before. That one's real send is waited for by the intent (shared/domain/fires/step_rules.py);
what is planned here is the earliest it can be.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from shared.domain.campaigns import window
from shared.domain.campaigns.content import CampaignContent
from shared.domain.campaigns.step import AtField, IfLate, Step, chain_of
from shared.domain.fires.recipient_zones import RecipientZones, Where
from shared.domain.fires.step_begins import delay_of
from shared.domain.local_time import moment_at, moment_of

# A time that has just passed is not late: whoever is reminded at five is in the file that fires at five.
GRACE = timedelta(minutes=15)
_DAY_LENGTH = len("2026-11-30")


class NoMoment(ValueError):
    """A recipient's field says no moment; `field` and `text` are which, and what it holds."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(f"The field {field!r} must say when, as a date or date-time: the step follows it.")
        self.field, self.text = field, text


class Due(Struct, frozen=True, kw_only=True):
    """When a step is due for a recipient, before the contact window.

    `is_late`: that had passed when the fire began, and nothing is to be sent then. Of a step that comes
    before the moment in a field, `ends` is that moment: after it the message would be stale.
    """

    at: datetime
    is_late: bool = False
    ends: datetime | None = None


class StepTimes:
    """When one step is due. `began_at` is when its part of the fire began: the fire, or a later step."""

    def __init__(self, content: CampaignContent, step: Step, began_at: datetime) -> None:
        self._window = content.campaign.window
        self._first, *self._others = chain_of(content.campaign.steps, step.id)
        self._began_at = began_at

    def due(self, values: Mapping[str, str], zones: RecipientZones, where: Where, now: datetime) -> Due:
        """When it is due for the recipient with these values. Raises NoMoment."""
        when, ends = self._first.when, None
        if not isinstance(when, AtField):
            at, is_late = self._began_at if self._others else max(now, self._began_at), False
        else:
            moment, at = _moments(when, values, zones)
            ends = moment if at <= moment else None
            is_late = at < self._began_at - GRACE
            if is_late and when.if_late is IfLate.SEND_AT_ONCE:
                at, is_late = self._began_at, False
        for step in self._others:
            at = self._opening(where, at) + delay_of(step)
            is_late = is_late and at < self._began_at - GRACE
        return Due(at=at, is_late=is_late, ends=ends)

    def _opening(self, where: Where, at: datetime) -> datetime:
        return window.next_open(self._window, where.zones, at, where.places) or at


def _moments(when: AtField, values: Mapping[str, str], zones: RecipientZones) -> tuple[datetime, datetime]:
    """The moment in the field, and when the step is due. Raises NoMoment.

    Days are those of the calendar where what the row is about takes place: three days before a visit at nine
    is at nine, also when clocks change in between.
    """
    text = values.get(when.field, "")
    try:
        moment = moment_of(text, zones.times)
        if when.clock is None and not when.days:
            return moment, moment + timedelta(seconds=when.seconds)
        zone = ZoneInfo(zones.shown)
        local = moment.astimezone(zone)
        day = date.fromisoformat(text) if len(text) == _DAY_LENGTH else local.date()
        clock = when.clock if when.clock is not None else local.time()
        return moment, moment_at(datetime.combine(day + timedelta(days=when.days), clock), zone)
    except (ValueError, OverflowError) as error:
        raise NoMoment(when.field, text) from error
