"""Load an uploaded file: stream it into row chunks, and every rejected row into the failures table."""

import asyncio
import hashlib
import re
import tempfile
from collections.abc import AsyncGenerator
from contextlib import AbstractContextManager, ExitStack, aclosing
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from shared import faults, log
from shared.domain.contacts.contact_import import import_job
from shared.domain.errors import NotFound
from shared.domain.files.appointments import VisitRange
from shared.domain.files.file import File, FileHold, FileRefused, FileState
from shared.domain.files.holding import hold_of
from shared.domain.files.profile import FileProfile
from shared.domain.files.source import Source
from shared.domain.job import IngestFile
from shared.runtime import Runtime
from shared.tabular.caps import Caps
from shared.tabular.table import Table, open_table
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.files.check_file import MOST_FINDINGS, check_file
from shared.usecases.files.claim_file import claim_content, claim_file, give_back_content
from shared.usecases.files.clear_rows import clear_rows
from shared.usecases.files.find_earlier_files import find_earlier_files
from shared.usecases.files.note_loading import end_loading, note_loading
from shared.usecases.files.read_blocks import Block, BlockReader, read_blocks
from shared.usecases.files.store_import import announce_import
from shared.usecases.files.store_rows import Loaded, release_held, store_rows
from shared.usecases.files.store_withdrawals import store_withdrawals

_UPLOAD = re.compile(r"companies/([^/]+)/files/([^/]+)/upload")
_IMPORT = re.compile(r"companies/([^/]+)/contact_imports/([^/]+)/upload")
# Progress is noted for so many chunks, and in a large file for a twentieth of what is stored.
CHUNKS_PER_PROGRESS = 10
PROGRESS_PARTS = 20
OVERWRITTEN = "The upload was overwritten before it was loaded. Upload the file again."


async def ingest_file(runtime: Runtime, job: IngestFile) -> None:
    """Load the file behind a finished upload, once; other objects and repeated news are left alone.

    Uploads of contacts come here too, as a bucket has one topic: the job of theirs is announced.
    """
    if job.bucket != runtime.settings.upload_bucket:
        return
    if (theirs := _IMPORT.fullmatch(job.object_name)) is not None:
        await announce_jobs(runtime, [import_job(*theirs.groups())], None)  # lost, the sweep finds it
        return
    place = _UPLOAD.fullmatch(job.object_name)
    if place is None:
        return
    company_id, file_id = place.groups()
    with log.context(company_id=company_id, file_id=file_id):
        file = await claim_file(runtime, company_id, file_id, job.generation)
        if file is not None:
            await _ingest(runtime, company_id, file)


async def _ingest(runtime: Runtime, company_id: str, file: File) -> None:
    loaded = Loaded()
    with tempfile.TemporaryDirectory() as folder:
        try:
            await _load(runtime, company_id, file, Path(folder), loaded)
        except FileRefused as refusal:
            await give_back_content(runtime, company_id, file)
            loaded.findings = refusal.findings[:MOST_FINDINGS]
            facts = loaded.facts_of_refusal()
            await end_loading(
                runtime, company_id, file, state=FileState.REFUSED, refusal=refusal.reason, **facts
            )
            log.event("file refused")
            return
        source = await runtime.stores.sources.find(company_id, file.source_id)
        ended = await end_loading(runtime, company_id, file, source, state=FileState.LOADED, **loaded.facts())
        if ended.hold is not FileHold.HELD:
            await announce_import(runtime, company_id, ended, source)
        log.event("file loaded", rows=loaded.row_count, rejected=loaded.rejected_count)


async def _load(runtime: Runtime, company_id: str, file: File, folder: Path, loaded: Loaded) -> None:
    source = await runtime.stores.sources.find(company_id, file.source_id)
    if source is None:
        raise FileRefused("The file's source was deleted. Choose another source and upload it again.")
    path = folder / "upload"
    loaded.content_hash = await _fetch(runtime, file, path)
    loaded.size = path.stat().st_size
    await claim_content(runtime, company_id, file, loaded.content_hash)
    if file.reload_count:
        await clear_rows(runtime, company_id, file)
    company = await runtime.stores.companies.get(company_id)
    with ExitStack() as opened:
        zone = source.time_zone or company.time_zone
        opening = _open(runtime, file, source, path, zone)
        table = await asyncio.to_thread(opened.enter_context, opening)
        loaded.note_table(table)
        check = check_file(file, source, company, await find_earlier_files(runtime, company_id, file))
        reading = read_blocks(table, source, company, file.created_at, folder / "rejected.csv", check)
        reader = await asyncio.to_thread(opened.enter_context, reading)
        await _store_all(runtime, company_id, file, reader, loaded)
        loaded.notes, loaded.hidden_count = reader.notes(), table.hidden.count
        day = runtime.now().astimezone(ZoneInfo(zone)).date()
        profile, loaded.findings = await asyncio.to_thread(check.result, day)
    if loaded.rejected_count:
        loaded.rejected_object_name = f"companies/{company_id}/files/{file.id}/rejected.csv"
        with faults.step("ingest_file.rejected"):
            await runtime.files.upload(loaded.rejected_object_name, str(folder / "rejected.csv"), "text/csv")
    if not loaded.row_count and not loaded.canceled_count:
        raise FileRefused(reader.nothing_loaded(), loaded.findings)
    await _conclude(runtime, company_id, file, source, loaded, FileProfile.of(file, profile))


