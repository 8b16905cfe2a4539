"""One JSON line per event, with the ids of what is being worked on. Never numbers, bodies or secrets."""

import contextvars
import json
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from shared.domain.alert import Alert

GOOGLE_FIELDS = "logging.googleapis.com/"
_context: contextvars.ContextVar[Mapping[str, str | bool]] = contextvars.ContextVar(
    "log_context", default=MappingProxyType({})
)


class _JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {"severity": record.levelname, "message": record.getMessage()}
        entry |= _context.get()
        entry |= getattr(record, "fields", {})
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str)


def configure(level: str) -> None:
    """Send everything to standard output as Cloud Logging reads it, once per process."""
    root = logging.getLogger("rollcall")
    if root.handlers:
        return
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_JsonFormatter())
    root.addHandler(handler)
    root.setLevel(level)
    root.propagate = False


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
    """Log that `name` happened, with countable facts about it."""
    logging.getLogger("rollcall").log(level, name, extra={"fields": fields}, exc_info=error)
