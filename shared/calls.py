"""What this process is at work for: one request or tick, since when, and whether somebody waits for it."""

import contextvars
import time

from msgspec import Struct


class Call(Struct):
    """A request, tick or job. `began_at` is of time.monotonic; `jobs_done`: in place of a queue."""

    began_at: float
    is_waited_for: bool
    jobs_done: int = 0


_call: contextvars.ContextVar[Call | None] = contextvars.ContextVar("call", default=None)


def begin(*, is_waited_for: bool) -> Call:
    """From now on this context works for a call. Somebody waits for a request; nobody for a tick or a job."""
    call = Call(time.monotonic(), is_waited_for)
    _call.set(call)
    return call


def current() -> Call | None:
    """What is worked for; None in programs that nobody calls."""
    return _call.get()