async def _store_all(
    runtime: Runtime, company_id: str, file: File, reader: BlockReader, loaded: Loaded
) -> None:
    """Store what is read; while some blocks are stored, the next are read."""
    noted = 0
    async with aclosing(_read_ahead(reader)) as ahead:
        async for blocks in ahead:
            for block in blocks:
                loaded.withdrawals += block.withdrawals
                loaded.canceled_count += block.canceled
                loaded.filtered_count += block.filtered
            await store_rows(runtime, company_id, file, loaded, blocks)
            fresh = loaded.chunk_count - noted
            if fresh >= max(CHUNKS_PER_PROGRESS, noted // PROGRESS_PARTS) or not any(b.rows for b in blocks):
                await _note_progress(runtime, company_id, file, loaded, blocks[-1].percent)
                noted = loaded.chunk_count


async def _read_ahead(reader: BlockReader) -> AsyncGenerator[list[Block], None]:
    ahead = asyncio.create_task(asyncio.to_thread(reader.next_blocks))
    try:
        while blocks := await asyncio.shield(ahead):
            ahead = asyncio.create_task(asyncio.to_thread(reader.next_blocks))
            yield blocks
    finally:  # no thread reads what is about to be closed
        await asyncio.gather(ahead, return_exceptions=True)


async def _conclude(
    runtime: Runtime, company_id: str, file: File, source: Source, loaded: Loaded, profile: FileProfile
) -> None:
    """All is stored: whether the file is held, and what it withdraws."""
    if loaded.row_count:
        loaded.hold = hold_of(source, loaded.findings)
        with faults.step("ingest_file.profile"):
            await runtime.stores.file_profiles.save(company_id, file.id, profile)
    else:  # it only cancels: nobody is in it to be compared, or held back
        loaded.findings = ()
        await release_held(runtime, company_id, file, loaded)
    told = await store_withdrawals(runtime, company_id, file, loaded)
    loaded.notes = (*loaded.notes, *([told] if told else []))


def _open(
    runtime: Runtime, file: File, source: Source, path: Path, zone: str
) -> AbstractContextManager[Table]:
    # By when the file was announced, not by the clock: loading again must give the same rows.
    first_day = file.created_at.astimezone(ZoneInfo(zone)).date()
    return open_table(
        path,
        encoding=source.encoding,
        delimiter=source.delimiter,
        sheet=file.sheet or source.sheet,
        columns=[column.column for column in source.columns],
        header_row=source.header_row,
        takes_hidden=source.loads_hidden_rows,
        form=source.format,
        visits=VisitRange(first_day=first_day, time_zone=zone, days=source.days_ahead),
        caps=Caps(file_bytes=runtime.settings.max_upload_bytes),
    )


async def _fetch(runtime: Runtime, file: File, path: Path) -> str:
    """Download the claimed generation; returns the content's hash. Raises FileRefused, NotFound."""
    stored = await runtime.files.find(file.object_name)
    if stored is None:
        raise NotFound("upload", file.id)
    if stored.generation != file.generation:
        raise FileRefused(OVERWRITTEN)
    if stored.size == 0:
        raise FileRefused("The file is empty. Check the export that made it, then upload it again.")
    limit = runtime.settings.max_upload_bytes
    if stored.size > limit:
        raise FileRefused(
            f"The file has {stored.size:,} bytes; {limit:,} are taken. Split it, or remove columns."
        )
    if not await runtime.files.download(file.object_name, file.generation or "", str(path)):
        raise FileRefused(OVERWRITTEN)
    return await asyncio.to_thread(_hash_of, path)


def _hash_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


async def _note_progress(runtime: Runtime, company_id: str, file: File, loaded: Loaded, percent: int) -> None:
    """Show progress and renew the lease. Raises LeaseLost."""
    until = runtime.now() + timedelta(seconds=runtime.settings.lease_seconds)
    await note_loading(
        runtime, company_id, file, percent=min(percent, 99), row_count=loaded.row_count,
        rejected_count=loaded.rejected_count, lease_until=until,
    )  # fmt: skip
