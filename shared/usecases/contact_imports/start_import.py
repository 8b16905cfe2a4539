"""Announce an import of contacts, run it after its dry run, take it back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import PurePath

from msgspec import Struct

from shared.domain.channels.channel import all_channels
from shared.domain.contacts.contact import tag_of
from shared.domain.contacts.contact_import import (
    BY_ID,
    BY_KEY,
    ContactImport,
    ImportMode,
    ImportState,
    import_job,
    to_be_run,
    to_be_undone,
)
from shared.domain.contacts.import_columns import ImportColumn, check_columns
from shared.domain.contacts.read_import_row import is_matched_by
from shared.domain.errors import Conflict, InvalidInput, Problem
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs


class ImportWish(Struct, frozen=True, kw_only=True):
    """What somebody asks for; see ContactImport."""

    name: str
    match_by: str
    is_dry_run: bool = False
    mode: ImportMode = ImportMode.CREATE_AND_UPDATE
    replaces: bool = False
    columns: tuple[ImportColumn, ...] = ()
    tags: tuple[str, ...] = ()
    list_ids: tuple[str, ...] = ()
    sheet: str | None = None


async def start_import(
    runtime: Runtime, company_id: str, import_id: str, wish: ImportWish, created_by: str
) -> tuple[ContactImport, str, dict[str, str]]:
    """An import that awaits its upload, the address to PUT it to, and the headers the PUT must carry.

    With the same id again it is the same import. Raises InvalidInput.
    """
    await _check(runtime, company_id, wish)
    now, seconds = runtime.now(), runtime.settings.tick_interval_seconds
    item = ContactImport(
        id=import_id,
        name=PurePath(wish.name.replace("\\", "/")).name.strip() or "upload",
        object_name=f"companies/{company_id}/contact_imports/{import_id}/upload",
        created_at=now,
        created_by=created_by,
        match_by=wish.match_by,
        is_dry_run=wish.is_dry_run,
        mode=wish.mode,
        replaces=wish.replaces,
        columns=wish.columns,
        tags=tuple(map(tag_of, wish.tags)),
        list_ids=wish.list_ids,
        sheet=wish.sheet,
        due_at=now + timedelta(seconds=seconds),
    )
    imports = runtime.stores.contact_imports
    if not await imports.add(company_id, import_id, item):
        item = await imports.get(company_id, import_id)
    link, headers = await runtime.files.upload_link(item.object_name, runtime.settings.max_upload_bytes)
    return item, link, headers


async def _check(runtime: Runtime, company_id: str, wish: ImportWish) -> None:
    stores = runtime.stores
    fields = await stores.contact_fields.find_many(
        company_id, {one.field for one in wish.columns if one.field}
    )
    check_columns(wish.columns, fields)
    problems = []
    ways = (BY_ID, BY_KEY, *all_channels())
    if wish.match_by not in ways:
        problems.append(Problem(field="match_by", reason=f"must be one of: {', '.join(ways)}"))
    elif wish.columns and not any(is_matched_by(wish.match_by, one) for one in wish.columns):
        problems.append(
            Problem(field="columns", reason=f"must have one with the {wish.match_by}, to match by")
        )
    known = await stores.contact_lists.find_many(company_id, wish.list_ids)
    problems += [
        Problem(field="list_ids", reason=f"there is no list {one!r}")
        for one in wish.list_ids
        if one not in known
    ]
    if problems:
        raise InvalidInput(*problems)


async def upload_import(runtime: Runtime, company_id: str, import_id: str, path: str) -> ContactImport:
    """Store the local file `path` as the import's; Cloud Storage then announces it.

    Raises NotFound, Conflict.
    """
    item = await runtime.stores.contact_imports.get(company_id, import_id)
    if item.state is not ImportState.AWAITING_UPLOAD:
        raise Conflict(f"The import is {item.state}, and has its file. Make a new import for another one.")
    await runtime.files.upload(item.object_name, path, "application/octet-stream")
    return item


async def run_import(runtime: Runtime, company_id: str, import_id: str) -> ContactImport:
    """Do in earnest what was checked. Raises NotFound, Conflict."""
    return await _begin(runtime, company_id, import_id, to_be_run, ImportState.LOADING)


async def begin_undo(runtime: Runtime, company_id: str, import_id: str) -> ContactImport:
    """Take the import back, as far as nobody has changed its contacts since. Raises NotFound, Conflict."""
    return await _begin(runtime, company_id, import_id, to_be_undone, ImportState.UNDOING)


async def _begin(
    runtime: Runtime,
    company_id: str,
    import_id: str,
    begun: Callable[[ContactImport, datetime], ContactImport],
    state: ImportState,
) -> ContactImport:
    imports = runtime.stores.contact_imports

    async def begin(transaction: Transaction) -> ContactImport:
        current = await imports.get(company_id, import_id, transaction)
        if current.state is state:  # asked for twice, or stored by an attempt that reported an error
            return current
        item = replace(begun(current, runtime.now()), lease_token=None, lease_until=None, attempt=0)
        imports.put(transaction, company_id, import_id, item)
        return item

    item = await transact(runtime.stores.db, begin)
    await announce_jobs(runtime, [import_job(company_id, item.id)], None)  # lost, the sweep finds it
    return await imports.get(company_id, import_id)
