"""What makes two rows the same message: the words of a dedupe key, read from a row.

| word | what it stands for |
|---|---|
| day | the local date of the campaign's `expires_field` (the appointment's time) |
| time | its date and time |
| person | `person_id`, else `first_name` and `last_name`, else `name`, else `patient` |
| doctor | the first filled of `doctor`, `provider`, `physician` |
| address | the normalised address the message goes to |
| text | the rendered text, with its subject |
| any other | the row's field of that name, by what its type says: +1 212 555 0187 is (212) 555-0187 |

Texts are compared without case and with white space collapsed. Where a row has nothing for a word, the text
decides: two different texts are then two messages.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from shared.domain.errors import Problem

TEXT_DECIDES = ("address", "text")
"""The key where a company chose none: two rows are one message when they give one address the same text."""

_PERSON = (("person_id",), ("first_name", "last_name"), ("name",), ("patient",))
_DOCTOR = (("doctor",), ("provider",), ("physician",))
_WORDS = frozenset({"day", "time", "person", "doctor", "address", "text"})
# Everybody of one day, or everybody who gets the same notice, has these in common.
_OF_MANY = frozenset({"day", "time", "doctor", "text"})


class DedupeFacts(Struct, frozen=True, kw_only=True):
    """What the words of a key are read from, for one row's message.

    `values` are the row's cleaned values; `address` is as its channel compares addresses; `text` stands for
    the rendered text; `time_zone` (IANA) is where a time with an offset becomes a day. `fire_day` is the day
    of the fire for contents frozen before the text decided where a row has nothing, else None.
    """

    values: Mapping[str, str]
    address: str
    text: str
    expires_field: str | None = None
    time_zone: str | None = None
    fire_day: date | None = None


class Question(Struct, frozen=True, kw_only=True):
    """What only the company can say: which field to set, and why."""

    field: str
    question: str


def dedupe_parts(key: tuple[str, ...], facts: DedupeFacts) -> tuple[str, ...]:
    """One text for each word of `key`; rows with equal parts are one message."""
    parts = (_part(word, facts) for word in key)
    return tuple(part or ("" if facts.fire_day else facts.text) for part in parts)


def _part(word: str, facts: DedupeFacts) -> str:
    values, expires = facts.values, facts.values.get(facts.expires_field or "", "")
    match word:
        case "day":
            day = _day(expires, facts.time_zone)
            return day or (facts.fire_day.isoformat() if facts.fire_day else "")
        case "time":
            return comparable_time(expires, facts.time_zone)
        case "person":
            return _first_filled(_PERSON, values)
        case "doctor":
            return _first_filled(_DOCTOR, values)
        case "address":
            return facts.address
        case "text":
            return facts.text
    return _plain(values.get(word, ""))


def comparable_time(text: str, time_zone: str | None) -> str:
    """A date or time as it is compared: the same moment is the same text, with or without an offset."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return _plain(text)
    if len(text) == len("2026-11-30"):
        return text
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(time_zone or "UTC"))
    try:
        return moment.astimezone(UTC).isoformat()
    except OverflowError:  # the first and the last hours of the calendar
        return _plain(text)


def check_dedupe_key(key: tuple[str, ...], fields: Iterable[str]) -> tuple[Problem, ...]:
    """What is wrong with a dedupe key for rows that have `fields`."""
    known = frozenset(fields)
    problems = [
        Problem(
            field=f"dedupe_key[{index}]",
            reason=f"{word!r} is neither a field of the rows nor one of {', '.join(sorted(_WORDS))}.",
        )
        for index, word in enumerate(key)
        if word not in _WORDS | known
    ]
    if not problems and set(key) <= _OF_MANY:
        # Everybody of one day would be the same message, and one person would get it.
        reason = "Name the address, the person or a field of the row, which tells people apart."
        problems.append(Problem(field="dedupe_key", reason=reason))
    return tuple(problems)


def dedupe_questions(
    key: tuple[str, ...], fields: Iterable[str], expires_field: str | None
) -> Iterator[Question]:
    """What a company must still say: the words of its key that nothing of its rows provides."""
    known = frozenset(fields)
    wanted = {"person": _PERSON, "doctor": _DOCTOR}
    for index, word in enumerate(key):
        if word in wanted and not known & {field for choice in wanted[word] for field in choice}:
            names = ", ".join(" and ".join(choice) for choice in wanted[word])
            yield _question(index, word, f"no column is one of {names}. Which field is it?")
        elif word in ("day", "time") and expires_field is None:
            yield _question(index, word, "the campaign has no expires_field. Which field holds the time?")


def name_in(values: Mapping[str, str]) -> str:
    """What a row calls its person, as names are compared; empty where it does not."""
    return _first_filled(_PERSON[1:], values)


def _question(index: int, word: str, reason: str) -> Question:
    name = "expires_field" if word in ("day", "time") else f"dedupe_key[{index}]"
    return Question(
        field=name,
        question=f"The dedupe key names the {word}, but {reason} Until that is said, the text decides: rows "
        "with different texts are different messages.",
    )


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
