"""One JSON line per event, with the ids of what is being worked on. Never numbers, bodies or secrets."""

import contextvars
import json
import logging
import re
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from shared.domain.alert import Alert
from shared.domain.redaction import SHORTEST_SECRET, redact

GOOGLE_FIELDS = "logging.googleapis.com/"
_context: contextvars.ContextVar[Mapping[str, str | bool]] = contextvars.ContextVar(
    "log_context", default=MappingProxyType({})
)


_ID = re.compile(r"[A-Za-z0-9][\w-]{0,127}", re.ASCII)
# Secrets this process has read, so that no text of others can carry one into a line.
_concealed: set[str] = set()


class _JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {"severity": record.levelname, "message": record.getMessage()}
        entry |= _context.get()
        entry |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[1]:
            entry["exception"] = "".join(_places(record.exc_info[1]))
        return json.dumps({name: _clean(name, value) for name, value in entry.items()})


def _clean(name: str, value: object) -> object:
    """The value as it may be logged. An id that has the form of one is left: lines are found by it."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): _clean(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(name, inner) for inner in value]
    text = str(value)
    return text if name.endswith("_id") and _ID.fullmatch(text) else redact(text, _concealed)


def _places(error: BaseException) -> Iterator[str]:
    """What kind of error, where, and its causes; never its text, which may quote what was being worked on."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield from _places(cause)
        yield "which led to\n"
    yield f"{type(error).__module__}.{type(error).__qualname__}\n"
    yield from traceback.format_tb(error.__traceback__)
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield "one of\n"
            yield from _places(inner)


def configure(level: str) -> None:
    """Send everything to standard output as Cloud Logging reads it, once per process.

    That holds for the libraries and the server too: what they say passes the same formatter.
    """
    ours = logging.getLogger("rollcall")
    if ours.handlers:
        return
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_JsonFormatter())
    ours.addHandler(handler)
    ours.setLevel(level)
    ours.propagate = False
    # For loggers without a handler, such as those of Google's clients, which pass nothing on to the root.
    last = logging.StreamHandler(sys.stdout)
    last.setLevel(logging.WARNING)
    last.setFormatter(_JsonFormatter())
    logging.lastResort = last
    for name in ("", "gunicorn.error", "uvicorn.error"):
        for other in logging.getLogger(name).handlers:
            if type(other) is logging.StreamHandler:
                other.setFormatter(_JsonFormatter())


def conceal(secrets: Iterable[str]) -> None:
    """Have none of these ever logged by this process, whoever quotes them."""
    _concealed.update(secret for secret in secrets if len(secret) >= SHORTEST_SECRET)


@contextmanager
def context(**ids: str | bool) -> Iterator[None]:
    """Add `ids` (company_id, fire_id, message_id ...) to every line logged inside."""
    token = _context.set({**_context.get(), **ids})
    try:
        yield
    finally:
        _context.reset(token)


def everything() -> dict[str, str | bool]:
    """The whole context, to log with it after it has ended."""
    return dict(_context.get())


def ids() -> dict[str, str | bool]:
    """What is being worked on, as the context has it; without Cloud Logging's own fields."""
    return {name: value for name, value in _context.get().items() if not name.startswith(GOOGLE_FIELDS)}


def alert(metric: Alert, value: int, **facts: object) -> None:
    """Log what wakes somebody up: infra/monitoring has a metric and a policy for each."""
    event("alert", level=logging.ERROR, error=None, metric=str(metric), value=value, **facts)


def event(
    name: str, *, level: int = logging.INFO, error: BaseException | None = None, **fields: object
) -> None:
    """Log that `name` happened, with countable facts about it. Of an `error` the kind and the place."""
    logging.getLogger("rollcall").log(level, name, extra={"fields": fields}, exc_info=error)
