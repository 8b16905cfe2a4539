"""Who acts: the request of a person, a key or ops that this code runs for. Work of ticks and workers is
nobody's.
"""

import contextvars
from collections.abc import Iterator
from contextlib import contextmanager

from shared.domain.companies.audit_record import Act

_act: contextvars.ContextVar[Act | None] = contextvars.ContextVar("act", default=None)


@contextmanager
def acting(act: Act | None) -> Iterator[None]:
    """Have what is committed inside noted as done by this act; None: by nobody."""
    token = _act.set(act)
    try:
        yield
    finally:
        _act.reset(token)


def current_act() -> Act | None:
    """Whose request this is, if anybody's."""
    return _act.get()
