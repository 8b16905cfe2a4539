"""What is wrong with a case of a corpus of replies (docs/replies-corpus.md): what, where, how to mend it."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.replies.lexicon import LANGUAGES

Check = Callable[[Any, str], Iterator[str]]
YEARS = range(1970, 3000)
_SHOWN = 40  # characters of a value
_EXAMPLE = "2026-11-30T08:30"


def faults_of(case: Mapping[str, Any], situations: Collection[str]) -> list[str]:
    """Why the case cannot be read, each reason with its place; empty where it can."""
    named = case.get("situation") or ""
    unknown = [f"situation {named!r} is none of the file's"] if named and named not in situations else []
    return [*unknown, *_CASE(case, ""), *_times(case)]


def doubts_of(case: Mapping[str, Any]) -> list[str]:
    """What is odd in a case that can be read all the same."""
    language = case.get("language")
    found = []
    if language and language[:2].lower() not in LANGUAGES:
        found.append(f"language should be {_any_of(LANGUAGES)}, not {language!r}; all of them were tried")
    for number, question in enumerate(case.get("questions") or ()):
        keys = [one.get("key") for one in question.get("appointments") or () if one.get("key")]
        if twice := next((key for key in keys if keys.count(key) > 1), None):
            found.append(f"questions[{number}].appointments have the key {twice!r} twice; give each its own")
    return found


def _times(case: Mapping[str, Any]) -> Iterator[str]:
    """Each reply needs the time at which it was written, or the case does."""
    if case.get("written_at"):
        return
    earlier = case.get("earlier")
    replies = [("reply", case.get("reply"))]
    replies += [
        (f"earlier[{at}]", one) for at, one in enumerate(earlier if isinstance(earlier, list) else ())
    ]
    for where, reply in replies:
        if isinstance(reply, str) or (isinstance(reply, dict) and not reply.get("written_at")):
            yield f'{where} has no written_at: give it one, or the case, such as "{_EXAMPLE}"'


def _text(value: Any, where: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"{where} must be a text in quotes, not {_shown(value)}"


def _name(value: Any, where: str) -> Iterator[str]:
    if not isinstance(value, str | int) or isinstance(value, bool):
        yield f"{where} must be a text or a number, not {_shown(value)}"


def _flag(value: Any, where: str) -> Iterator[str]:
    if not isinstance(value, bool):
        yield f"{where} must be true or false, without quotes, not {_shown(value)}"


def _moment(value: Any, where: str) -> Iterator[str]:
    try:
        is_right = datetime.fromisoformat(value).year in YEARS
    except (TypeError, ValueError):
        is_right = False
    if not is_right:
        yield f'{where} must be a date and time such as "{_EXAMPLE}", not {_shown(value)}'


def _zone(value: Any, where: str) -> Iterator[str]:
    try:
        ZoneInfo(value)
    except (TypeError, ValueError, OSError, KeyError):
        yield f'{where} must be a time zone such as "America/New_York", not {_shown(value)}'


def _disposition(value: Any, where: str) -> Iterator[str]:
    if value not in tuple(Disposition):
        yield f"{where} must be {_any_of(tuple(Disposition))}, not {_shown(value)}"


def _each(check: Check) -> Check:
    def all_of(value: Any, where: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield f"{where} must be a list in [ ], not {_shown(value)}"
            return
        for number, one in enumerate(value):
            yield from check(one, f"{where}[{number}]")

    return all_of


def _record(checks: Mapping[str, Check], needed: Collection[str] = ()) -> Check:
    def fields_of(value: Any, where: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{where or 'the case'} must be an object in {{ }}, not {_shown(value)}"
            return
        inside = f"{where}." if where else ""
        yield from (f"{inside}{name} is missing" for name in needed if value.get(name) is None)
        for name, check in checks.items():
            if value.get(name) is not None:
                yield from check(value[name], f"{inside}{name}")

    return fields_of


def _reply(value: Any, where: str) -> Iterator[str]:
    """A text, or an object with its circumstances."""
    if not isinstance(value, str):
        yield from _WRITTEN(value, where)


_WRITTEN = _record(
    {"body": _text, "written_at": _moment, "replies_to": _text, "is_opt_out": _flag, "is_opt_in": _flag},
    needed=("body",),
)
_APPOINTMENT = _record({
    "key": _name, "id": _name, "at": _moment, "name": _text, "service": _text, "deadline": _moment,
    "disposition": _disposition,
})  # fmt: skip
_OPTION = _record({"words": _each(_text), "disposition": _disposition}, needed=("words", "disposition"))
_QUESTION = _record({
    "id": _name, "sent_at": _moment, "deadline": _moment, "provider_id": _text, "text": _text,
    "language": _text, "time_zone": _zone, "options": _each(_OPTION), "appointments": _each(_APPOINTMENT),
    "appointment": _APPOINTMENT,
})  # fmt: skip
_CASE = _record(
    {
        "id": _name, "language": _text, "channel": _text, "time_zone": _zone, "questions": _each(_QUESTION),
        "earlier": _each(_reply), "opted_out": _flag, "written_at": _moment, "reply": _reply,
    },
    needed=("reply",),
)  # fmt: skip


def _any_of(values: Collection[str]) -> str:
    *first, last = values
    return f"{', '.join(first)} or {last}"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
