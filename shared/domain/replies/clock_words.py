"""Whether a time or day that a reply names is an appointment's."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from shared.domain.replies.asked import Appointment
from shared.domain.replies.lexicon import Lexicon
from shared.domain.replies.sense import Mark, Sense
from shared.domain.replies.words import Token

_CLOCK = re.compile(r"(\d{1,2})\s?(?:[:h.]\s?(\d{2}))?\D*?([ap])?\.?\s?(?:m\b.*)?$")
_LAST_HOUR = 24
_HALF_DAY = 12 * 60  # minutes
_MINUTE = ("min", "mn")
_MINUTES = (15, 30, 45)
_WHICH = frozenset({Sense.ORDINAL, Sense.TIME, Sense.DAY, Sense.OTHER})
_THE = frozenset({"the", "this", "that", "another"})
MOST_OPTIONS = 4  # an ordinal above it is a day
_NEAR = timedelta(days=15)  # of which "Friday" may speak
_NOON = (12, 13)  # "midi"; "apres-midi" is the afternoon
_PARTS = {
    **dict.fromkeys(("morning", "manana", "manha", "matin", "matinee"), (4, 12)),
    **dict.fromkeys(("afternoon", "tarde", "midi"), (12, 20)),
    **dict.fromkeys(("evening", "noche", "noite", "soir", "soiree", "night", "tonight"), (17, 24)),
    **dict.fromkeys(("noon", "midday", "mediodia"), _NOON),
}


def with_times(marks: Sequence[Mark], tokens: Sequence[Token], lexicon: Lexicon) -> list[Mark]:
    """The marks with "at 10" as a time and "May 5" as a day; what a number counts is a word."""
    found: list[Mark] = []
    skip = 0
    for index, mark in enumerate(marks):
        if skip:
            skip -= 1
            continue
        if mark.sense in (Sense.NUMBER, Sense.ORDINAL):
            mark, skip = _number(marks, index, tokens, lexicon)
        elif mark.sense is Sense.DAY and _is_range(marks, index):
            mark = mark._replace(sense=Sense.UNIT)
        elif mark.text in lexicon.months and index + 1 < len(marks):
            after = marks[index + 1]
            if after.sense in (Sense.NUMBER, Sense.ORDINAL):
                value = ("date", ((lexicon.months[mark.text] + 1, after.value),))
                mark, skip = mark._replace(sense=Sense.DAY, value=value), 1
        found.append(mark)
    return [_settled(mark, found) for mark in found]


def _is_range(marks: Sequence[Mark], index: int) -> bool:
    """ "5-10 minutes" is no day."""
    following = marks[index + 1] if index + 1 < len(marks) else None
    is_counted = following is not None and following.text.startswith(_MINUTE)
    return is_counted and isinstance(marks[index].value, str) and "-" in marks[index].text


def _settled(mark: Mark, marks: Sequence[Mark]) -> Mark:
    """ "Tuesday at 10:30 it is": what ends so promises to come."""
    beside = [one for one in marks if one.part == mark.part]
    is_last = [one.text for one in beside[-2:]] == ["it", "is"] and mark is beside[-1] and not mark.asks
    is_of_time = len(beside) > 2 and beside[-3].sense in (Sense.TIME, Sense.DAY)
    return mark._replace(sense=Sense.COMING) if is_last and is_of_time else mark


def _number(marks: Sequence[Mark], index: int, tokens: Sequence[Token], lexicon: Lexicon) -> tuple[Mark, int]:
    """What a number is: a day of a month, an hour, how many of something; and how many marks it takes in."""
    mark = marks[index]
    if mark.text == "one" and index and (marks[index - 1].sense in _WHICH or marks[index - 1].text in _THE):
        return mark._replace(sense=Sense.COMMON), 0  # "the second one"
    following = marks[index + 1] if index + 1 < len(marks) else None
    if mark.sense is Sense.NUMBER and following and following.sense is Sense.UNIT:
        return mark._replace(sense=Sense.WORD), 0
    month, width = _month(marks, index, lexicon)
    if month is not None:
        return mark._replace(sense=Sense.DAY, value=("date", ((month + 1, mark.value),))), width
    is_after_at = mark.start > 0 and tokens[mark.start - 1].text in lexicon.at
    if (
        mark.sense is Sense.NUMBER
        and is_after_at
        and isinstance(mark.value, int)
        and mark.value <= _LAST_HOUR
    ):
        minutes = _minutes(following)
        return mark._replace(sense=Sense.TIME, value=f"{mark.value}{minutes}"), int(bool(minutes))
    return mark, 0


def _minutes(mark: Mark | None) -> str:
    """What stands behind an hour in words, as dictated: "at ten thirty"; empty where that is no minutes."""
    is_word = mark is not None and mark.sense is Sense.NUMBER and not mark.text.isdecimal()
    return f":{mark.value}" if mark is not None and is_word and mark.value in _MINUTES else ""


def _month(marks: Sequence[Mark], index: int, lexicon: Lexicon) -> tuple[int | None, int]:
    """The month that follows a number, with "de" between or not, and how many marks that takes."""
    following = [mark.text for mark in marks[index + 1 : index + 3]]
    if following and following[0] in lexicon.months and len(marks) > index + 1:
        return lexicon.months[following[0]], 1
    if len(following) == 2 and following[0] in ("de", "of") and following[1] in lexicon.months:
        return lexicon.months[following[1]], 2
    return None, 0


def fits(mark: Mark, appointment: Appointment, written_at: datetime) -> bool | None:
    """Whether the time or day is the appointment's; None when that is not known."""
    at = appointment.at
    if at is None:
        return None
    if mark.sense is Sense.TIME:
        return _is_time(str(mark.value), at)
    if mark.sense is Sense.DAY:
        return _is_day(mark.value, at, written_at.astimezone(at.tzinfo))
    if mark.sense is Sense.COMING and mark.value is not None:  # "see you on Friday"
        return _is_day(mark.value, at, written_at.astimezone(at.tzinfo))
    if mark.sense is Sense.ORDINAL and isinstance(mark.value, int) and _is_day_of_month(mark):
        return mark.value == at.day
    if mark.sense is Sense.OTHER:
        words = mark.text.split()
        spans = [_PARTS[word] for word in words if word in _PARTS]
        spans = [_NOON] if words == ["midi"] else spans
        return bool(spans) and all(first <= at.hour < last for first, last in spans)
    return None


