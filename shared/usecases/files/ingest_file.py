"""Load an uploaded file: stream it into row chunks, and every rejected row into the failures table."""

import asyncio
import hashlib
import re
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from shared import faults, log
from shared.domain.errors import NotFound
from shared.domain.files.file import File, FileRefused, FileState, RejectedRow, Row
from shared.domain.files.mapping import map_record, prepare_mapping
from shared.domain.files.row_chunk import ROWS_PER_CHUNK
from shared.domain.files.source import Source
from shared.domain.job import IngestFile
from shared.domain.lease import LeaseLost
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.tabular.caps import Caps
from shared.tabular.rejected_rows import RejectedRowsFile
from shared.tabular.table import Table, open_table
from shared.usecases.files.claim_file import claim_content, claim_file, give_back_content
from shared.usecases.files.store_rows import Loaded, store_rows

_UPLOAD = re.compile(r"companies/([^/]+)/files/([^/]+)/upload")
CHUNKS_PER_PROGRESS = 10
OVERWRITTEN = "The upload was overwritten before it was loaded. Upload the file again."


async def ingest_file(runtime: Runtime, job: IngestFile) -> None:
    """Load the file behind a finished upload, once; other objects and repeated news are left alone."""
    place = _UPLOAD.fullmatch(job.object_name)
    if place is None or job.bucket != runtime.settings.upload_bucket:
        return
    company_id, file_id = place.groups()
    with log.context(company_id=company_id, file_id=file_id):
        file = await claim_file(runtime, company_id, file_id, job.generation)
        if file is not None:
            await _ingest(runtime, company_id, file)


async def _ingest(runtime: Runtime, company_id: str, file: File) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            loaded = await _load(runtime, company_id, file, Path(folder))
        except FileRefused as refusal:
            await give_back_content(runtime, company_id, file)
            await _end(runtime, company_id, file, state=FileState.REFUSED, refusal=refusal.reason)
            log.event("file refused")
            return
        await _end(runtime, company_id, file, state=FileState.LOADED, **loaded.facts())
        log.event("file loaded", rows=loaded.row_count, rejected=loaded.rejected_count)


async def _load(runtime: Runtime, company_id: str, file: File, folder: Path) -> Loaded:
    source = await runtime.stores.sources.find(company_id, file.source_id)
    if source is None:
        raise FileRefused("The file's source was deleted. Choose another source and upload it again.")
    path = folder / "upload"
    content_hash = await _fetch(runtime, file, path)
    await claim_content(runtime, company_id, file, content_hash)
    company = await runtime.stores.companies.get(company_id)
    loaded = Loaded(content_hash=content_hash, size=path.stat().st_size)
    with ExitStack() as opened:
        hints = {"encoding": source.encoding, "delimiter": source.delimiter, "sheet": source.sheet}
        table = await asyncio.to_thread(
            opened.enter_context,
            open_table(path, caps=Caps(file_bytes=runtime.settings.max_upload_bytes), **hints),
        )
        reader = BlockReader(table, source, source.time_zone or company.time_zone, folder / "rejected.csv")
        opened.callback(reader.close)
        loaded.encoding, loaded.delimiter = table.encoding, table.delimiter
        while block := await asyncio.to_thread(reader.next_block):
            await store_rows(runtime, company_id, file, loaded, block.rows, block.rejected)
            if loaded.chunk_count % CHUNKS_PER_PROGRESS == 0:
                await _note_progress(runtime, company_id, file, loaded, block.percent)
    if not loaded.row_count and not loaded.rejected_count:
        raise FileRefused("The file has a header but no rows. Check the export that made it.")
    if loaded.rejected_count:
        loaded.rejected_object_name = f"companies/{company_id}/files/{file.id}/rejected.csv"
        with faults.step("ingest_file.rejected"):
            await runtime.files.upload(loaded.rejected_object_name, str(folder / "rejected.csv"), "text/csv")
    return loaded


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


@dataclass(frozen=True, slots=True)
class Block:
    """What is stored in one go: rows of one chunk, rows rejected on the way, and how far the file is read."""

    rows: list[Row]
    rejected: list[RejectedRow]
    percent: int


class BlockReader:
    """Reads a table block by block and writes the rejected-rows file. Runs in threads, one call at a time."""

    def __init__(self, table: Table, source: Source, time_zone: str, rejected_path: Path) -> None:
        self._records = table.records
        self._mapping = prepare_mapping(source.columns, table.header, time_zone=time_zone)
        self._stream = rejected_path.open("wb")
        self._rejected_file = RejectedRowsFile(self._stream, header=table.header, delimiter=table.delimiter)

    def next_block(self) -> Block | None:
        """The next rows, or None at the end. Raises FileRefused."""
        block = Block([], [], 0)
        percent = 0
        for record in self._records:
            percent = record.percent
            outcome = map_record(self._mapping, record.number, record.cells)
            if isinstance(outcome, Row):
                block.rows.append(outcome)
            else:
                block.rejected.append(outcome)
                self._rejected_file.add(outcome)
            if len(block.rows) + len(block.rejected) >= ROWS_PER_CHUNK:
                break
        return replace(block, percent=percent) if block.rows or block.rejected else None

    def close(self) -> None:
        """Finish the rejected-rows file."""
        self._stream.close()


async def _note_progress(runtime: Runtime, company_id: str, file: File, loaded: Loaded, percent: int) -> None:
    """Show progress and renew the lease. Raises LeaseLost."""
    until = runtime.now() + timedelta(seconds=runtime.settings.lease_seconds)
    await _update(
        runtime, company_id, file, percent=min(percent, 99), row_count=loaded.row_count,
        rejected_count=loaded.rejected_count, lease_until=until,
    )  # fmt: skip


async def _end(runtime: Runtime, company_id: str, file: File, **facts: object) -> None:
    await _update(runtime, company_id, file, percent=100, loaded_at=runtime.now(), lease_until=None, **facts)


async def _update(runtime: Runtime, company_id: str, file: File, **facts: object) -> None:
    files = runtime.stores.files

    async def update(transaction: Transaction) -> None:
        current = await files.get(company_id, file.id, transaction)
        if current.lease_token != file.lease_token:
            raise LeaseLost
        files.put(transaction, company_id, file.id, replace(current, **facts))  # type: ignore[arg-type]

    await transact(runtime.stores.db, update, "ingest_file.update")
