"""What automations do of events: contacts enter, waits end, goals are met.

It is written in the transaction that ticks the events off, so that each event counts once.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from shared.domain.automations.automation import Automation, definition_in
from shared.domain.automations.enrollment import EndReason, Enrollment, EnrollmentState, ended, woken
from shared.domain.automations.moving import entered, is_goal, lets_in
from shared.domain.events.event import Event, EventType
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction
from shared.firestore.queries.automations import ENROLLMENTS_OF_CONTACTS
from shared.runtime import Runtime

NOUN = "contact"


class Hearing(Struct, frozen=True, kw_only=True):
    """Automations, whom events are about, and the enrollments that these contacts have."""

    runtime: Runtime
    company_id: str
    automations: Sequence[Automation]
    contact_ids: Mapping[str, str]  # by event
    enrollment_ids: Sequence[str]

    async def read(self, transaction: Transaction, told: Iterable[Event]) -> list[Enrollment]:
        """The enrollments that these events change, or make, as they are to be stored."""
        heard = sorted((one for one in told if one.id in self.contact_ids), key=lambda event: event.at)
        if not heard:
            return []
        enrollments = self.runtime.stores.automation_enrollments
        new = {one.id for event in heard for one in self._entering(event)}
        ids = sorted({*self.enrollment_ids, *new})
        stored = await enrollments.find_many(self.company_id, ids, transaction)
        now, changed = self.runtime.now(), dict(stored)
        for event in heard:
            for automation in self.automations:
                self._apply(automation, event, changed, now)
            for one in self._entering(event):
                changed.setdefault(one.id, one)
        return [one for one in changed.values() if one != stored.get(one.id)]

    def put(self, transaction: Transaction, changed: Iterable[Enrollment]) -> None:
        """Store them."""
        for one in changed:
            after = replace(one, revision=one.revision + 1)
            self.runtime.stores.automation_enrollments.put(transaction, self.company_id, one.id, after)

    def _entering(self, event: Event) -> list[Enrollment]:
        """Those that the event asks for, as if none were stored."""
        contact_id, due_at = self.contact_ids[event.id], self.runtime.now() + looked_after(self.runtime)
        let = (one for one in self.automations if lets_in(one, definition_in(one.live), event))
        return [entered(one.id, contact_id, event, due_at) for one in let]

    def _apply(
        self, automation: Automation, event: Event, known: dict[str, Enrollment], now: datetime
    ) -> None:
        definition, contact_id = definition_in(automation.live), self.contact_ids[event.id]
        for one in list(known.values()):
            is_theirs = (one.automation_id, one.contact_id) == (automation.id, contact_id)
            if not is_theirs or one.state is EnrollmentState.ENDED or event.at < one.entered_at:
                continue
            if is_goal(definition, event):
                known[one.id] = ended(one, EndReason.GOAL, now)
            elif one.hears(event):
                known[one.id] = woken(one, now)


def looked_after(runtime: Runtime) -> timedelta:
    """How long an announced job may take before the tick looks after its enrollments."""
    return timedelta(seconds=2 * runtime.settings.tick_interval_seconds)


async def find_heard(
    runtime: Runtime, company_id: str, automations: Sequence[Automation], events: Iterable[Event]
) -> Hearing:
    """Find whom the events are about. Nothing is read where no automation listens to them."""
    types = {kind for one in automations for kind in one.heard}
    heard = [event for event in events if event.type in types]
    contact_ids = {one.id: one.object_id for one in heard if one.type.noun == NOUN}
    contact_ids |= await _of_messages(runtime, company_id, heard)
    found = await runtime.stores.automation_enrollments.among(
        company_id, ENROLLMENTS_OF_CONTACTS, set(contact_ids.values())
    )
    going_on = [one.id for one in found if one.state is not EnrollmentState.ENDED]
    return Hearing(
        runtime=runtime,
        company_id=company_id,
        automations=automations,
        contact_ids=contact_ids,
        enrollment_ids=going_on,
    )


async def _of_messages(runtime: Runtime, company_id: str, heard: Iterable[Event]) -> dict[str, str]:
    """By event, the contact whose message got another disposition."""
    asked = {one.id: one.object_id for one in heard if one.type is EventType.DISPOSITION_CHANGED}
    if not asked:
        return {}
    messages = await runtime.stores.messages.find_many(company_id, set(asked.values()))
    found = {event_id: messages.get(message_id) for event_id, message_id in asked.items()}
    return {event_id: one.contact_id for event_id, one in found.items() if one and one.contact_id}
