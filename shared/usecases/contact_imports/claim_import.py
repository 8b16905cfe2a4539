"""One worker at a time goes on with an import, under a lease; how far it came is written under its token."""

from collections.abc import Callable
from datetime import datetime, timedelta

from shared.domain.contacts.contact_import import AT_WORK, ContactImport, ImportState, import_job
from shared.domain.ids import random_id
from shared.domain.job import ImportContacts
from shared.domain.lease import LeaseLost, first_claimed_at, is_hopeless, leased
from shared.domain.record import replace
from shared.domain.repeats import NO_REPEATS
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs

UPLOAD_AWAITED_FOR = timedelta(days=2)
GIVEN_UP = "The import could not be done in five attempts and two hours. Report its id to support."
Change = Callable[[ContactImport], ContactImport]


async def claim_import(runtime: Runtime, job: ImportContacts) -> ContactImport | None:
    """Lease the import; None when there is nothing to do, or another worker is at it."""
    imports, token = runtime.stores.contact_imports, random_id()
    item = await imports.find(job.company_id, job.import_id)
    if item is None:
        return None
    is_awaited = item.state is ImportState.AWAITING_UPLOAD
    stored = await runtime.files.find(item.object_name) if is_awaited else None

    async def claim(transaction: Transaction) -> ContactImport | None:
        now, seconds = runtime.now(), runtime.settings.lease_seconds
        current = await imports.get(job.company_id, job.import_id, transaction)
        if current.state is ImportState.AWAITING_UPLOAD:
            if stored is None:
                later = _awaited(current, now, runtime.settings.tick_interval_seconds)
                imports.put(transaction, job.company_id, current.id, later)
                return None
            begun = ImportState.CHECKING if current.is_dry_run else ImportState.LOADING
            current = replace(current, state=begun, generation=stored.generation)
        if current.state not in AT_WORK:
            return None
        due_at = now + timedelta(seconds=seconds)
        changes = {"due_at": due_at, "repeats": NO_REPEATS, "claimed_at": first_claimed_at(current, now)}
        ours = leased(current, token, now, seconds, **changes)
        if ours is not None and ours is not current and is_hopeless(current, now):
            imports.put(
                transaction, job.company_id, ours.id, _ended(ours, ImportState.REFUSED, now, GIVEN_UP)
            )
            return None
        if ours is not None:
            imports.put(transaction, job.company_id, ours.id, ours)
        return ours

    return await transact(runtime.stores.db, claim)


def _awaited(item: ContactImport, now: datetime, seconds: float) -> ContactImport:
    """The import whose upload is looked for at a later tick, but not for ever."""
    is_too_late = now > item.created_at + UPLOAD_AWAITED_FOR
    return replace(item, due_at=None if is_too_late else now + timedelta(seconds=seconds), repeats=NO_REPEATS)


async def keep(runtime: Runtime, company_id: str, item: ContactImport, change: Change) -> ContactImport:
    """Store how far it came, and renew the lease. `change` may run again. Raises LeaseLost."""
    imports = runtime.stores.contact_imports

    async def body(transaction: Transaction) -> ContactImport:
        current = await imports.get(company_id, item.id, transaction)
        if current.lease_token != item.lease_token:
            raise LeaseLost
        changed = change(current)
        if changed != current and changed.lease_until is not None:
            until = runtime.now() + timedelta(seconds=runtime.settings.lease_seconds)
            changed = replace(changed, lease_until=until, due_at=until, attempt=0)
        imports.put(transaction, company_id, item.id, changed)
        return changed

    return await transact(runtime.stores.db, body)


async def end(
    runtime: Runtime, company_id: str, item: ContactImport, state: ImportState, refusal: str | None = None
) -> None:
    """The import comes to its end, or to the end of being undone. Raises LeaseLost."""
    await keep(runtime, company_id, item, lambda current: _ended(current, state, runtime.now(), refusal))


def _ended(item: ContactImport, state: ImportState, now: datetime, refusal: str | None) -> ContactImport:
    percent = item.percent if refusal else 100
    return replace(
        item, state=state, percent=percent, refusal=refusal, ended_at=now, due_at=None, lease_until=None
    )


async def hand_on(runtime: Runtime, company_id: str, item: ContactImport) -> None:
    """Give the lease back and announce the rest. Lost, the sweep finds it."""
    await keep(
        runtime, company_id, item, lambda one: replace(one, lease_until=None, due_at=runtime.now(), attempt=0)
    )
    await announce_jobs(runtime, [import_job(company_id, item.id)], None)


async def hand_back(runtime: Runtime, company_id: str, item: ContactImport) -> None:
    """Give the lease back until a later tick, as what it needs is not there yet."""
    due_at = runtime.now() + timedelta(seconds=runtime.settings.tick_interval_seconds)

    def waiting(one: ContactImport) -> ContactImport:
        return replace(one, lease_until=None, due_at=due_at, attempt=0)

    await keep(runtime, company_id, item, waiting)
