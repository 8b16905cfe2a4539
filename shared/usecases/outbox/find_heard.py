"""What automations do of events: contacts enter, waits end or are timed anew, goals are met.

It is written in the transaction that ticks the events off, so that each event counts once.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from shared.domain.automations.automation import Automation, definition_in, version_id
from shared.domain.automations.enrollment import EndReason, Enrollment, EnrollmentState, ended, woken
from shared.domain.automations.moving import entered, is_goal, lets_in
from shared.domain.automations.retiming import Definitions, depends_on, version_number
from shared.domain.channels.address_kinds import AddressKind
from shared.domain.events.event import Event, EventType
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction
from shared.firestore.queries.automations import ENROLLMENTS_OF_CONTACTS
from shared.runtime import Runtime
from shared.views.confirmed_lists import read_confirmed_lists

NOUN = "contact"


class Hearing(Struct, frozen=True, kw_only=True):
    """Automations, whom events are about, and the enrollments that these contacts have.

    `definitions` are those that the enrollments go by where waits may be timed anew. `unconfirmed` are pairs
    of an automation and an event that does not count there: who joined has not confirmed the list.
    """

    runtime: Runtime
    company_id: str
    automations: Sequence[Automation]
    contact_ids: Mapping[str, str]  # by event
    enrollment_ids: Sequence[str]
    definitions: Definitions
    unconfirmed: Collection[tuple[str, str]] = ()

    async def read(self, transaction: Transaction, told: Iterable[Event]) -> list[Enrollment]:
        """The enrollments that these events change, or make, as they are to be stored."""
        heard = sorted((one for one in told if one.id in self.contact_ids), key=lambda event: event.at)
        if not heard:
            return []
        enrollments = self.runtime.stores.automation_enrollments
        new = {one.id for event in heard for one in self._entering(event)}
        ids = sorted({*self.enrollment_ids, *new})
        stored = await enrollments.find_many(self.company_id, ids, transaction)
        now = self.runtime.now()
        changed: dict[tuple[str, str], dict[str, Enrollment]] = {}  # by automation and contact
        for one in stored.values():
            changed.setdefault((one.automation_id, one.contact_id), {})[one.id] = one
        for event in heard:
            for automation in self.automations:
                theirs = changed.get((automation.id, self.contact_ids[event.id]), {})
                self._apply(automation, event, theirs, now)
            for one in self._entering(event):
                changed.setdefault((one.automation_id, one.contact_id), {}).setdefault(one.id, one)
        every = (one for theirs in changed.values() for one in theirs.values())
        return [one for one in every if one != stored.get(one.id)]

    def put(self, transaction: Transaction, changed: Iterable[Enrollment]) -> None:
        """Store them."""
        for one in changed:
            after = replace(one, revision=one.revision + 1)
            self.runtime.stores.automation_enrollments.put(transaction, self.company_id, one.id, after)

    def _entering(self, event: Event) -> list[Enrollment]:
        """Those that the event asks for, as if none were stored."""
        contact_id, due_at = self.contact_ids[event.id], self.runtime.now() + looked_after(self.runtime)
        counting = (one for one in self.automations if (one.id, event.id) not in self.unconfirmed)
        let = (one for one in counting if lets_in(one, definition_in(one.live), event))
        return [entered(one.id, contact_id, event, due_at) for one in let]

    def _apply(
        self, automation: Automation, event: Event, theirs: dict[str, Enrollment], now: datetime
    ) -> None:
        """What the event makes of the enrollments of its contact in the automation."""
        definition = definition_in(automation.live)
        if (automation.id, event.id) in self.unconfirmed:
            return
        for one in list(theirs.values()):
            if one.state is EnrollmentState.ENDED:
                continue
            if event.type is EventType.FIELD_CHANGED:
                # The worker computes the wait anew, from the contact as it is then: however late this comes.
                theirs[one.id] = woken(one, now) if depends_on(one, event.what, self.definitions) else one
            elif event.at < one.entered_at:
                continue
            elif is_goal(definition, event):
                theirs[one.id] = ended(one, EndReason.GOAL, now)
            elif one.hears(event):
                theirs[one.id] = woken(one, now)


def looked_after(runtime: Runtime) -> timedelta:
    """How long an announced job may take before the tick looks after its enrollments."""
    return timedelta(seconds=2 * runtime.settings.tick_interval_seconds)


async def find_heard(
    runtime: Runtime, company_id: str, automations: Sequence[Automation], events: Iterable[Event]
) -> Hearing:
    """Find whom the events are about. Nothing is read where no automation listens to them."""
    heard = list(_heard(automations, events))
    contact_ids = {one.id: one.object_id for one in heard if one.type.noun == NOUN}
    contact_ids |= await _of_messages(runtime, company_id, heard)
    found = await runtime.stores.automation_enrollments.among(
        company_id, ENROLLMENTS_OF_CONTACTS, set(contact_ids.values())
    )
    going_on = [one for one in found if one.state is not EnrollmentState.ENDED]
    is_timed = any(one.type is EventType.FIELD_CHANGED for one in heard)
    return Hearing(
        runtime=runtime,
        company_id=company_id,
        automations=automations,
        contact_ids=contact_ids,
        enrollment_ids=[one.id for one in going_on],
        definitions=await _definitions(runtime, company_id, automations, going_on) if is_timed else {},
        unconfirmed=await _unconfirmed(runtime, company_id, automations, heard),
    )


def _heard(automations: Sequence[Automation], events: Iterable[Event]) -> Iterator[Event]:
    """The events that one of the automations listens to; a field counts where a wait may depend on it."""
    types = {kind for one in automations for kind in one.hears}
    is_any = any(EventType.FIELD_CHANGED in one.heard for one in automations)
    fields = {name for one in automations for name in definition_in(one.live).waits_on()}
    for event in events:
        is_of_wait = is_any or event.type is not EventType.FIELD_CHANGED or event.what in fields
        if event.type in types and is_of_wait:
            yield event


async def _definitions(
    runtime: Runtime, company_id: str, automations: Iterable[Automation], enrollments: Sequence[Enrollment]
) -> Definitions:
    """What these enrollments go by; nothing is read where they all go by the newest version."""
    newest = {one.id: one for one in automations}
    wanted = {
        version_id(one.automation_id, number)
        for one in enrollments
        if one.automation_id in newest
        and (number := version_number(one)) not in (0, newest[one.automation_id].version)
    }
    versions = runtime.stores.automation_versions
    found = (await versions.find_many(company_id, wanted)).values() if wanted else ()
    older = {(one.automation_id, one.number): definition_in(one.definition) for one in found}
    return {(one.id, one.version): definition_in(one.live) for one in newest.values()} | older


async def _unconfirmed(
    runtime: Runtime, company_id: str, automations: Sequence[Automation], heard: Iterable[Event]
) -> set[tuple[str, str]]:
    """By automation and event, who joined a list that asks and had not confirmed it: they have not joined."""
    joins = [one for one in heard if one.type is EventType.LIST_JOINED]
    company = await runtime.stores.companies.find(company_id) if joins else None
    if company is None or not company.has_confirmed_lists:
        return set()
    found = await runtime.stores.contact_shards.contacts(company_id, {one.object_id for one in joins})
    contacts = {  # also those who left again meanwhile
        one.id: replace(contact, list_ids=tuple({*contact.list_ids, one.what}))
        for one in joins
        if (contact := found.get(one.object_id)) is not None
    }
    kinds = {one.id: definition_in(one.live).written_to() for one in automations}
    every = frozenset[AddressKind]().union(*kinds.values())
    confirmed = await read_confirmed_lists(runtime, company, contacts.values(), every)
    return {
        (automation_id, one.id)
        for automation_id, written_to in kinds.items()
        for one in joins
        if one.id in contacts
        and one.what not in confirmed.seen(contacts[one.id], one.at, written_to).list_ids
    }


async def _of_messages(runtime: Runtime, company_id: str, heard: Iterable[Event]) -> dict[str, str]:
    """By event, the contact whose message got another disposition."""
    asked = {one.id: one.object_id for one in heard if one.type is EventType.DISPOSITION_CHANGED}
    if not asked:
        return {}
    messages = await runtime.stores.messages.find_many(company_id, set(asked.values()))
    found = {event_id: messages.get(message_id) for event_id, message_id in asked.items()}
    return {event_id: one.contact_id for event_id, one in found.items() if one and one.contact_id}
