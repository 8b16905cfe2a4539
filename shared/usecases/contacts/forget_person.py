"""Forget a person: everything a company holds about an address is deleted; that it refused stays known.

It is done a page at a time, and how far it came is kept after each: killed anywhere, it goes on from there.
"""

import time
from collections.abc import Awaitable, Callable
from datetime import datetime

from shared import log
from shared.domain.deletion import (
    Deletion,
    DeletionState,
    at_part,
    ended,
    run_again,
    with_removed,
)
from shared.domain.fires.deletion_work import Deleted, DeletionWork, Part, after_page, forget_job, left_after
from shared.domain.job import ForgetPerson
from shared.domain.lease import LeaseLost
from shared.domain.record import replace
from shared.domain.repeats import NO_REPEATS
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.contacts.forget_activity import forget_activity
from shared.usecases.contacts.forget_contacts import forget_contact_changes, forget_contacts
from shared.usecases.contacts.forget_copies import forget_copies
from shared.usecases.contacts.forget_enrollments import forget_enrollments
from shared.usecases.contacts.forget_imports import forget_imports
from shared.usecases.contacts.forget_messages import (
    forget_named_in_failures,
    forget_opt_out,
    forget_own_messages,
    forget_own_replies,
)
from shared.usecases.contacts.forget_rows import forget_rows
from shared.usecases.ledger.summarize_fire import summarize_fire
from shared.usecases.take_lease import take_lease

SECONDS_A_JOB = 240.0  # a page begun by then still ends within the function's time

_PARTS: dict[Part, Callable[[Runtime, str, DeletionWork], Awaitable[Deleted]]] = {
    Part.ROWS: forget_rows,
    Part.CONTACTS: forget_contacts,
    Part.CONTACT_CHANGES: forget_contact_changes,
    Part.ENROLLMENTS: forget_enrollments,
    Part.MESSAGES: forget_own_messages,
    Part.ACTIVITY: forget_activity,
    Part.REPLIES: forget_own_replies,
    Part.OPT_OUTS: forget_opt_out,
    Part.FAILURES: forget_named_in_failures,
    Part.UPLOADS: forget_copies,
    Part.IMPORTS: forget_imports,
    Part.PREVIEWS: forget_copies,
    Part.ANSWERS: forget_copies,
    Part.RECEIPTS: forget_copies,
}


async def forget_person(runtime: Runtime, job: ForgetPerson) -> None:
    """Go on with the deletion for some minutes, and announce the rest; nothing, when another worker is at it.

    What is being sent, loaded or planned this moment is left for another run some minutes later.
    """
    company_id, works = job.company_id, runtime.stores.deletion_work
    work = await take_lease(runtime, company_id, works, job.deletion_id, None, repeats=NO_REPEATS)
    deadline = time.monotonic() + SECONDS_A_JOB
    try:
        while work is not None and work.lease_until is not None:
            work = await _do_page(runtime, company_id, work)
            if work is not None and work.lease_until is not None and time.monotonic() >= deadline:
                await _hand_on(runtime, job, work)
                return
    except LeaseLost:
        log.event("deletion taken over", deletion_id=job.deletion_id)


async def _do_page(runtime: Runtime, company_id: str, work: DeletionWork) -> DeletionWork | None:
    """Do the next page, and keep that it is done; None when it was the last."""
    page = await _PARTS[work.part](runtime, company_id, work)
    for fire_id in sorted(page.fire_ids):
        await summarize_fire(runtime, company_id, fire_id)
    return await _keep(runtime, company_id, work, page)


async def _keep(runtime: Runtime, company_id: str, work: DeletionWork, page: Deleted) -> DeletionWork | None:
    """Store how far it came; the address goes with the last page. Raises LeaseLost.

    What had to leave something comes back without its lease: it waits for its next run.
    """
    stores, now = runtime.stores, runtime.now()

    async def keep(transaction: Transaction) -> DeletionWork | None:
        current = await stores.deletion_work.find(company_id, work.id, transaction)
        record = await stores.deletions.get(company_id, work.id, transaction)
        if current is None and record.state is DeletionState.DONE:  # by an attempt of ours, after all
            return None
        if current is None or current.lease_token != work.lease_token:
            raise LeaseLost
        if current.pages != work.pages:  # likewise
            return current
        following = after_page(current, page, now, runtime.settings.tick_interval_seconds)
        if following is None:
            transaction.delete(stores.deletion_work.ref(company_id, work.id))
        else:
            stores.deletion_work.put(transaction, company_id, work.id, following)
        stores.deletions.put(transaction, company_id, work.id, _told(record, current, page, following, now))
        return following

    following = await transact(stores.db, keep)
    if following is None:
        record = await stores.deletions.get(company_id, work.id)
        log.event("person forgotten", deletion_id=work.id, runs=record.runs, removed=record.removed)
    return following


def _told(
    record: Deletion, work: DeletionWork, page: Deleted, following: DeletionWork | None, now: datetime
) -> Deletion:
    """The record after this page of the work."""
    record = with_removed(record, page.removed)
    if following is None:
        return ended(at_part(record, "", page.looked_through), {}, now)
    record = at_part(record, following.part, page.looked_through)
    if following.passes != work.passes:
        return run_again(record, {name: len(ids) for name, ids in left_after(work, page).items()})
    return record


async def _hand_on(runtime: Runtime, job: ForgetPerson, work: DeletionWork) -> None:
    """Give the lease back and announce the rest. Lost, the sweep finds it."""
    works = runtime.stores.deletion_work

    async def give_back(transaction: Transaction) -> None:
        current = await works.find(job.company_id, work.id, transaction)
        if current is not None and current.lease_token == work.lease_token:
            free = replace(current, lease_token=None, lease_until=None, due_at=runtime.now())
            works.put(transaction, job.company_id, work.id, free)

    await transact(runtime.stores.db, give_back)
    await announce_jobs(runtime, [forget_job(job.company_id, work)], None)