def minutes_early(mark: Mark, appointment: Appointment) -> int | None:
    """How many minutes the time is before the appointment, in its half of the day; None if not known."""
    match = _CLOCK.match(str(mark.value)) if mark.sense is Sense.TIME else None
    if match is None or appointment.at is None or match[3]:
        return None
    at = appointment.at.hour * 60 + appointment.at.minute
    said = int(match[1]) * 60 + int(match[2] or 0)
    return min((at - said, at - said - _HALF_DAY), key=abs)


def _is_day_of_month(mark: Mark) -> bool:
    """ "The 3rd" is a day, and so is "the fifth"; "the third" may be an option."""
    return mark.text[:1].isdecimal() or (isinstance(mark.value, int) and mark.value > MOST_OPTIONS)


def _is_time(text: str, at: datetime) -> bool:
    match = _CLOCK.match(text)
    if match is None:
        return False
    hour, minute, half = int(match[1]), int(match[2] or 0), match[3]
    if minute != at.minute:
        return False
    if half:
        return hour % 12 + (12 if half == "p" else 0) == at.hour
    return hour == at.hour or (hour < 12 and hour + 12 == at.hour) or (hour, at.hour) == (12, 0)


def _is_day(value: object, at: datetime, today: datetime) -> bool:
    if isinstance(value, str):
        first, second, *_ = (int(part) for part in re.split(r"[/.-]", value))
        return (at.month, at.day) in ((first, second), (second, first))
    pair: tuple[str, Any] = value if isinstance(value, tuple) else ("", 0)
    kind, what = pair
    if kind == "weekday":
        return at.weekday() == what and at - today < _NEAR
    if kind == "relative":
        return bool((today + timedelta(days=what)).date() == at.date())
    return (at.month, at.day) in what
