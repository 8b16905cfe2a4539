"""What people write at its worst, in each text of a record: a new field is hostile as soon as it is there."""

import re
from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import fields, replace

from shared.domain.channels.channel import Channel

R = TypeVar("R", bound=Struct)
# A formula for spreadsheets, an end of attributes and elements, a script, an expression of a template.
HOSTILE = "=alarm(0)<script>alarm('1')</script>\"'><img src=x onerror=alarm(2)>{{ 7 * 7 }}"
ESCAPED = "=alarm(0)&lt;script&gt;alarm("
ALARMS = ("<script>alarm", "<img src=x")
# Texts of ours: ids, names out of the code, and what has a form of its own.
_OURS = re.compile(
    r"(^|_)(id|ids|hash|digest|token|key|prefix|secret|factor|slot|object_name|zone|zones|region|language|currency"
    r"|cost|scopes|role|state|status|kind|rule|format|formats|encoding|delimiter|separator|generation|version"
    r"|last_use|match_by|mode|told_in|provider|schema|column|field|step|way|row|earlier|traceparent|asked_by|created_by|settled_by|code|after)$"
)


def hostile(record: R, /, **changes: Any) -> R:
    """The record with each text of it that people may have written in the place of what it said."""
    worst = {one.name: _worst(one.name, getattr(record, one.name)) for one in fields(record)}
    return replace(record, **(worst | changes))


def _worst(name: str, value: Any) -> Any:
    if isinstance(value, Struct):
        return hostile(value)
    if isinstance(value, tuple):
        return tuple(_worst(name, one) for one in value)
    if isinstance(value, Mapping):
        return {key: _worst(str(key), one) for key, one in value.items()}
    is_text = isinstance(value, str) and not isinstance(value, Enum | Channel)
    return HOSTILE if is_text and not _OURS.search(name) else value
