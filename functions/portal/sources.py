"""Kinds of file: which column is which field, with values from the newest file beside each."""

from collections.abc import Sequence

from starlette.responses import Response

from functions.portal.files import is_at_work
from functions.portal.kit.forms import Form
from functions.portal.kit.lists import shown
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from functions.portal.kit.wording import words
from shared.domain.companies.api_key import Scope
from shared.domain.errors import InvalidInput, RollcallError
from shared.domain.files.file import File, Row
from shared.domain.files.source import ColumnMapping, FieldType, HoldRule, Source
from shared.domain.record import replace
from shared.usecases.files.reload_file import reload_file
from shared.usecases.files.save_source import edit_source
from shared.views.file_rows import list_rows
from shared.views.files import get_file, list_files
from shared.views.kit.paging import PageAsked
from shared.views.sources import get_source, list_sources

pages = Pages()
SAMPLE_ROWS, SAMPLES = 30, 3
FORMATS = (  # that are offered; any other may be written
    *("%m/%d/%Y %I:%M %p", "%m/%d/%Y %H:%M", "%m/%d/%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y"),
    *("%d/%m/%Y %H:%M", "%d/%m/%Y", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%I:%M %p", "%H:%M"),
)
HOLDS = {
    HoldRule.SERIOUS: "when something serious is found in it",
    HoldRule.ALWAYS: "always: a person says go for every file",
    HoldRule.NEVER: "never",
}


@pages.get("/sources", Scope.READ)
async def show_sources(visit: Visit) -> Response:
    """All kinds of file."""
    return visit.page("sources/list.html", sources=await shown(visit, list_sources))


@pages.get("/sources/{source_id}", Scope.READ)
async def show_source(visit: Visit) -> Response:
    """One kind of file, and its columns."""
    source = await get_source(visit.runtime, visit.company_id, visit.path("source_id"))
    return await _page(visit, source, await _file(visit, source), {})


@pages.post("/sources/{source_id}", Scope.WRITE)
async def change_source(visit: Visit) -> Response:
    """Store the mapping; the file that was looked at is read again with it."""
    form = visit.form
    source = await get_source(visit.runtime, visit.company_id, visit.path("source_id"))
    file = await _file(visit, source)
    columns = _columns(form, source)
    name = form.line("name")
    holds = form.choice("holds", HoldRule) if "holds" in form else source.holds
    changed = replace(source, name=name, columns=columns, holds=holds)
    try:
        form.check()
        changes = {"name": name, "columns": columns, "holds": holds}
        await edit_source(visit.runtime, visit.company_id, source.id, changes)
    except InvalidInput as invalid:
        return await _page(visit, changed, file, _by_column(invalid, columns))
    if file is None or columns == source.columns or file.fired_at is not None:
        return visit.go(f"/sources/{source.id}" if file is None else f"/files/{file.id}", done="Saved.")
    try:
        await reload_file(visit.runtime, visit.company_id, file.id, ())
    except RollcallError as refused:
        return visit.go(f"/files/{file.id}", refused=f"The columns are saved. {refused}")
    return visit.go(f"/files/{file.id}", done="Saved. The file is read again with these columns.")


def _columns(form: Form, source: Source) -> tuple[ColumnMapping, ...]:
    """The mapping as the form has it. What the form does not show stays."""
    found = []
    for index, column in enumerate(source.columns):
        place = f"columns[{index}]"
        if f"{place}.field" not in form:
            found.append(column)
        elif not form.is_set(f"{place}.leave_out"):
            formats = form.line(f"{place}.formats", is_needed=False, most=600)
            found.append(
                replace(
                    column,
                    field=form.line(f"{place}.field"),
                    type=form.choice(f"{place}.type", FieldType),
                    formats=tuple(text.strip() for text in formats.split("|") if text.strip()),
                    is_required=form.is_set(f"{place}.is_required"),
                )
            )
    return tuple(found)


def _by_column(invalid: InvalidInput, columns: tuple[ColumnMapping, ...]) -> dict[str, str]:
    """What is wrong, by what the page calls it: `columns[2].field` is the field of that column."""
    found = {}
    for problem in invalid.problems:
        place, _, part = problem.field.removeprefix("columns[").partition("].")
        is_column = place.isdecimal() and int(place) < len(columns)
        name = f"{words(part)} of {columns[int(place)].column}" if is_column else problem.field
        found[name] = problem.reason
    return found


async def _file(visit: Visit, source: Source) -> File | None:
    """The file whose values are shown: the one that is named, or the newest of this kind."""
    named = visit.query("file")
    if named:
        file = await get_file(visit.runtime, visit.company_id, named)
        return file if file.source_id == source.id else None
    newest = await list_files(visit.runtime, visit.company_id, PageAsked(1), source_id=source.id)
    return next(iter(newest.items), None)


async def _page(visit: Visit, source: Source, file: File | None, problems: dict[str, str]) -> Response:
    rows: Sequence[Row] = ()
    if file is not None and not is_at_work(file):
        asked = PageAsked(SAMPLE_ROWS)
        rows = (await list_rows(visit.runtime, visit.company_id, asked, file_id=file.id)).items
    return visit.page(
        "sources/source.html",
        code=422 if problems else 200,
        source=source,
        file=file,
        samples={column.field: _samples(rows, column.field) for column in source.columns},
        types=list(FieldType),
        holds=HOLDS,
        formats=FORMATS,
        problems=problems,
    )


def _samples(rows: Sequence[Row], field: str) -> list[str]:
    """Some values that differ, as they were read."""
    values = (row.values[field] for row in rows if row.values.get(field))
    return list(dict.fromkeys(values))[:SAMPLES]
