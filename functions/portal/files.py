"""Files: what was uploaded, how far it is loaded, and what was found in it."""

from starlette.responses import Response

from functions.downloads import csv_response
from functions.portal.kit.lists import every, shown
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.companies.api_key import Scope
from shared.domain.files.file import File, FileHold, FileState, fire_refusal
from shared.domain.messages.failure import FailureStep
from shared.views.failures import list_failures
from shared.views.file_rows import list_rows
from shared.views.files import get_file, list_files, read_rejected_rows
from shared.views.kit.paging import PageAsked
from shared.views.sources import get_source, list_sources

pages = Pages()
ROWS_SHOWN, REJECTED_SHOWN = 5, 20


@pages.get("/files", Scope.READ)
async def show_files(visit: Visit) -> Response:
    """All files, newest first."""
    files = await shown(visit, list_files)
    sources = {source.id: source.name for source in await every(visit, list_sources)}
    return visit.page("files/list.html", files=files, sources=sources)


@pages.get("/files/{file_id}", Scope.READ)
async def show_file(visit: Visit) -> Response:
    """One file: its numbers, findings, rejected rows and first rows."""
    file = await get_file(visit.runtime, visit.company_id, visit.path("file_id"))
    source = await get_source(visit.runtime, visit.company_id, file.source_id)
    rejected, rows = [], []
    if file.state is FileState.LOADED:
        asked = PageAsked(REJECTED_SHOWN)
        found = await list_failures(
            visit.runtime, visit.company_id, asked, file_id=file.id, step=FailureStep.INGEST
        )
        rejected = sorted(found.items, key=lambda failure: failure.row_number or 0)
        some = await list_rows(visit.runtime, visit.company_id, PageAsked(ROWS_SHOWN), file_id=file.id)
        rows = some.items
    return visit.page(
        "files/file.html",
        file=file,
        source=source,
        fields=[column.field for column in source.columns],
        rejected=rejected,
        rows=rows,
        why_not=fire_refusal(file),
        is_held=file.hold is FileHold.HELD,
        is_at_work=is_at_work(file),
    )


@pages.get("/files/{file_id}/progress", Scope.READ)
async def show_progress(visit: Visit) -> Response:
    """How far a file is loaded, to be put into its page. At the end the page is shown anew."""
    file = await get_file(visit.runtime, visit.company_id, visit.path("file_id"))
    at_work = is_at_work(file)
    return visit.progress("files/progress.html", is_over=not at_work, file=file, is_at_work=at_work)


@pages.get("/files/{file_id}/rejected.csv", Scope.READ)
async def download_rejected(visit: Visit) -> Response:
    """The rejected rows with their reasons: correct them there, and upload that file."""
    file_id = visit.path("file_id")
    pieces = await read_rejected_rows(visit.runtime, visit.company_id, file_id)
    return csv_response(pieces, f"rejected-rows-{file_id}.csv")


def is_at_work(file: File) -> bool:
    """Whether something is still becoming of the file."""
    return file.state in (FileState.AWAITING_UPLOAD, FileState.LOADING)
