"""Bring those who stand on steps that an edit concerns up to the new version: a page at a time.

How far it came is kept after each page: killed anywhere, it goes on from there. Each contact who is moved
costs one read and one write. Whom a worker moves meanwhile that one brings up (load_round.py).
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from shared import faults, log
from shared.domain.automations.automation import (
    Automation,
    AutomationVersion,
    Moving,
    definition_in,
    version_id,
)
from shared.domain.automations.bring_up import bring_up, move_job, numbers_between
from shared.domain.automations.enrollment import Enrollment, EnrollmentState, run_jobs
from shared.domain.automations.wait_times import Person, person_of
from shared.domain.job import MoveEnrollments
from shared.domain.record import replace
from shared.firestore.kit.documents import Change, Version
from shared.firestore.kit.transactions import Transaction, transact
from shared.firestore.queries.automations import ENROLLMENTS_ON_STEP
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.outbox.find_heard import looked_after

PAGE = 3_000  # read together, with the contacts whom waits depend on
TOGETHER = 300  # written in one request
AT_ONCE = 4
SECONDS_A_JOB = 240.0
TRIES = 5  # for records that others wrote meanwhile


class _Edit(Struct, frozen=True, kw_only=True):
    """What everybody is brought up by. Versions that are read are remembered."""

    automation: Automation
    versions: dict[int, AutomationVersion]
    time_zone: str
    asks_contacts: bool


async def move_enrollments(runtime: Runtime, job: MoveEnrollments) -> None:
    """Go on for some minutes, and announce the rest; nothing, when all were moved."""
    deadline = time.monotonic() + SECONDS_A_JOB
    with log.context(company_id=job.company_id, automation_id=job.automation_id):
        version = await runtime.stores.automation_versions.find(job.company_id, job.version_id)
        while version is not None and version.moving is not None and not version.moving.is_done:
            version = await _move_page(runtime, job.company_id, version, version.moving)
            if version is not None and time.monotonic() >= deadline:
                await announce_jobs(runtime, [move_job(job.company_id, version)], "move_enrollments.publish")
                return


async def _move_page(
    runtime: Runtime, company_id: str, version: AutomationVersion, moving: Moving
) -> AutomationVersion | None:
    """Move the next page, have those go on who are not to wait, and keep how far it came."""
    enrollments, step_id = runtime.stores.automation_enrollments, moving.step_ids[0]
    found = await enrollments.some_versions(
        company_id, ENROLLMENTS_ON_STEP, version.automation_id, step_id, 0, limit=PAGE, after=moving.after
    )
    edit = await _edit(runtime, company_id, version.automation_id)
    moved = await _move(runtime, company_id, edit, found) if edit and found else []
    going_on = [one for one in moved if one.is_ready(runtime.now())]
    await announce_jobs(runtime, run_jobs(company_id, going_on), "move_enrollments.publish")
    is_last = edit is None or len(found) < PAGE
    following = replace(
        moving,
        step_ids=moving.step_ids[1:] if is_last else moving.step_ids,
        after="" if is_last else found[-1].record.id,
        moved=moving.moved + len(moved),
    )
    return await _keep(runtime, company_id, version, moving, following)


async def _edit(runtime: Runtime, company_id: str, automation_id: str) -> _Edit | None:
    stores = runtime.stores
    automation = await stores.automations.find(company_id, automation_id)
    company = await stores.companies.find(company_id)
    if automation is None or company is None:
        return None
    return _Edit(
        automation=automation,
        versions={},
        time_zone=company.time_zone,
        asks_contacts=bool(definition_in(automation.live).waits_on()),
    )


async def _move(
    runtime: Runtime, company_id: str, edit: _Edit, found: Sequence[Version[Enrollment]]
) -> list[Enrollment]:
    """Those that were moved, as they are stored now. What others write meanwhile is read again."""
    enrollments, done = runtime.stores.automation_enrollments, list[Enrollment]()
    for _ in range(TRIES):
        changes = await _changes(runtime, company_id, edit, found)
        if not changes:
            return done
        left = await _write(runtime, company_id, changes)
        done += [change.after for key, change in changes.items() if key not in left]
        if not left:
            return done
        found = list((await enrollments.find_versions(company_id, left)).values())
    return done


async def _write(runtime: Runtime, company_id: str, changes: Mapping[str, Change[Enrollment]]) -> set[str]:
    """Write them, some requests at once; the ids of those that others wrote meanwhile."""
    enrollments, gate = runtime.stores.automation_enrollments, asyncio.Semaphore(AT_ONCE)

    async def write(part: Sequence[str]) -> set[str]:
        theirs = {key: changes[key] for key in part}
        async with gate:
            with faults.step("move_enrollments.move"):
                return await enrollments.replace_versions(company_id, theirs)

    keys = list(changes)
    parts = (keys[first : first + TOGETHER] for first in range(0, len(keys), TOGETHER))
    return set().union(*await asyncio.gather(*map(write, parts)))


async def _changes(
    runtime: Runtime, company_id: str, edit: _Edit, found: Sequence[Version[Enrollment]]
) -> Mapping[str, Change[Enrollment]]:
    waiting = [
        one
        for one in found
        if one.record.state is EnrollmentState.ACTIVE
        and not one.record.version
        and one.record.seen < edit.automation.version
    ]
    await _read_versions(runtime, company_id, edit, [one.record for one in waiting])
    people = await _people(runtime, company_id, edit, [one.record for one in waiting])
    now, due_at = runtime.now(), runtime.now() + looked_after(runtime)
    changes = {}
    for one in waiting:
        after = _moved(edit, one.record, people.get(one.record.contact_id), now, due_at)
        changes[one.record.id] = Change(one.record, after, one.written_at)
    return changes


def _moved(
    edit: _Edit, before: Enrollment, person: Person | None, now: datetime, due_at: datetime
) -> Enrollment:
    after = bring_up(before, edit.automation, edit.versions, person, now)
    is_queued = after.state is EnrollmentState.ACTIVE and after.waits_until is None
    return replace(after, revision=before.revision + 1, due_at=due_at if is_queued else after.due_at)


async def _read_versions(
    runtime: Runtime, company_id: str, edit: _Edit, enrollments: Sequence[Enrollment]
) -> None:
    numbers = {number for one in enrollments for number in numbers_between(one, edit.automation)}
    wanted = numbers - edit.versions.keys()
    ids = [version_id(edit.automation.id, number) for number in wanted]
    found = await runtime.stores.automation_versions.find_many(company_id, ids) if ids else {}
    edit.versions.update({one.number: one for one in found.values()})


async def _people(
    runtime: Runtime, company_id: str, edit: _Edit, enrollments: Sequence[Enrollment]
) -> dict[str, Person]:
    """By id, the contacts, where waits depend on them; for others nobody is read, as nothing is asked."""
    ids = {one.contact_id for one in enrollments}
    if edit.asks_contacts:
        contacts = await runtime.stores.contact_shards.contacts(company_id, ids)
        return {key: person_of(one, edit.time_zone) for key, one in contacts.items()}
    return {}


async def _keep(
    runtime: Runtime, company_id: str, version: AutomationVersion, before: Moving, following: Moving
) -> AutomationVersion | None:
    """The version with how far it came; as another worker left it, if one went on from here meanwhile."""
    versions = runtime.stores.automation_versions

    async def keep(transaction: Transaction) -> AutomationVersion | None:
        current = await versions.find(company_id, version.id, transaction)
        if current is None or current.moving != before:
            return current
        kept = replace(current, moving=following)
        versions.put_changed(transaction, company_id, version.id, current, kept)
        return kept

    return await transact(runtime.stores.db, keep, "move_enrollments.keep")
