"""Load a file again from its upload, after a change of its source's mapping; nobody uploads it anew."""

from collections.abc import Sequence

from shared import log
from shared.domain.errors import Conflict, InvalidInput, Problem
from shared.domain.files.column_names import column_key
from shared.domain.files.file import File, FileHold, FileState
from shared.domain.files.finding import ColumnChange
from shared.domain.files.source import ColumnMapping, Source
from shared.domain.job import IngestFile
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.files.check_rows_are_free import check_rows_are_free
from shared.usecases.files.check_source import check_source

_AT_REST = (FileState.LOADED, FileState.REFUSED)


async def reload_file(
    runtime: Runtime,
    company_id: str,
    file_id: str,
    changes: Sequence[ColumnChange] | None = None,
    accepts_missing: Sequence[str] = (),
) -> File:
    """Change the source's mapping and load the file again; it is loading when this returns.

    `changes` None: those that the file's findings propose. `accepts_missing` are optional columns that it may
    lack. Raises NotFound, InvalidInput for a change that cannot be, and Conflict when a campaign has the
    rows, when rows were changed by hand, or when the upload is gone.
    """
    stores = runtime.stores
    file = await stores.files.get(company_id, file_id)
    await _check(runtime, company_id, file)
    if changes is None:
        changes = [change for finding in file.findings for change in finding.changes]
    again = await _again(runtime, file, accepts_missing)

    async def reload(transaction: Transaction) -> File:
        current = await stores.files.get(company_id, file_id, transaction)
        source = await stores.sources.get(company_id, file.source_id, transaction)
        if current.reload_count == again.reload_count:
            return current  # our own commit, applied though it reported an error
        if current != file:
            raise Conflict("The file was changed meanwhile. Look at it again.")
        if changes:
            remapped = replace(source, columns=_remapped(source, changes), updated_at=runtime.now())
            check_source(remapped)
            stores.sources.put(transaction, company_id, source.id, remapped)
        stores.files.put(transaction, company_id, file_id, again)
        return again

    loading = await transact(stores.db, reload)
    log.event("file loaded again", file_id=file_id, changes=len(changes))
    await _announce(runtime, loading)
    return await stores.files.get(company_id, file_id)


async def _announce(runtime: Runtime, file: File) -> None:
    """As Cloud Storage does after an upload. If it is lost, the sweep finds a file whose lease is over."""
    bucket, generation = runtime.settings.upload_bucket, file.generation or ""
    job = IngestFile(bucket=bucket, object_name=file.object_name, generation=generation)
    await announce_jobs(runtime, [job], None)


async def _check(runtime: Runtime, company_id: str, file: File) -> None:
    if file.state not in _AT_REST:
        raise Conflict(f"The file is {file.state}: wait until it is loaded or refused.")
    if file.hold is FileHold.REJECTED:
        raise Conflict("The file was rejected, and stays so. Upload it again with accepts_repeat.")
    if file.mend_count:
        raise Conflict(
            f"{file.mend_count} changes to rows of this file were made by hand; loading it again would undo "
            "them. Either correct its other rows one by one too; or change the source, upload the corrected "
            "file with accepts_repeat, and reject this one, so that no campaign takes both."
        )
    await check_rows_are_free(runtime, company_id, file)


async def _again(runtime: Runtime, file: File, accepts_missing: Sequence[str]) -> File:
    """The file as it stands before its load; its lease is over, so that any worker may take it."""
    upload = await runtime.files.find(file.object_name)
    if upload is None:
        raise Conflict("The upload was deleted, as its time is over. Upload the file again.")
    return File(
        id=file.id,
        source_id=file.source_id,
        name=file.name,
        object_name=file.object_name,
        created_at=file.created_at,
        state=FileState.LOADING,
        accepts_repeat=file.accepts_repeat,
        generation=upload.generation,
        content_hash=file.content_hash,
        sheet=file.sheet,
        chunk_count=file.chunk_count,
        lease_until=runtime.now(),
        reload_count=file.reload_count + 1,
        missing_accepted=tuple(dict.fromkeys([*file.missing_accepted, *accepts_missing])),
    )


def _remapped(source: Source, changes: Sequence[ColumnChange]) -> tuple[ColumnMapping, ...]:
    """The mapping with all changes made at once, as two columns may be swapped. Raises InvalidInput."""
    by_key = {column_key(change.column): change for change in changes}
    known = {column_key(column.column) for column in source.columns}
    problems = [
        Problem(field=f"changes[{index}].column", reason=f"{change.column!r} is not mapped by the source")
        for index, change in enumerate(changes)
        if column_key(change.column) not in known
    ]
    if problems:
        raise InvalidInput(*problems)
    return tuple(
        _changed(column, by_key[column_key(column.column)]) if column_key(column.column) in by_key else column
        for column in source.columns
    )


def _changed(column: ColumnMapping, change: ColumnChange) -> ColumnMapping:
    formats = change.formats if change.formats and column.formats else column.formats
    return replace(column, column=change.to or column.column, formats=formats)
