"""Times of a calendar: which zone they are in, and where recurring visits end."""

import warnings
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import icalendar
from icalendar.timezone import tzp
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from shared.domain.place import find_zones
from shared.tabular.appointments.calendar_blocks import Calendar

# A vendor's prefix before a zone's name is taken off by icalendar, which says so each time.
warnings.simplefilter("ignore")


class EventUnreadable(Exception):
    """An appointment cannot be read; the text says why and how to mend it. `event` is what could be read."""

    def __init__(self, reason: str, event: icalendar.Event | None = None) -> None:
        super().__init__(reason)
        self.event = event


class Zones:
    """The time zones that hold for one calendar after another. `home` is the source's or the company's."""

    def __init__(self, calendars: list[Calendar], home: ZoneInfo) -> None:
        self._calendars, self._home = calendars, home
        self._current: list[bytes] | None = None

    def use(self, index: int) -> ZoneInfo:
        """Let the definitions of this calendar hold; returns the zone of times that name none."""
        calendar = self._calendars[index]
        if calendar.zones != self._current:
            # icalendar keeps the first definition of a name for good, in whatever calendar it stood.
            tzp.use_default()
            for raw in calendar.zones:
                try:
                    icalendar.Timezone.from_ical(raw.decode("utf-8", "replace"))
                except (ValueError, KeyError, AttributeError):
                    continue  # appointments that name it are rejected
            self._current = calendar.zones
        named = named_zone(calendar.time_zone)
        return named or self._home


def named_zone(name: str) -> ZoneInfo | None:
    """The zone of an IANA or Windows name; None when it is neither."""
    zones = find_zones(WINDOWS_TO_OLSON.get(name, name)) if name else ()
    return ZoneInfo(zones[0]) if len(zones) == 1 else None


def with_zone(prop: object, name: str, home: ZoneInfo) -> date:
    """A property's date, or its moment with a zone. Raises EventUnreadable."""
    try:
        value = prop.dt  # type: ignore[attr-defined]
        params = prop.params  # type: ignore[attr-defined]
    except (ValueError, AttributeError) as error:
        raise EventUnreadable(f"{name} is not a date or time ({error})") from None
    if not isinstance(value, date):
        raise EventUnreadable(f"{name} is not a date or time")
    if not isinstance(value, datetime) or value.tzinfo is not None:
        return value
    zone = str(params.get("TZID", "")).strip()
    if zone:
        raise EventUnreadable(
            f"{name} is in the time zone {zone!r}, which the file does not define; export it with its time "
            "zones, or write a name such as America/New_York"
        )
    return value.replace(tzinfo=home)


def shown_zone(moment: datetime, home: ZoneInfo) -> ZoneInfo:
    """Where people say the time: in its own zone if that has a name, else at home."""
    zone = moment.tzinfo
    if not isinstance(zone, ZoneInfo) or "/" not in zone.key or zone.key.startswith("Etc/"):
        return home  # UTC, and names such as EST, which are no place's
    return zone


def until_of(value: date, start: date) -> date:
    """The end of a rule as the appointment's start is written.

    A day means all of it and a time without a zone is the start's, as the programs that write them mean it.
    """
    if not isinstance(start, datetime):
        return value.date() if isinstance(value, datetime) else value
    if not isinstance(value, datetime):
        value = datetime.combine(value, time(23, 59, 59))
    return (value if value.tzinfo else value.replace(tzinfo=start.tzinfo)).astimezone(UTC)
