"""The rows of a file: all of them, those whose address is none, and correcting one."""

from starlette.responses import Response

from functions.portal.kit.lists import shown
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.companies.api_key import Scope
from shared.domain.errors import InvalidInput, RollcallError
from shared.domain.files.file import File, Row
from shared.domain.files.source import Source
from shared.usecases.files.mend_row import mend_row
from shared.views.file_rows import get_row, list_rows
from shared.views.files import get_file
from shared.views.sources import get_source

pages = Pages()
VALUE_CHARACTERS = 10_000


@pages.get("/files/{file_id}/rows", Scope.READ)
async def show_rows(visit: Visit) -> Response:
    """The rows in the file's order; those with a bad address, or that hold a text."""
    file, source = await _file(visit)
    marked = True if visit.query("marked") else None
    text = visit.query("text")
    rows = await shown(visit, list_rows, file_id=file.id, marked=marked, text=text or None)
    return visit.page(
        "files/rows.html",
        file=file,
        fields=[column.field for column in source.columns],
        rows=rows,
        text=text,
        marked=marked,
    )


@pages.get("/files/{file_id}/rows/{number:int}", Scope.READ)
async def show_row(visit: Visit) -> Response:
    """One row, to be corrected."""
    file, source = await _file(visit)
    row = await get_row(visit.runtime, visit.company_id, file.id, _number(visit))
    return _page(visit, file, source, row, row.values, row.marks)


@pages.post("/files/{file_id}/rows/{number:int}", Scope.WRITE)
async def change_row(visit: Visit) -> Response:
    """Store what was changed of a row."""
    file, source = await _file(visit)
    row = await get_row(visit.runtime, visit.company_id, file.id, _number(visit))
    typed = {
        column.field: visit.form.line(f"values.{column.field}", is_needed=False, most=VALUE_CHARACTERS)
        for column in source.columns
        if f"values.{column.field}" in visit.form
    }
    visit.form.check()
    changes = {name: value for name, value in typed.items() if value != row.values.get(name, "")}
    where = f"/files/{file.id}/rows"
    if not changes:
        return visit.go(f"{where}?marked=1" if file.marked_count else where, done="Nothing was changed.")
    try:
        await mend_row(visit.runtime, visit.company_id, file.id, row.number, changes, by=visit.by)
    except InvalidInput as invalid:
        problems = {one.field.removeprefix("values."): one.reason for one in invalid.problems}
        return _page(visit, file, source, row, {**row.values, **typed}, problems, 422)
    except RollcallError as refused:
        return visit.go(f"{where}/{row.number}", refused=str(refused))
    return visit.go(f"/files/{file.id}", done=f"Row {row.number} is corrected.")


def _number(visit: Visit) -> int:
    return min(int(visit.request.path_params["number"]), 10_000_000)


async def _file(visit: Visit) -> tuple[File, Source]:
    file = await get_file(visit.runtime, visit.company_id, visit.path("file_id"))
    return file, await get_source(visit.runtime, visit.company_id, file.source_id)


def _page(
    visit: Visit,
    file: File,
    source: Source,
    row: Row,
    values: dict[str, str],
    problems: dict[str, str],
    status: int = 200,
) -> Response:
    return visit.page(
        "files/row.html",
        code=status,
        file=file,
        columns=source.columns,
        row=row,
        values=values,
        problems=problems,
    )
