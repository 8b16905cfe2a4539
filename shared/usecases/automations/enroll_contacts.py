"""Let contacts into an automation by hand."""

from collections.abc import Sequence

from shared.domain.automations.enrollment import Enrollment, run_jobs
from shared.domain.automations.moving import entered
from shared.domain.errors import Conflict, InvalidInput
from shared.domain.events.event import Event, EventType
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.outbox.find_heard import looked_after

BY_HAND = "by hand"


async def enroll_contacts(
    runtime: Runtime, company_id: str, automation_id: str, contact_ids: Sequence[str], enrolling_id: str
) -> list[Enrollment]:
    """The enrollments, which go on by themselves; with the same `enrolling_id` again, the same.

    The rule for entering again holds for them too. Raises NotFound, Conflict for an automation that takes
    nobody in, and InvalidInput for contacts that do not exist.
    """
    stores = runtime.stores
    found = await stores.contact_shards.contacts(company_id, contact_ids)
    if missing := sorted(set(contact_ids) - found.keys()):
        raise InvalidInput.at("contact_ids", f"there is no contact {missing[0]!r}")

    async def enroll(transaction: Transaction) -> list[Enrollment]:
        automation = await stores.automations.get(company_id, automation_id, transaction)
        if not automation.takes_in:
            raise Conflict(f"An automation that is {automation.state} takes nobody in.")
        now = runtime.now()
        event = Event(
            id=enrolling_id, type=EventType.CONTACT_EVENT, at=now, object_id=automation_id, what=BY_HAND
        )
        due_at = now + looked_after(runtime)
        ids = sorted(set(contact_ids))
        wanted = [replace(entered(automation_id, one, event, due_at), entered_by=BY_HAND) for one in ids]
        stored = await stores.automation_enrollments.find_many(
            company_id, [one.id for one in wanted], transaction
        )
        for one in wanted:
            if one.id not in stored:
                stores.automation_enrollments.put(transaction, company_id, one.id, one)
        return [stored.get(one.id, one) for one in wanted]

    enrollments = await transact(stores.db, enroll)
    await announce_jobs(runtime, run_jobs(company_id, enrollments), None)
    return enrollments
