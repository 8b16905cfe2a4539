"""Dates and times as spreadsheets count them, in days, and as a format's section shows them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from shared.tabular.spreadsheets.format_tokens import Part, Token

_DAY = 86_400
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001  # spreadsheets have no zones
_LAST = 2_958_466  # the day after 9999-12-31
_OFFSET_1904 = 1_462
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Serial(NamedTuple):
    """A moment by days since the epoch, to the second. `day` is 0 for a time of day alone."""

    days: int
    seconds: int

    @property
    def moment(self) -> datetime:
        """The wall time. Days before March 1900 are one ahead, as there was no 1900-02-29."""
        days = self.days + 1 if 0 < self.days < 60 else self.days
        return _EPOCH + timedelta(days=days, seconds=self.seconds)

    @property
    def clock(self) -> str:
        """Hours, minutes and seconds of the whole span, as 26:30:00."""
        minutes, seconds = divmod(self.days * _DAY + self.seconds, 60)
        return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"


def serial_of(value: float, *, is_1904: bool) -> Serial | None:
    """The moment of a cell's number, to the nearest second; None for what no spreadsheet shows as one."""
    seconds = round((value + (_OFFSET_1904 if is_1904 and value >= 1 else 0)) * _DAY)
    days, rest = divmod(seconds, _DAY)
    return Serial(days, rest) if 0 <= days < _LAST else None


def is_moment(tokens: Sequence[Token]) -> bool:
    """Whether a section shows a date, time or span, and not a number."""
    return any(token.part in (Part.DATE, Part.ELAPSED) for token in tokens)


class MomentFormat:
    """How a section shows moments, with English names."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tuple(zip(tokens, _minutes(tokens), strict=True))
        dates = [(token.text, is_minute) for token, is_minute in self._tokens if token.part is Part.DATE]
        self._is_halved = any(token.part is Part.HALF for token in tokens)
        self.is_elapsed = any(token.part is Part.ELAPSED for token in tokens)
        self.shows_date = any(text[0] in "ymd" and not is_minute for text, is_minute in dates)
        self.shows_time = any(text[0] in "hs" or is_minute for text, is_minute in dates)
        self.has_names = any(text[0] in "md" and len(text) > 2 for text, _ in dates)

    def text(self, serial: Serial) -> str:
        """The moment as the section shows it."""
        moment = serial.moment
        return "".join([self._part(serial, moment, token, is_minute) for token, is_minute in self._tokens])

    def _part(self, serial: Serial, moment: datetime, token: Token, is_minute: bool) -> str:
        match token.part:
            case Part.DATE:
                hour = (moment.hour - 1) % 12 + 1 if self._is_halved else moment.hour
                return _date_part(moment, hour, token.text, is_minute=is_minute)
            case Part.ELAPSED:
                unit = {"h": 3600, "m": 60, "s": 1}[token.text[0]]
                return f"{(serial.days * _DAY + serial.seconds) // unit:0{len(token.text)}}"
            case Part.HALF:
                half = "AM" if moment.hour < 12 else "PM"
                return half if "M" in token.text else half[0]
            case Part.FRACTION:
                return "." + token.text  # seconds are whole
            case _:
                return token.text


def _minutes(tokens: Sequence[Token]) -> list[bool]:
    """Which tokens are minutes: an m after hours or before seconds is no month."""
    places = [index for index, token in enumerate(tokens) if token.part in (Part.DATE, Part.ELAPSED)]
    found = [False] * len(tokens)
    for before, index, after in zip([None, *places], places, [*places[1:], None], strict=False):
        follows_hour = before is not None and tokens[before].text[0] == "h"
        precedes_second = after is not None and tokens[after].text[0] == "s"
        is_short = tokens[index].part is Part.DATE and tokens[index].text in ("m", "mm")
        found[index] = is_short and (follows_hour or precedes_second)
    return found


def _date_part(moment: datetime, hour: int, code: str, *, is_minute: bool) -> str:
    length = len(code)
    match code[0]:
        case "y":
            return f"{moment.year:04}" if length > 2 else f"{moment.year % 100:02}"
        case "m" if is_minute:
            return f"{moment.minute:0{length}}"
        case "m" if length > 2:
            name = _MONTHS[moment.month - 1]
            return {3: name[:3], 5: name[0]}.get(length, name)
        case "m":
            return f"{moment.month:0{length}}"
        case "d" if length > 2:
            name = _DAYS[moment.weekday()]
            return name[:3] if length == 3 else name
        case "d":
            return f"{moment.day:0{length}}"
        case "h":
            return f"{hour:0{min(length, 2)}}"
        case _:
            return f"{moment.second:0{min(length, 2)}}"
