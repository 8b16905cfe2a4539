"""Rejected rows as a form: what is corrected joins the file, or is read as one of its own."""

from msgspec import Struct
from starlette.responses import Response

from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.companies.api_key import Scope
from shared.domain.errors import InvalidInput, NotFound, RollcallError
from shared.domain.files.file import File
from shared.domain.record import replace
from shared.usecases.files.join_rejected import why_not_joined
from shared.usecases.files.mend_rejected import mend_rejected
from shared.views.files import get_file, read_rejected_table
from shared.views.sources import get_source

pages = Pages()
ROWS_SHOWN, CELLS_SHOWN = 20, 1_000  # on a page
VALUE_CHARACTERS = 10_000


class RowForm(Struct, frozen=True, kw_only=True):
    """A rejected row: its place among them, why it was rejected, its cells, and what is still wrong.

    `left_over` are cells beyond the header's columns: without them the row may be right as it stands. One
    that `is_corrected` was changed just now, and nothing is wrong with it any more.
    """

    place: int
    reason: str
    cells: tuple[str, ...]
    problem: str = ""
    left_over: tuple[str, ...] = ()
    is_corrected: bool = False


class RowForms(Struct, frozen=True, kw_only=True):
    """Some rejected rows of a file. `columns` are those that are read, by their place in the header."""

    columns: list[tuple[int, str]]
    rows: list[RowForm]
    width: int
    first: int
    more: int  # the place of the next ones; 0 at the end


@pages.get("/files/{file_id}/rejected", Scope.WRITE)
async def show_rejected(visit: Visit) -> Response:
    """The first rejected rows, or those from a place on."""
    file = await get_file(visit.runtime, visit.company_id, visit.path("file_id"))
    return await _page(visit, file, await _forms(visit, file, _first(visit.query("from"))))


@pages.post("/files/{file_id}/rejected", Scope.WRITE)
async def correct_rejected(visit: Visit) -> Response:
    """Have the rows read that were changed."""
    file = await get_file(visit.runtime, visit.company_id, visit.path("file_id"))
    forms = await _forms(visit, file, _first(visit.form.given("from")))
    typed = {row.place: _typed(visit, row, forms) for row in forms.rows}
    visit.form.check()
    corrected = {
        row.place: typed[row.place]
        for row in forms.rows
        if visit.form.is_set(f"r{row.place}.as_it_stands")
        or typed[row.place] != row.cells[: len(typed[row.place])]
    }
    here = f"/files/{file.id}/rejected"
    if not corrected:
        return visit.go(f"{here}?from={forms.first}", refused="Nothing was changed.")
    try:
        made = await mend_rejected(
            visit.runtime, visit.company_id, file.id, corrected, by=f"user {visit.user.id}"
        )
    except InvalidInput as invalid:
        return await _page(visit, file, _with_problems(forms, typed, set(corrected), invalid), 422)
    except NotFound:
        raise
    except RollcallError as refused:
        return visit.go(here, refused=str(refused))
    count = len(corrected)
    said = "The corrected row is" if count == 1 else f"The {count} corrected rows are"
    if made.id == file.id:
        return visit.go(f"/files/{file.id}", done=f"{said} part of the file now, at its end.")
    return visit.go(f"/files/{made.id}", done=f"{said} read as a file of its own: this one.")


def _with_problems(
    forms: RowForms, typed: dict[int, tuple[str, ...]], corrected: set[int], invalid: InvalidInput
) -> RowForms:
    problems = {one.field: one.reason for one in invalid.problems}
    rows = []
    for row in forms.rows:
        problem = problems.get(f"rows[{row.place}]", "")
        is_corrected = row.place in corrected and not problem
        rows.append(replace(row, cells=typed[row.place], problem=problem, is_corrected=is_corrected))
    return replace(forms, rows=rows)


async def _forms(visit: Visit, file: File, first: int) -> RowForms:
    table = await read_rejected_table(visit.runtime, visit.company_id, file.id)
    source = await get_source(visit.runtime, visit.company_id, file.source_id)
    names = {name.casefold() for column in source.columns for name in column.names}
    columns = [(at, name) for at, name in enumerate(table.header) if name.casefold().strip() in names]
    shown = max(1, min(ROWS_SHOWN, CELLS_SHOWN // max(1, len(columns))))
    width, end = len(table.header), first + shown
    rows = [
        RowForm(
            place=place,
            reason=reason,
            cells=(*cells, *[""] * (width - len(cells))),
            left_over=tuple(cell for cell in cells[width:] if cell.strip()),
        )
        for place, (cells, reason) in enumerate(table.rows[first:end], first)
    ]
    return RowForms(
        columns=columns, rows=rows, width=width, first=first, more=end if end < len(table.rows) else 0
    )


def _typed(visit: Visit, row: RowForm, forms: RowForms) -> tuple[str, ...]:
    """The row's cells as they are typed now; what is not in the form stays."""
    cells = list(row.cells[: forms.width])  # what is beyond the header's columns is nobody's
    for at, _ in forms.columns:
        name = f"r{row.place}.{at}"
        if name in visit.form and " ".join(cells[at].split()) != visit.form.given(name):
            cells[at] = visit.form.line(name, is_needed=False, most=VALUE_CHARACTERS)
    return tuple(cells)


def _first(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else 0


async def _page(visit: Visit, file: File, forms: RowForms, code: int = 200) -> Response:
    """The form, which says first what becomes of the rows."""
    source = await get_source(visit.runtime, visit.company_id, file.source_id)
    header = [name for _, name in forms.columns]
    why_own = await why_not_joined(visit.runtime, visit.company_id, file, source, header)
    return visit.page("files/rejected.html", code=code, file=file, forms=forms, why_own=why_own)
