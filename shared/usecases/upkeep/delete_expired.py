"""The daily tick that deletes what companies keep for a shorter time than the installation does.

What the installation keeps no longer, Firestore deletes by itself (firestore/kit/retention.py). A company
with periods of its own is looked through by the lists that people see: nothing else is read. Where a run
ends, the next one goes on, as what is left is still there.
"""

import time
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from shared import log
from shared.domain.companies.company import Company
from shared.domain.companies.kept_for import AS_LONG_AS_ALL
from shared.domain.files.file import File
from shared.domain.files.row_chunk import row_chunk_id
from shared.domain.messages.message import Message, MessageState
from shared.firestore.kit.collection import Collection
from shared.firestore.kit.query import ListQuery
from shared.firestore.queries.lists import FAILURES, FILES, MESSAGES, REPLIES
from shared.runtime import Runtime

A_PAGE = 300
_AT_WORK = frozenset({MessageState.QUEUED, MessageState.SENDING})


async def delete_expired(runtime: Runtime, now: datetime) -> dict[str, int]:
    """Delete what is over; how much of each."""
    counts: Counter[str] = Counter({"messages": 0, "failures": 0, "replies": 0, "files": 0})
    until = runtime.deadline()
    async for company in runtime.stores.companies.each():
        if company.kept_for != AS_LONG_AS_ALL and time.monotonic() < until:
            with log.context(company_id=company.id):
                await _delete(runtime, company, now, until, counts)
    return dict(counts)


async def _delete(
    runtime: Runtime, company: Company, now: datetime, until: float, counts: Counter[str]
) -> None:
    stores, kept, settings = runtime.stores, company.kept_for, runtime.settings
    over = now - timedelta(days=kept.messages_days(settings.retention_days))
    replies_over = now - timedelta(days=kept.replies_days(settings.retention_days))
    rows_over = now - timedelta(days=kept.rows_days(settings.rows_retention_days))
    lists: tuple[tuple[Collection[Any], ListQuery, datetime], ...] = (
        (stores.replies, REPLIES, replies_over),
        (stores.failures, FAILURES, over),
        (stores.messages, MESSAGES, over),
        (stores.files, FILES, rows_over),
    )
    for collection, query, end in lists:
        after: tuple[datetime, str] | None = None
        while time.monotonic() < until:
            page = await collection.newest(company.id, query, limit=A_PAGE, until=end, after=after)
            counts[collection.name] += await _delete_page(runtime, company.id, collection.name, page, end)
            if len(page) < A_PAGE:
                break
            after = (getattr(page[-1], query.newest), page[-1].id)


async def _delete_page(runtime: Runtime, company_id: str, name: str, page: list[Any], end: datetime) -> int:
    """Delete what of these records may go; how many did."""
    stores = runtime.stores
    match name:
        case "files":
            return await _delete_rows(runtime, company_id, [one for one in page if _is_over(one, end)])
        case "messages":
            closed = await _closed(runtime, company_id, {one.fire_id for one in page})
            page = [one for one in page if _may_go(one, closed)]
        case "failures":  # those of files belong to rows that may be mended
            closed = await _closed(runtime, company_id, {one.fire_id for one in page if one.fire_id})
            page = [one for one in page if not one.fire_id or one.fire_id in closed]
    collection: Collection[Any] = getattr(stores, name)
    return await collection.remove(company_id, [one.id for one in page])


async def _closed(runtime: Runtime, company_id: str, fire_ids: Iterable[str]) -> set[str]:
    """The fires whose books are closed, or never close: their messages are counted no more."""
    found = await runtime.stores.fires.find_many(company_id, fire_ids)
    is_open = {one.id for one in found.values() if not one.is_closed and not one.is_standing}
    return set(fire_ids) - is_open


def _may_go(message: Message, closed: set[str]) -> bool:
    return message.state not in _AT_WORK and message.fire_id in closed


def _is_over(file: File, end: datetime) -> bool:
    return file.loaded_at is not None and file.loaded_at < end


async def _delete_rows(runtime: Runtime, company_id: str, files: list[File]) -> int:
    """Delete these files' rows and uploads, each file's first chunk last: while it is there, something is."""
    stores = runtime.stores
    firsts = {row_chunk_id(one.id, 0): one for one in files if one.chunk_count}
    left = await stores.row_chunks.find_field(company_id, firsts, "number")
    for chunk_id in left:
        file = firsts[chunk_id]
        for name in filter(None, (file.object_name, file.rejected_object_name)):
            await runtime.files.remove(name)
        await stores.file_profiles.remove(company_id, [file.id])
        chunks = [row_chunk_id(file.id, number) for number in range(1, file.chunk_count)]
        await stores.row_chunks.remove(company_id, chunks)
        await stores.row_chunks.remove(company_id, [chunk_id])
    return len(left)
