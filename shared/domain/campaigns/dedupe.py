"""What makes two rows the same message: the words of a dedupe key, read from a row.

| word | what it stands for |
|---|---|
| day | the local date of the campaign's `expires_field` (the appointment's time), else the day of the fire |
| person | `person_id`, else `first_name` and `last_name`, else `name`, else `patient` |
| doctor | the first filled of `doctor`, `provider`, `physician` |
| address | the normalised address the message goes to |
| any other | the row's field of that name |

Texts are compared without case and with white space collapsed; what is absent counts as empty.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from shared.domain.errors import Problem

_WORDS = frozenset({"day", "person", "doctor", "address"})
_PERSON = (("person_id",), ("first_name", "last_name"), ("name",), ("patient",))
_DOCTOR = (("doctor",), ("provider",), ("physician",))


def dedupe_parts(
    key: tuple[str, ...],
    values: Mapping[str, str],
    *,
    address: str,
    fire_day: date,
    expires_field: str | None = None,
    time_zone: str | None = None,
) -> tuple[str, ...]:
    """One text for each word of `key`; rows with equal parts are one message.

    `values` are a row's cleaned values; `address` is as its channel compares addresses; `time_zone` (IANA) is
    where a time with an offset becomes a day.
    """
    parts = {
        "day": lambda: _day(values.get(expires_field or "", ""), time_zone) or fire_day.isoformat(),
        "person": lambda: _first_filled(_PERSON, values),
        "doctor": lambda: _first_filled(_DOCTOR, values),
        "address": lambda: address,
    }
    return tuple(parts[word]() if word in parts else _plain(values.get(word, "")) for word in key)


def check_dedupe_key(key: tuple[str, ...], fields: Iterable[str]) -> tuple[Problem, ...]:
    """What is wrong with a dedupe key for rows that have `fields`."""
    known = frozenset(fields)
    problems = [
        Problem(
            field=f"dedupe_key[{index}]",
            reason=f"{word!r} is neither a field of the rows nor one of day, person, doctor, address.",
        )
        for index, word in enumerate(key)
        if word not in _WORDS | known
    ]
    if not problems and set(key) <= {"day", "doctor"}:
        # Everybody of one day would be the same message, and one person would get it.
        reason = "Name the address, the person or a field of the row, which tells people apart."
        problems.append(Problem(field="dedupe_key", reason=reason))
    return tuple(problems)


def _first_filled(choices: tuple[tuple[str, ...], ...], values: Mapping[str, str]) -> str:
    for fields in choices:
        text = _plain(" ".join(values.get(field, "") for field in fields))
        if text:
            return text
    return ""


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _day(text: str, time_zone: str | None) -> str:
    """The date of an ISO 8601 date or time, or nothing."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return ""
    if moment.tzinfo is not None and time_zone:
        moment = moment.astimezone(ZoneInfo(time_zone))
    return moment.date().isoformat()
