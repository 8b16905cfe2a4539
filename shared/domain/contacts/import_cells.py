"""A cell of an import as what a contact holds, and what a contact holds as a cell of an export.

What is exported and imported again is the same. So texts are compared as they are read: without white space
at their ends, and with lines that end in a line feed.
"""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from shared.domain.characters import control_in
from shared.domain.contacts.contact import Consent, FieldValue
from shared.domain.contacts.contact_field import FieldKind, WrongValue, value_of
from shared.domain.files.cell import UNREADABLE, TypedCell
from shared.domain.files.characters import trim, without_controls

_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
_MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)[T ]00:00(?::00)?", re.ASCII)
_TRUE, _FALSE = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0"})
_CONSENTS = {
    **dict.fromkeys(("subscribed", "opted in", "opted-in", "yes", "true", "1"), Consent.SUBSCRIBED),
    **dict.fromkeys(("unsubscribed", "opted out", "opted-out", "stop"), Consent.UNSUBSCRIBED),
    "unknown": Consent.UNKNOWN,
}


class CellFault(ValueError):
    """The cell is none of its kind; the text says what it must be, without the value."""


def text_in(cell: str) -> str:
    """What a cell says, as people see it. Raises CellFault."""
    text = cell.shown if isinstance(cell, TypedCell) else str(cell)
    if text.isascii() and text.isprintable():
        return text.strip()
    if UNREADABLE.search(text):
        raise CellFault("holds characters that are lost; save the file as UTF-8")
    if found := control_in(text):
        raise CellFault(f"has the control character {found}; remove it")
    return trim(without_controls(text))


def is_same_text(stored: object, read: object) -> bool:
    """Whether both are texts, and a cell with what is stored would be read like that."""
    return (
        isinstance(stored, str)
        and isinstance(read, str)
        and (stored == read or trim(without_controls(stored)) == read)
    )


def value_in(kind: FieldKind, cell: str, time_zone: str) -> FieldValue | None:
    """The value of a field of this kind; None for an empty cell. Raises CellFault.

    A time without an offset is on the clock of `time_zone`.
    """
    text = text_in(cell)
    if not text:
        return None
    try:
        return value_of(kind, _as_kind(kind, text, str(cell).strip(), time_zone))
    except WrongValue as wrong:
        raise CellFault(str(wrong)) from wrong


def _as_kind(kind: FieldKind, text: str, value: str, time_zone: str) -> object:
    """The value as `value_of` takes it. `value` is what a spreadsheet's cell holds, whatever it shows."""
    match kind:
        case FieldKind.NUMBER:
            return _number(value)
        case FieldKind.BOOLEAN:
            word = value.casefold()
            return True if word in _TRUE else False if word in _FALSE else text
        case FieldKind.DATE:
            midnight = _MIDNIGHT.fullmatch(value)
            return midnight[1] if midnight else value
        case FieldKind.MOMENT:
            return _moment(value, time_zone)
    return text


def _number(text: str) -> int | float | str:
    if not _NUMBER.fullmatch(text):
        return text
    return float(text) if set(text) & set(".eE") else int(text[:20])


def _moment(text: str, time_zone: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(time_zone))).isoformat()


def consent_in(cell: str) -> Consent | None:
    """What the cell says of consent; None when it says nothing. Raises CellFault."""
    word = text_in(cell).casefold()
    if not word:
        return None
    if word not in _CONSENTS:
        raise CellFault("must be subscribed, unsubscribed or unknown; empty says nothing")
    return _CONSENTS[word]


def moment_in(cell: str, time_zone: str) -> datetime | None:
    """When something was. Raises CellFault."""
    text = text_in(cell)
    if not text:
        return None
    try:
        return datetime.fromisoformat(_moment(str(cell).strip(), time_zone))
    except ValueError as error:
        raise CellFault("must be a time such as 2026-11-30T09:00:00-05:00, or a date") from error


def cell_of(value: FieldValue | None) -> str:
    """A field's value as a cell that `value_in` reads."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
    return value
