"""Delete what imports of contacts keep of a person: the uploaded files, and what was noted beside them."""

import asyncio
import io
import tempfile
from collections.abc import Callable, Iterable
from csv import reader, writer
from pathlib import Path

import msgspec
from google.api_core.exceptions import NotFound as ObjectNotFound

from shared.domain.contacts.contact_import import (
    AT_WORK,
    LEFT_PIECE,
    REJECTED_PIECE,
    ContactImport,
    LeftContact,
)
from shared.domain.files.file import FileRefused
from shared.domain.fires.deletion_work import Deleted, DeletionWork, Place
from shared.domain.fires.person import Person
from shared.runtime import Runtime
from shared.tabular.caps import Caps
from shared.tabular.rejected_rows import REASON_COLUMN
from shared.tabular.vcards import open_people

_LEFT = msgspec.json.Decoder(list[LeftContact])


async def forget_imports(runtime: Runtime, company_id: str, work: DeletionWork) -> Deleted:
    """One import after the other. One that is at work is left: its upload is read this moment."""
    found = await runtime.stores.contact_imports.page(company_id, limit=1, after=work.place.after or None)
    page = Deleted(next=Place(found.next_after) if found.next_after else None)
    page.looked_through["imports"] += len(found.items)
    for item in found.items:
        if item.state in AT_WORK:
            page.left["imports"].add(item.id)
            continue
        if await _holds(runtime, item, work.person):
            page.removed["uploads"] += await runtime.files.remove(item.object_name)
        page.removed["rejected_rows"] += await _forget_beside(runtime, company_id, item, work.person)
    return page


async def _holds(runtime: Runtime, item: ContactImport, person: Person) -> bool:
    """Whether the upload holds the person, or may: one that cannot be read cannot be searched."""
    stored = await runtime.files.find(item.object_name)
    if stored is None:
        return False
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        if not await runtime.files.download(item.object_name, stored.generation, str(path)):
            return False
        most = runtime.settings.max_upload_bytes
        return await asyncio.to_thread(_is_in_upload, path, item.sheet, most, person)


def _is_in_upload(path: Path, sheet: str | None, most_bytes: int, person: Person) -> bool:
    try:
        with open_people(path, sheet=sheet, takes_hidden=True, caps=Caps(file_bytes=most_bytes)) as table:
            return any(person.is_in_any(map(str, one.cells)) for one in table.records)
    except FileRefused:
        return True


async def _forget_beside(runtime: Runtime, company_id: str, item: ContactImport, person: Person) -> int:
    """Write what was noted beside an import anew, without the person; how many rejected rows were theirs."""
    removed, delimiter = 0, ","
    for name in sorted(await runtime.files.list_names(f"{item.folder}/")):
        kind = name.rpartition("/")[2].partition("-")[0]
        if kind not in (REJECTED_PIECE, LEFT_PIECE):
            continue
        try:
            content = b"".join([piece async for piece in runtime.files.read(name)])
        except ObjectNotFound:  # its time is over
            continue
        if kind == LEFT_PIECE:
            await _forget_left(runtime, company_id, name, content)
            continue
        text = content.decode("utf-8")
        delimiter = _delimiter_in(text) or delimiter  # the first piece has the header, the others have none
        rest, count = _without_rows(text, delimiter, person.is_in_any)
        if count:
            await runtime.files.save_text(name, rest)
        removed += count
    return removed


def _delimiter_in(text: str) -> str | None:
    """What stands before the column of reasons in a header."""
    before, column, _ = text.partition(REASON_COLUMN)
    return before[-1:] if column and "\n" not in before else None


def _without_rows(text: str, delimiter: str, is_theirs: Callable[[Iterable[str]], bool]) -> tuple[str, int]:
    """A piece of the rejected rows without the person's."""
    rows = list(reader(io.StringIO(text, newline=""), delimiter=delimiter))
    kept = [row for row in rows if not is_theirs(row)]
    out = io.StringIO(newline="")
    writer(out, delimiter=delimiter).writerows(kept)
    return out.getvalue(), len(rows) - len(kept)


async def _forget_left(runtime: Runtime, company_id: str, name: str, content: bytes) -> None:
    """Take out the names of contacts that are gone: the person's are, by now."""
    left = _LEFT.decode(content)
    there = await runtime.stores.contact_shards.contacts(company_id, [one.contact_id for one in left])
    kept = [one for one in left if one.contact_id in there]
    if len(kept) < len(left):
        await runtime.files.save_text(name, msgspec.json.encode(kept).decode())
