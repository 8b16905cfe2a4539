"""The part of Cloud Logging's query language that our metrics use, over entries as Cloud Run makes them.

https://cloud.google.com/logging/docs/view/logging-query-language
"""

import json
import re
from typing import Any

TERM = re.compile(r'([A-Za-z_.]+)="([^"]*)"')


def entry_of(line: str) -> dict[str, Any]:
    """The log entry that a line of JSON on standard output becomes."""
    payload = json.loads(line)
    special = {
        name: payload.pop(name) for name in list(payload) if name.startswith("logging.googleapis.com/")
    }
    return {
        "severity": payload.pop("severity"),
        "trace": special.get("logging.googleapis.com/trace"),
        "resource": {"type": "cloud_run_revision"},
        "jsonPayload": payload,
    }


def matches(text: str, entry: dict[str, Any]) -> bool:
    """Whether the entry fits `a="b" AND (c="d" OR e="f")`. Raises ValueError for what is more than that."""
    return all(_one_of(part, entry) for part in text.split(" AND "))


def _one_of(part: str, entry: dict[str, Any]) -> bool:
    if part.startswith("(") and part.endswith(")"):
        return any(_equals(term, entry) for term in part[1:-1].split(" OR "))
    return _equals(part, entry)


def _equals(term: str, entry: dict[str, Any]) -> bool:
    match = TERM.fullmatch(term)
    if match is None:
        raise ValueError(f"{term!r} is more than a comparison")
    return bool(at(match[1], entry) == match[2])


def at(path: str, entry: dict[str, Any]) -> Any:
    """The value at `jsonPayload.metric`, say; None where there is none."""
    found: Any = entry
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found
