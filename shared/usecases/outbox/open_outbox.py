"""Raise events in the transaction that makes the change, and announce them after it.

What nobody listens to is not raised and costs nothing. Contacts raise nothing of their own either: their
changes are stored anyway, with before and after, and are marked as still to be told.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from google.api_core.exceptions import GoogleAPIError

from shared import log
from shared.domain.events.event import Event, EventType, Listeners
from shared.domain.events.raised_events import raised, tell_job
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.outbox.find_listeners import find_listeners

if TYPE_CHECKING:  # what is of contacts is loaded when contacts change and somebody listens
    from shared.domain.contacts.contact_changes import ContactPair
    from shared.firestore.kit.wire import Writer


class Outbox:
    """What the changes of one use case raise. A transaction that runs again raises again, as it writes."""

    def __init__(self, runtime: Runtime, company_id: str, listeners: Listeners) -> None:
        self._runtime = runtime
        self._company_id = company_id
        self._listeners = listeners
        self._is_used = False

    def hears(self, *types: EventType) -> bool:
        """Whether somebody listens to one of these types."""
        return self._listeners.hear_any(types)

    def put(self, writer: "Writer", events: Iterable[Event]) -> None:
        """Raise those of the events that somebody listens to, as part of the transaction or write batch."""
        if not self._listeners.types:
            return
        heard = [event for event in events if event.type in self._listeners.types]
        for one in raised(heard, self._runtime.now()):
            self._runtime.stores.events.put(writer, self._company_id, one.id, one)
            self._is_used = True

    def due_at(self, pairs: "Sequence[ContactPair]") -> datetime | None:
        """Since when a change of contacts, stored now, is to be told; None when nobody listens."""
        if not self._listeners.types:
            return None
        from shared.domain.events.contact_events import types_in

        if not self._listeners.hear_any(types_in(pairs)):
            return None
        self._is_used = True
        return self._runtime.now()

    async def announce(self) -> None:
        """Have it told, after the commit. An announcement that is lost is made good by the sweep."""
        if not self._is_used:
            return
        self._is_used = False
        try:
            await announce_jobs(self._runtime, [tell_job(self._company_id)], None)
        except GoogleAPIError as error:
            log.event("events not announced", error_type=type(error).__name__)


async def open_outbox(runtime: Runtime, company_id: str) -> Outbox:
    """Where a use case raises its events."""
    return Outbox(runtime, company_id, await find_listeners(runtime, company_id))
