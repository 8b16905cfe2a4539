"""What somebody says of a file that was looked at: go, wrong, or read it again."""

from starlette.responses import Response

from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.companies.api_key import Scope
from shared.domain.errors import RollcallError
from shared.domain.files.file import FileHold
from shared.usecases.files.decide_file import decide_file
from shared.usecases.files.reload_file import reload_file
from shared.views.files import get_file

pages = Pages()
NOTE_CHARACTERS = 1_000


@pages.post("/files/{file_id}/release", Scope.SEND)
async def release(visit: Visit) -> Response:
    """Say go for a held file."""
    return await _decide(visit, FileHold.RELEASED, "The file is released: campaigns may be sent for it.")


@pages.get("/files/{file_id}/reject", Scope.WRITE)
async def ask_reject(visit: Visit) -> Response:
    """Ask once more before a file is given up for good."""
    file = await get_file(visit.runtime, visit.company_id, visit.path("file_id"))
    return visit.page("files/reject.html", file=file)


@pages.post("/files/{file_id}/reject", Scope.WRITE)
async def reject(visit: Visit) -> Response:
    """Say that a file is wrong, for good."""
    return await _decide(visit, FileHold.REJECTED, "The file is rejected: nothing is sent for it.")


@pages.post("/files/{file_id}/reload", Scope.WRITE)
async def reload(visit: Visit) -> Response:
    """Change the mapping as the findings propose, and read the file again."""
    file_id = visit.path("file_id")
    try:
        await reload_file(visit.runtime, visit.company_id, file_id)
    except RollcallError as refused:
        return visit.go(f"/files/{file_id}", refused=str(refused))
    return visit.go(f"/files/{file_id}", done="The columns are changed, and the file is read again.")


async def _decide(visit: Visit, hold: FileHold, done: str) -> Response:
    file_id, note = visit.path("file_id"), visit.form.text("note", is_needed=False, most=NOTE_CHARACTERS)
    visit.form.check()
    try:
        await decide_file(visit.runtime, visit.company_id, file_id, hold, by=visit.by, note=note)
    except RollcallError as refused:
        return visit.go(f"/files/{file_id}", refused=str(refused))
    return visit.go(f"/files/{file_id}", done=done)
