"""Uploading a file: by a form, or where scripts are allowed straight to Cloud Storage."""

import asyncio
import hashlib
from pathlib import Path

from starlette.responses import JSONResponse, Response

from functions.portal.kit.lists import every
from functions.portal.kit.pages import Pages, most_in_form
from functions.portal.kit.uploaded import on_disk
from functions.portal.kit.visit import Visit
from shared.domain.companies.api_key import Scope
from shared.domain.errors import InvalidInput, RollcallError
from shared.domain.files.file import FileState
from shared.domain.files.source import CONTACTS, Source
from shared.domain.ids import computed_id, random_id
from shared.domain.record import replace
from shared.usecases.files.save_source import create_source
from shared.usecases.files.start_upload import shown_name, start_upload
from shared.usecases.files.store_upload import store_upload
from shared.views.sources import get_source, list_sources
from shared.views.suggest_apart import suggest_apart

pages = Pages()
NEW = "new"
QUESTIONS_SAID = 3


@pages.get("/files/new", Scope.WRITE)
async def show_upload(visit: Visit) -> Response:
    """The page to upload on."""
    return await _page(visit, visit.query("source"), "")


@pages.post("/files", Scope.WRITE, upload=True)
async def upload(visit: Visit) -> Response:
    """Take a file. Of a new kind, its columns are guessed first."""
    form, file = visit.form, visit.form.upload("file")
    source_id = form.given("source_id")
    if file is None:
        return await _page(visit, source_id, "Choose a file first.")
    try:
        async with on_disk(file) as path:
            file_id = await _file_id(visit, file.filename or "", path)
            source, to_check = await _source(visit, source_id, file.filename or "", path, file_id)
            stored = await store_upload(
                visit.runtime,
                visit.company_id,
                source.id,
                file.filename or "",
                path,
                accepts_repeat=form.is_set("accepts_repeat"),
                sheet=form.line("sheet", is_needed=False) or None,
                file_id=file_id,
            )
    except InvalidInput as invalid:
        return await _page(
            visit, source_id, " ".join(f"{one.field} {one.reason}." for one in invalid.problems)
        )
    except RollcallError as refused:
        return await _page(visit, source_id, str(refused))
    if stored.state in (FileState.LOADED, FileState.REFUSED):  # no queue; or it was sent once more
        return visit.go(f"/files/{stored.id}", done=f"{stored.name} is here.{to_check}")
    return visit.go(f"/files/{stored.id}", done=f"{stored.name} is here and is being read.{to_check}")


@pages.post("/files/announce", Scope.WRITE, upload=True)
async def announce(visit: Visit) -> Response:
    """Where a large file's bytes go, for upload.js. `file` is its beginning, by which columns are guessed."""
    form, head = visit.form, visit.form.upload("file")
    name = form.line("name")
    form.check()
    if head is None:
        raise InvalidInput.at("file", "must be the file's beginning")
    async with on_disk(head) as path:
        file_id = await _file_id(visit, name, path)
        source, _ = await _source(visit, form.given("source_id"), name, path, file_id)
    file, link, headers = await start_upload(
        visit.runtime,
        visit.company_id,
        source.id,
        name,
        accepts_repeat=form.is_set("accepts_repeat"),
        sheet=form.line("sheet", is_needed=False) or None,
        file_id=file_id,
    )
    return JSONResponse({"url": link, "headers": headers, "next": f"/files/{file.id}"})


async def _file_id(visit: Visit, name: str, path: str) -> str:
    """The same for the same bytes from the same opened page, with the same choices: sent twice, it is one."""
    form = visit.form
    page_id = form.item_id("id", is_needed=False) or random_id()
    form.check()
    choices = (form.given(field) for field in ("source_id", "sheet", "accepts_repeat"))
    return computed_id("upload", page_id, name, *choices, await asyncio.to_thread(_digest, path))


def _digest(path: str) -> str:
    with open(path, "rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


async def _source(visit: Visit, source_id: str, name: str, path: str, file_id: str) -> tuple[Source, str]:
    """The kind of file that was chosen, or a new one with what its columns seem to be, and what is unsure."""
    shown_name(name)  # before a kind of file is made for it
    if source_id != NEW:
        return await get_source(visit.runtime, visit.company_id, source_id), ""
    guessed = await suggest_apart(Path(path))
    if not guessed.columns:
        whys = " ".join(f"{one.column}: {one.text}." for one in guessed.questions[:QUESTIONS_SAID])
        raise InvalidInput.at("file", f"has no column that can be read. {whys}".strip().rstrip("."))
    now = visit.runtime.now()
    source = Source(
        id=computed_id(file_id, "kind"),
        name=await _new_name(visit, name),
        columns=guessed.columns,
        created_at=now,
        updated_at=now,
        format=guessed.format,
        was_fired=False,
    )
    if guessed.dedupe_key is not None:
        source = replace(source, dedupe_key=guessed.dedupe_key)
    asked = "".join(f" {one.column}: {one.text}" for one in guessed.questions[:QUESTIONS_SAID])
    to_check = f" Please check, under Correct the columns:{asked}" if asked else ""
    return await create_source(visit.runtime, visit.company_id, source), to_check


async def _new_name(visit: Visit, file_name: str) -> str:
    """What a new kind of file is called at first: as the file, with a number if that is taken."""
    stem = Path(file_name.replace("\\", "/")).stem.replace("_", " ").replace("-", " ").strip()[:80] or "File"
    name = stem[:1].upper() + stem[1:]
    taken = {source.name for source in await every(visit, list_sources)}
    return next(one for one in (name, *(f"{name} {number}" for number in range(2, 300))) if one not in taken)


async def _page(visit: Visit, chosen: str, problem: str) -> Response:
    sources = [source for source in await every(visit, list_sources) if source.id != CONTACTS]
    return visit.page(
        "files/new.html",
        code=422 if problem else 200,
        sources=sources,
        chosen=chosen,
        problem=problem,
        page_id=random_id(),
        accepts_repeat=bool(visit.query("repeat")) or visit.form.is_set("accepts_repeat"),
        direct_bytes=most_in_form(visit.runtime.settings),
        most_bytes=visit.runtime.settings.max_upload_bytes,
    )
