"""Why somebody has no message of a campaign for the rows of files: their row is looked for."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from itertools import islice

from google.api_core.exceptions import NotFound as ObjectNotFound

from shared.domain.campaigns.content import CampaignContent
from shared.domain.files.file import File, Row
from shared.domain.files.row_chunk import ROWS_PER_CHUNK, RowChunk, row_chunk_id
from shared.domain.fires.explain_message import explain_rejected
from shared.domain.fires.explanation import Absence, Explanation, absent
from shared.domain.fires.fire import Fire
from shared.domain.fires.recipient import recipient_of_row
from shared.firestore.row_chunks import CHUNKS_PER_READ, unpacked
from shared.runtime import Runtime
from shared.tabular.rejected_rows import reasons_of
from shared.usecases.fires.explain_planned import Missing, explain_planned
from shared.views.one_person import OnePerson

MOST_ROWS = 300_000  # of a file that are looked through for an address
MOST_BYTES = 10_000_000  # of a file of rejected rows
MOST_FOUND = 20  # rows of one person


async def explain_not_in_files(
    runtime: Runtime, company_id: str, person: OnePerson, fire: Fire, content: CampaignContent
) -> Missing:
    """Their rows that were rejected, or that the row filter does not take; or that there is none."""
    files = await runtime.stores.files.find_many(company_id, fire.audience.file_ids)
    found: list[Explanation] = []
    fields = {step.address_field for step in content.campaign.steps}
    for file in files.values():
        found += await rejected_with(runtime, company_id, file, lambda cells: _holds(person, cells))
        async for row in _rows(runtime, company_id, person, file, fields):
            recipient = recipient_of_row(file.id, row)
            found += await explain_planned(runtime, company_id, fire, content, recipient)
            if len(found) >= MOST_FOUND:
                return Missing(found)
    notes = [note for file in files.values() for note in _notes(file)]
    return Missing(found or [_not_there(files.values())], notes)


async def rejected_with(
    runtime: Runtime, company_id: str, file: File, concerns: Callable[[Sequence[str]], bool]
) -> list[Explanation]:
    """Rows that could not be loaded and whose cells concern: they stand in a file of their own."""
    name = file.rejected_object_name
    if not file.rejected_count or name is None or not name.startswith(f"companies/{company_id}/"):
        return []
    content = b""
    try:
        async for piece in runtime.files.read(name):
            content += piece
            if len(content) >= MOST_BYTES:
                break
    except ObjectNotFound:  # its time is over
        return []
    found = reasons_of(content, file.delimiter, concerns)
    return [explain_rejected(reason) for reason in islice(found, MOST_FOUND)]


async def _rows(
    runtime: Runtime, company_id: str, person: OnePerson, file: File, fields: Iterable[str]
) -> AsyncIterator[Row]:
    """The file's rows that have one of the addresses in one of the fields; chunks that are gone have none."""
    names = tuple(fields)
    last = min(file.chunk_count, MOST_ROWS // ROWS_PER_CHUNK)
    for first in range(0, last, CHUNKS_PER_READ):
        ids = [row_chunk_id(file.id, number) for number in range(first, min(first + CHUNKS_PER_READ, last))]
        chunks = await runtime.stores.row_chunks.find_many(company_id, ids)
        for row in await asyncio.to_thread(_theirs, list(chunks.values()), person, names):
            yield row


def _theirs(chunks: list[RowChunk], person: OnePerson, fields: tuple[str, ...]) -> list[Row]:
    return [
        row
        for chunk in chunks
        for row in unpacked(chunk)
        for texts in [[row.values[name] for name in fields if name in row.values]]
        if _holds(person, texts)
    ]


def _holds(person: OnePerson, texts: Sequence[str]) -> bool:
    return any(one.kind.is_in(one.address, text) for one in person.addresses for text in texts if text)


def _not_there(files: Iterable[File]) -> Explanation:
    names = ", ".join(repr(file.name) for file in files) or "that it was fired for"
    return absent(Absence.NOT_IN_FILES, f"No row of the file {names} has an address of theirs.")


def _notes(file: File) -> list[str]:
    if file.chunk_count <= MOST_ROWS // ROWS_PER_CHUNK:
        return []
    return [f"Only the first {MOST_ROWS:,} rows of {file.name!r} were looked through."]
