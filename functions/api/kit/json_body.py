"""A request's JSON, within bounds that hold for every route and before any field is looked at.

Without them one small body would keep everybody else waiting: checking costs work for each value, and each
wrong one is reported.
"""

import json
from collections import Counter
from typing import Any, NoReturn

from functions.problems import Refusal, invalid
from shared.domain.errors import Problem

MOST_VALUES = 15_000  # a source of 500 columns with 20 formats each has 14,000
MOST_FIELDS = 200  # of one object
MOST_ITEMS = 1_000  # of one list
DEEPEST = 20
_TOO_MANY = f"holds more than {MOST_VALUES:,} values; send fewer at a time"
_TOO_DEEP = f"is nested more than {DEEPEST} levels deep"


class _Unreadable(Exception):
    """The JSON is beyond a bound: why is the text."""


def read_json(body: bytes) -> Any:
    """The value in `body`. Raises Refusal (422) saying what is wrong with it, and where."""
    try:
        text = body.decode("utf-8-sig")
        _check_amount(text)
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_no_number)
        _check_depth(value)
    except json.JSONDecodeError as error:
        raise _refused(f"is not JSON: {error.msg} (at character {error.pos})") from None
    except _Unreadable as error:
        raise _refused(str(error)) from None
    except UnicodeDecodeError as error:
        raise _refused(f"is not JSON: it is not UTF-8 (at byte {error.start})") from None
    except RecursionError:
        raise _refused(_TOO_DEEP) from None
    except ValueError:  # Python's own limit, as converting takes time that grows with the square
        raise _refused("holds a number of more than 4,300 digits") from None
    return value


def _check_amount(text: str) -> None:
    """Raise _Unreadable for too many values, before they are made: a value stands first, or after a comma."""
    plain = text.replace("\\\\", "").replace('\\"', "")  # now every quotation mark begins or ends a text
    if plain.count('"') > 4 * MOST_VALUES:
        raise _Unreadable(_TOO_MANY)
    outside = "".join(plain.split('"')[::2])
    if sum(map(outside.count, ",[{")) >= MOST_VALUES:
        raise _Unreadable(_TOO_MANY)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object. Raises _Unreadable for a field given twice: which one is meant nobody can tell."""
    made = dict(pairs)
    if len(made) < len(pairs):
        name = next(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        raise _Unreadable(f"gives {name[:100]!r} more than once in one object; give it once")
    if len(pairs) > MOST_FIELDS:
        first = ", ".join(repr(name[:100]) for name, _ in pairs[:5])
        raise _Unreadable(f"holds an object of {len(pairs):,} fields ({first}, …); {MOST_FIELDS} are taken")
    return made


def _no_number(name: str) -> NoReturn:
    raise _Unreadable(f"is not JSON: {name} is no number there")


def _check_depth(value: Any) -> None:
    """Raise _Unreadable beyond DEEPEST, and for a list beyond MOST_ITEMS."""
    level = [value]
    for _ in range(DEEPEST):
        below: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                below.extend(item.values())
            elif isinstance(item, list):
                if len(item) > MOST_ITEMS:
                    raise _Unreadable(f"holds a list of {len(item):,} items; {MOST_ITEMS:,} are taken")
                below.extend(item)
        if not below:
            return
        level = below
    raise _Unreadable(_TOO_DEEP)


def _refused(reason: str) -> Refusal:
    return invalid(Problem(field="body", reason=reason))
