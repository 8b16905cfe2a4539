"""What else may hold a copy of a person's row: previews, answers given through the API, uploaded files."""

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from google.api_core.exceptions import NotFound as ObjectNotFound

from shared.domain.files.file import File, FileState
from shared.domain.fires.person import FORGOTTEN, Person
from shared.domain.fires.preview import Preview, further_part_ids, preview_chunk_id
from shared.domain.messages.receipt_bundle import receipts_of, with_receipts
from shared.domain.messages.sending import Receipt
from shared.runtime import Runtime
from shared.tabular.rejected_rows import without_rows
from shared.usecases.contacts.find_rows_of import RowsOf

_AT_REST = frozenset({FileState.LOADED, FileState.REFUSED})


async def forget_copies(runtime: Runtime, company_id: str, person: Person, rows: RowsOf) -> Counter[str]:
    """Delete the copies; counts by class."""
    removed = await _forget_uploads(runtime, company_id, person, rows)
    removed["previews"] += await _forget_previews(runtime, company_id, rows)
    removed["file_profiles"] += await runtime.stores.file_profiles.remove(company_id, rows.numbers)
    removed["idempotency_keys"] += await _forget_answers(runtime, company_id, person)
    removed["receipts"] += await _forget_receipts(runtime, company_id, person)
    return removed


async def _forget_receipts(runtime: Runtime, company_id: str, person: Person) -> int:
    """Take what names the person out of receipts that wait: they still say how far a message got."""
    bundles, removed = runtime.stores.receipt_bundles, 0
    async for page in bundles.each_page(company_id):
        for bundle in page:
            told = receipts_of(bundle)
            kept = [_without(receipt, person) for receipt in told]
            if kept != told:
                removed += sum(one != other for one, other in zip(told, kept, strict=True))
                await bundles.save(company_id, bundle.id, with_receipts(bundle, kept))
    return removed


def _without(receipt: Receipt, person: Person) -> Receipt:
    is_theirs = person.is_in_any((receipt.address or "", receipt.reason or ""))
    return replace(receipt, address=None, reason=None) if is_theirs else receipt


async def _forget_previews(runtime: Runtime, company_id: str, rows: RowsOf) -> int:
    """Delete the previews of files the person is in: they can be made again."""
    stores = runtime.stores
    theirs: list[Preview] = []
    async for page in stores.previews.each_page(company_id):
        theirs += [preview for preview in page if rows.numbers.keys() & set(preview.audience.file_ids)]
    for preview in theirs:
        await _forget_chunks(runtime, company_id, preview)
    return await stores.previews.remove(company_id, [preview.id for preview in theirs])


async def _forget_chunks(runtime: Runtime, company_id: str, preview: Preview) -> None:
    chunks = runtime.stores.preview_chunks
    ids = [preview_chunk_id(preview.id, number) for number in range(preview.audience.chunk_count)]
    part_counts = await chunks.find_field(company_id, ids, "part_count")
    further = [
        item_id
        for number, first in enumerate(ids)
        for item_id in further_part_ids(preview.id, number, part_counts.get(first) or 1)
    ]
    await chunks.remove(company_id, further)  # before the first ones, which tell of them
    await chunks.remove(company_id, ids)


async def _forget_answers(runtime: Runtime, company_id: str, person: Person) -> int:
    """Delete kept answers that name the person: the same request again would be done again."""
    kept = runtime.stores.idempotency
    theirs: list[str] = []
    async for page in kept.each_page(company_id):
        theirs += [record.id for record in page if person.is_in(record.body.decode("utf-8", "replace"))]
    return await kept.remove(company_id, theirs)


async def _forget_uploads(runtime: Runtime, company_id: str, person: Person, rows: RowsOf) -> Counter[str]:
    """Delete uploads that hold the person, or may: a refused one cannot be searched. Rows are kept apart."""
    removed: Counter[str] = Counter()
    async for page in runtime.stores.files.each_page(company_id):
        for file in page:
            rejected = await _forget_rejected(runtime, company_id, file, person)
            removed["rejected_rows"] += rejected
            is_theirs = rejected or file.id in rows.numbers or file.state is FileState.REFUSED
            if file.refusal not in (None, FORGOTTEN):  # it may quote the file
                await runtime.stores.files.save(company_id, file.id, replace(file, refusal=FORGOTTEN))
            if is_theirs and file.state in _AT_REST and await runtime.files.remove(file.object_name):
                removed["uploads"] += 1
    return removed


async def _forget_rejected(runtime: Runtime, company_id: str, file: File, person: Person) -> int:
    """Write the file's rejected rows anew without the person's; how many those were."""
    if file.rejected_object_name is None:
        return 0
    try:
        content = b"".join([piece async for piece in runtime.files.read(file.rejected_object_name)])
    except ObjectNotFound:  # its time is over
        await runtime.stores.files.save(company_id, file.id, replace(file, rejected_object_name=None))
        return 0

    def is_theirs(cells: Sequence[str]) -> bool:
        return person.is_in_any(cells)

    rest, count = without_rows(content, file.delimiter, is_theirs)
    if count:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "rejected.csv"
            path.write_bytes(rest)
            await runtime.files.upload(file.rejected_object_name, str(path), "text/csv")
    return count
