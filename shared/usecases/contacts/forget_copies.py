"""What else may hold a copy of a person's row: previews, answers given through the API, uploaded files."""

import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from google.api_core.exceptions import NotFound as ObjectNotFound

from shared.domain.files.file import File, FileState
from shared.domain.fires.deletion_work import Deleted, DeletionWork, Part, Place
from shared.domain.fires.person import FORGOTTEN, Person
from shared.domain.fires.preview import Preview, PreviewState, further_part_ids, preview_chunk_id
from shared.domain.messages.receipt_bundle import receipts_of, with_receipts
from shared.domain.messages.sending import Receipt
from shared.domain.record import replace
from shared.runtime import Runtime
from shared.tabular.rejected_rows import without_rows

UPLOADS_A_PAGE = 5  # the rejected rows of each are read
PREVIEWS_A_PAGE = 100
ANSWERS_A_PAGE = 50  # of half a megabyte each at most
BUNDLES_A_PAGE = 50
_AT_REST = frozenset({FileState.LOADED, FileState.REFUSED})


async def _forget_in_uploads(runtime: Runtime, company_id: str, work: DeletionWork) -> Deleted:
    """Delete uploads that hold the person, or may: a refused one cannot be searched. Rows are kept apart."""
    files = runtime.stores.files
    found = await files.page(company_id, limit=UPLOADS_A_PAGE, after=work.place.after or None)
    page = Deleted(next=_following(found.next_after))
    page.looked_through["uploads"] += len(found.items)
    for file in found.items:
        rejected = await _forget_rejected(runtime, company_id, file, work.person)
        page.removed["rejected_rows"] += rejected
        is_theirs = rejected or file.id in work.file_ids or file.state is FileState.REFUSED
        if file.refusal not in (None, FORGOTTEN):  # it may quote the file
            await files.save(company_id, file.id, replace(file, refusal=FORGOTTEN))
        if is_theirs and file.state not in _AT_REST:  # it is loaded again this moment
            page.left["files"].add(file.id)
        elif is_theirs and file.object_name and await runtime.files.remove(file.object_name):
            page.removed["uploads"] += 1
        if file.id in work.file_ids and await runtime.stores.file_profiles.find(company_id, file.id):
            page.removed["file_profiles"] += await runtime.stores.file_profiles.remove(company_id, [file.id])
    return page


def _following(after: str | None) -> Place | None:
    return None if after is None else Place(after)


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


async def _forget_previews(runtime: Runtime, company_id: str, work: DeletionWork) -> Deleted:
    """Delete the previews of files the person was in: they can be made again.

    One that is being made this moment will be stored again, and is `left`.
    """
    previews = runtime.stores.previews
    found = await previews.page(company_id, limit=PREVIEWS_A_PAGE, after=work.place.after or None)
    page = Deleted(next=_following(found.next_after))
    theirs = [one for one in found.items if set(work.file_ids).intersection(one.audience.file_ids)]
    lately = runtime.now() - timedelta(seconds=runtime.settings.lease_seconds)
    for preview in theirs:
        if preview.state is PreviewState.RUNNING and preview.made_at > lately:
            page.left["previews"].add(preview.id)
        await _forget_chunks(runtime, company_id, preview)
    page.removed["previews"] += await previews.remove(company_id, [preview.id for preview in theirs])
    return page


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


async def _forget_answers(runtime: Runtime, company_id: str, work: DeletionWork) -> Deleted:
    """Delete kept answers that name the person: the same request again would be done again."""
    kept = runtime.stores.idempotency
    found = await kept.page(company_id, limit=ANSWERS_A_PAGE, after=work.place.after or None)
    page = Deleted(next=_following(found.next_after))
    theirs = [one.id for one in found.items if work.person.is_in(one.body.decode("utf-8", "replace"))]
    page.removed["idempotency_keys"] += await kept.remove(company_id, theirs)
    return page


async def _forget_in_receipts(runtime: Runtime, company_id: str, work: DeletionWork) -> Deleted:
    """Take what names the person out of receipts that wait: they still say how far a message got."""
    bundles = runtime.stores.receipt_bundles
    found = await bundles.page(company_id, limit=BUNDLES_A_PAGE, after=work.place.after or None)
    page = Deleted(next=_following(found.next_after))
    for bundle in found.items:
        told = receipts_of(bundle)
        kept = [_without(receipt, work.person) for receipt in told]
        if kept != told:
            page.removed["receipts"] += sum(one != other for one, other in zip(told, kept, strict=True))
            await bundles.save(company_id, bundle.id, with_receipts(bundle, kept))
    return page


def _without(receipt: Receipt, person: Person) -> Receipt:
    is_theirs = person.is_in_any((receipt.address or "", receipt.reason or ""))
    return replace(receipt, address=None, reason=None) if is_theirs else receipt


_COPIES = {
    Part.UPLOADS: _forget_in_uploads,
    Part.PREVIEWS: _forget_previews,
    Part.ANSWERS: _forget_answers,
    Part.RECEIPTS: _forget_in_receipts,
}


async def forget_copies(runtime: Runtime, company_id: str, work: DeletionWork) -> Deleted:
    """One page of the part to which the deletion has come."""
    return await _COPIES[work.part](runtime, company_id, work)
