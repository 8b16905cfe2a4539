"""Tell whoever listens of what happened: webhooks are made in the transaction that ticks the events off.

So each event is told once. Many changes, as of an import, are told together in few webhooks.
"""

import time
from collections.abc import Collection, Mapping, Sequence
from itertools import accumulate

from msgspec import Struct

from shared import log
from shared.domain.automations.automation import Automation
from shared.domain.automations.enrollment import Enrollment, run_jobs
from shared.domain.contacts.contact_changes import ContactChange
from shared.domain.events.contact_events import contact_events
from shared.domain.events.event import Event, EventType
from shared.domain.events.raised_events import RaisedEvents, tell_job, unpacked
from shared.domain.events.webhook_delivery import WebhookDelivery, deliveries_of
from shared.domain.events.webhook_endpoint import (
    CLOCK_SKEW,
    LISTENING,
    WebhookEndpoint,
    deliver_job,
    with_more,
)
from shared.domain.job import TellListeners
from shared.firestore.contact_shards import pairs_in
from shared.firestore.kit.together import read_together
from shared.firestore.kit.transactions import Transaction, transact
from shared.firestore.queries.events import CHANGES_DUE, EVENTS_DUE
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.outbox.find_heard import find_heard
from shared.usecases.outbox.find_listeners import hearing_automations, listening_endpoints
from shared.usecases.outbox.find_segment_events import find_segment_events
from shared.usecases.webhooks.find_consent_events import find_consent_events

SECONDS_A_JOB = 60.0
CHANGES_TOGETHER = 100
CONTACTS_TOGETHER = 1_000  # of the changes, which have up to 500 each
EVENTS_TOGETHER = 20  # documents with up to 1,000 events each; mostly with one or two


class _Due(Struct, frozen=True):
    """What is to be told, by id."""

    events: Mapping[str, RaisedEvents]
    changes: Mapping[str, ContactChange]

    def all(self) -> list[Event]:
        """The events."""
        found = [event for one in self.events.values() for event in unpacked(one.events)]
        for change in self.changes.values():
            found += contact_events(change.id, change.at, pairs_in(change))
        return found


async def tell_listeners(runtime: Runtime, job: TellListeners) -> None:
    """Tell everything that waits; after a minute another job goes on. Nothing, when nothing waits."""
    deadline, company_id = time.monotonic() + SECONDS_A_JOB, job.company_id
    while (found := await _find(runtime, company_id)) is not None:
        endpoints, enrolled = await _tell(runtime, company_id, found)
        log.event("events told", company_id=company_id, endpoints=len(endpoints), enrolled=len(enrolled))
        jobs = [deliver_job(company_id, one) for one in endpoints]
        await announce_jobs(runtime, [*jobs, *run_jobs(company_id, enrolled)], None)
        if time.monotonic() >= deadline:
            await announce_jobs(runtime, [tell_job(company_id)], None)
            return


async def _find(runtime: Runtime, company_id: str) -> _Due | None:
    stores, now = runtime.stores, runtime.now() + CLOCK_SKEW
    events = await stores.events.some(company_id, EVENTS_DUE, now, limit=EVENTS_TOGETHER)
    changes = await stores.contact_changes.some(company_id, CHANGES_DUE, now, limit=CHANGES_TOGETHER)
    if not events and not changes:
        return None
    counts = accumulate(len(one.contact_ids) for one in changes)
    few = [one for one, count in zip(changes, counts, strict=True) if count <= CONTACTS_TOGETHER]
    return _Due({one.id: one for one in events}, {one.id: one for one in few or changes[:1]})


async def _tell(
    runtime: Runtime, company_id: str, found: _Due
) -> tuple[list[WebhookEndpoint], list[Enrollment]]:
    """Make the webhooks of what was found, and what automations do of it, if nobody has meanwhile.

    Returns the endpoints that the webhooks are for, and the enrollments that go on.
    """
    stores = runtime.stores
    listening = await listening_endpoints(runtime, company_id)
    automations = await hearing_automations(runtime, company_id)
    heard = {kind for one in listening for kind in one.event_types}
    heard |= {kind for one in automations for kind in one.hears}
    meant = await _meant(runtime, company_id, found, automations, heard)
    every = [event for one in found.all() for event in (one, *meant.get(one.id, ()))]
    hearing = await find_heard(runtime, company_id, automations, every)
    told_to: dict[str, WebhookEndpoint] = {}  # also by an attempt that reported an error
    enrolled: dict[str, Enrollment] = {}  # likewise

    async def tell(transaction: Transaction) -> None:
        events, changes, endpoints = await read_together(
            stores.db,
            transaction,
            stores.events.wanted(company_id, found.events),
            stores.contact_changes.wanted(company_id, found.changes),
            stores.webhook_endpoints.wanted(company_id, [one.id for one in listening]),
        )
        due = _Due(events, {name: one for name, one in changes.items() if one.due_at is not None})
        told = [event for one in due.all() for event in (one, *meant.get(one.id, ()))]
        going_on = await hearing.read(transaction, told)
        live = [one for one in endpoints.values() if one.state in LISTENING]
        made = list(deliveries_of(told, live, runtime.now()))
        _put(runtime, company_id, transaction, due, made, endpoints)
        hearing.put(transaction, going_on)
        enrolled.update({one.id: one for one in going_on})
        told_to.update({one.endpoint_id: endpoints[one.endpoint_id] for one in made})

    await transact(stores.db, tell)
    return list(told_to.values()), list(enrolled.values())


async def _meant(
    runtime: Runtime,
    company_id: str,
    found: _Due,
    automations: Sequence[Automation],
    heard: Collection[EventType],
) -> Mapping[str, Sequence[Event]]:
    """By event, what else it means for contacts: consent, and coming into segments or leaving them."""
    raised = [event for one in found.events.values() for event in unpacked(one.events)]
    meant = await find_consent_events(runtime, company_id, raised, heard)
    crossed = await find_segment_events(runtime, company_id, automations, found.changes.values(), raised)
    for cause, events in crossed.items():
        meant.setdefault(cause, []).extend(events)
    return meant


def _put(
    runtime: Runtime,
    company_id: str,
    transaction: Transaction,
    due: _Due,
    made: Sequence[WebhookDelivery],
    endpoints: Mapping[str, WebhookEndpoint],
) -> None:
    """Store the webhooks, have somebody look after them, and tick off what they tell."""
    stores, now = runtime.stores, runtime.now()
    for delivery in made:
        stores.webhook_deliveries.put(transaction, company_id, delivery.id, delivery)
    for endpoint_id in dict.fromkeys(one.endpoint_id for one in made):
        if (endpoint := with_more(endpoints[endpoint_id], now)) is not None:
            stores.webhook_endpoints.put_changed(
                transaction, company_id, endpoint_id, endpoints[endpoint_id], endpoint
            )
    for item_id in due.events:
        transaction.delete(stores.events.ref(company_id, item_id))
    for item_id in due.changes:
        stores.contact_changes.change(transaction, company_id, item_id, due_at=None)
