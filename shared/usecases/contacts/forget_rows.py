"""Blank a person's rows in a company's files, and forget what was made of those rows.

A row is blanked first. What is planned after that names nobody, and a run that was cut short knows an empty
row for a forgotten one: what was made of it is looked for again.
"""

from msgspec import Struct

from shared.domain.files.file import File, FileState, Row
from shared.domain.files.row_chunk import RowChunk, row_chunk_id
from shared.domain.files.row_key import row_key
from shared.domain.fires.deletion_work import Deleted, DeletionWork, Place, found_in
from shared.domain.fires.fire import ChunkState
from shared.domain.lease import LeaseLost
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.firestore.queries.fires import CHUNKS_BY_STATE, FAILURES_OF_ROW, FIRES_NOT_CLOSED
from shared.firestore.queries.messages import MESSAGES_OF_RECIPIENT
from shared.firestore.row_chunks import unpacked, with_rows
from shared.runtime import Runtime
from shared.usecases.contacts.forget_messages import MOST, forget_failures, forget_messages

FILES_A_PAGE = 100
CHUNKS_A_PAGE = 20


async def forget_rows(runtime: Runtime, company_id: str, work: DeletionWork) -> Deleted:
    """A page of all files' rows. Rows whose time is over are gone already."""
    files = await runtime.stores.files.page(company_id, limit=FILES_A_PAGE, after=work.place.after or None)
    stretch = _stretch(files.items, work.place, None if files.next_after is None else Place(files.next_after))
    page = Deleted(next=stretch.next)
    page.looked_through["files"] += stretch.ended
    page.left["files"] |= {file.id for file in stretch.begun if file.state is FileState.LOADING}
    chunks = await runtime.stores.row_chunks.find_many(company_id, stretch.chunk_ids)
    concerned = {file_id for file_id in work.file_ids if file_id in {c.file_id for c in chunks.values()}}
    for chunk in chunks.values():
        page.looked_through["rows"] += chunk.row_count
        if any(work.person.is_in_any(row.values.values()) for row in unpacked(chunk)):
            page.removed["rows"] += await _blank(runtime, company_id, work, chunk.id)
            concerned.add(chunk.file_id)
    if concerned:
        page.left["fires"] |= await _planning(runtime, company_id, concerned)
        ids = [chunk.id for chunk in chunks.values() if chunk.file_id in concerned]
        await _forget_what_was_made(runtime, company_id, page, ids)
    return page


class _Stretch(Struct, frozen=True, kw_only=True):
    """Chunks that are looked through together, the files that begin there, and how many end."""

    chunk_ids: list[str]
    begun: list[File]
    ended: int
    next: Place | None


def _stretch(files: list[File], place: Place, following: Place | None) -> _Stretch:
    """From `place` on, CHUNKS_A_PAGE at most."""
    ids: list[str] = []
    begun: list[File] = []
    after, first = place.after, place.chunk
    for ended, file in enumerate(files):
        if not first:
            begun.append(file)
        for number in range(first, file.chunk_count):
            if len(ids) == CHUNKS_A_PAGE:
                return _Stretch(chunk_ids=ids, begun=begun, ended=ended, next=Place(after, number))
            ids.append(row_chunk_id(file.id, number))
        after, first = file.id, 0
    return _Stretch(chunk_ids=ids, begun=begun, ended=len(files), next=following)


async def _blank(runtime: Runtime, company_id: str, work: DeletionWork, chunk_id: str) -> int:
    """Empty the person's rows of the chunk; note its file and how it writes the address. Raises LeaseLost.

    The rows keep their numbers: fired again, each is a failure, and the ledger closes.
    """
    stores, person = runtime.stores, work.person
    spelling = person.channel.record.address.spelling

    async def blank(transaction: Transaction) -> int:
        chunk = await stores.row_chunks.get(company_id, chunk_id, transaction)
        current = await stores.deletion_work.find(company_id, work.id, transaction)
        file = await stores.files.find(company_id, chunk.file_id, transaction)
        if current is None or current.lease_token != work.lease_token:
            raise LeaseLost
        rows = unpacked(chunk)
        theirs = {row.number for row in rows if person.is_in_any(row.values.values())}
        cells = [v for row in rows if row.number in theirs for v in row.values.values() if person.is_in(v)]
        known = found_in(current, [chunk.file_id], [found for cell in cells if (found := spelling(cell))])
        stores.deletion_work.put(transaction, company_id, work.id, known)
        blanked = with_rows(chunk, [Row(number=r.number) if r.number in theirs else r for r in rows])
        if file is not None and blanked.marked_count != chunk.marked_count:
            count = file.marked_count + blanked.marked_count - chunk.marked_count
            stores.files.put(transaction, company_id, file.id, replace(file, marked_count=count))
        stores.row_chunks.put(transaction, company_id, chunk_id, blanked)
        return len(theirs)

    return await transact(stores.db, blank)


async def _planning(runtime: Runtime, company_id: str, file_ids: set[str]) -> set[str]:
    """The fires of these files that have a chunk at work: it may have read the rows as they were."""
    stores = runtime.stores
    fires = await stores.fires.some(company_id, FIRES_NOT_CLOSED, False, limit=MOST)
    found: set[str] = set()
    for fire in fires:
        if file_ids.intersection(fire.audience.file_ids):
            leased = await stores.chunks.some(
                company_id, CHUNKS_BY_STATE, fire.id, ChunkState.LEASED, limit=1
            )
            found |= {chunk.fire_id for chunk in leased}
    return found


async def _forget_what_was_made(
    runtime: Runtime, company_id: str, page: Deleted, chunk_ids: list[str]
) -> None:
    """Messages to any address of the empty rows, and their failures."""
    stores = runtime.stores
    chunks: dict[str, RowChunk] = await stores.row_chunks.find_many(company_id, chunk_ids)
    for chunk in chunks.values():
        for number in (row.number for row in unpacked(chunk) if not row.values):
            key = row_key(chunk.file_id, number)
            messages = await stores.messages.some(company_id, MESSAGES_OF_RECIPIENT, key, limit=MOST)
            await forget_messages(runtime, company_id, page, messages)
            failures = await stores.failures.some(
                company_id, FAILURES_OF_ROW, chunk.file_id, number, limit=MOST
            )
            await forget_failures(runtime, company_id, page, failures)
