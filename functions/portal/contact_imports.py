"""Imports of contacts: a file that is checked first, then loaded, and can be taken back."""

from collections.abc import Awaitable, Callable

from starlette.responses import Response

from functions.downloads import csv_response
from functions.portal.kit.lists import every, shown
from functions.portal.kit.pages import Pages, most_in_form
from functions.portal.kit.uploaded import on_disk
from functions.portal.kit.visit import Visit
from shared.domain.channels.channel import all_channels
from shared.domain.companies.api_key import Scope
from shared.domain.contacts.contact_import import (
    AT_WORK,
    BY_ID,
    BY_KEY,
    ContactImport,
    ImportMode,
    ImportState,
)
from shared.domain.errors import InvalidInput, RollcallError
from shared.domain.ids import random_id
from shared.runtime import Runtime
from shared.usecases.contact_imports.start_import import (
    ImportWish,
    begin_undo,
    run_import,
    start_import,
    upload_import,
)
from shared.views.contact_imports import get_import, list_imports, read_left, read_rejected
from shared.views.contact_lists import list_contact_lists

pages = Pages()
Action = Callable[[Runtime, str, str], Awaitable[object]]
MATCHES = {BY_KEY: "your own id of them", BY_ID: "Rollcall's id, as an export has it"}


@pages.get("/imports", Scope.READ)
async def show_imports(visit: Visit) -> Response:
    """All imports, newest first."""
    return visit.page("imports/list.html", imports=await shown(visit, list_imports))


@pages.get("/imports/new", Scope.WRITE)
async def show_new_import(visit: Visit) -> Response:
    """The form for a file."""
    return await _page(visit, {})


@pages.post("/imports", Scope.WRITE, upload=True)
async def add_import(visit: Visit) -> Response:
    """Take a file, and look at what it would do: nothing is changed by that."""
    form, file = visit.form, visit.form.upload("file")
    import_id = form.item_id("id")
    mode, match_by = form.choice("mode", ImportMode), form.one_of("match_by", _ways())
    if file is None:
        form.wrong("file", "choose one")
    if not match_by:
        form.wrong("match_by", "choose one")
    tags = [one.strip() for one in form.line("tags", is_needed=False, most=1000).split(",")]
    wish = ImportWish(
        name=(file.filename or "") if file else "",
        match_by=match_by,
        is_dry_run=True,
        mode=mode,
        replaces=form.is_set("replaces"),
        tags=tuple(one for one in tags if one),
        list_ids=tuple(form.lines("list_ids")),
        sheet=form.line("sheet", is_needed=False) or None,
    )
    try:
        form.check()
        item, _, _ = await start_import(
            visit.runtime, visit.company_id, import_id, wish, f"user {visit.user.id}"
        )
        if file is not None and item.state is ImportState.AWAITING_UPLOAD:
            async with on_disk(file) as path:
                await upload_import(visit.runtime, visit.company_id, item.id, path)
    except InvalidInput as invalid:
        return await _page(visit, {one.field: one.reason for one in invalid.problems})
    return visit.go(
        f"/imports/{item.id}", done="The file is here and is being looked at. Nothing is changed yet."
    )


@pages.get("/imports/{import_id}", Scope.READ)
async def show_import(visit: Visit) -> Response:
    """How far it is, and what became of its rows, or would."""
    item = await get_import(visit.runtime, visit.company_id, visit.path("import_id"))
    return visit.page("imports/import.html", item=item, is_at_work=is_at_work(item), match=_match_words(item))


@pages.get("/imports/{import_id}/progress", Scope.READ)
async def show_import_progress(visit: Visit) -> Response:
    """How far it is, to be put into its page; at the end the page is shown anew."""
    item = await get_import(visit.runtime, visit.company_id, visit.path("import_id"))
    at_work = is_at_work(item)
    return visit.progress("imports/progress.html", is_over=not at_work, item=item, is_at_work=at_work)


@pages.post("/imports/{import_id}/run", Scope.WRITE)
async def run_checked(visit: Visit) -> Response:
    """Do in earnest what was checked."""
    return await _begin(visit, run_import, "The contacts are being loaded.")


@pages.post("/imports/{import_id}/undo", Scope.WRITE)
async def undo(visit: Visit) -> Response:
    """Take it back, but for contacts that somebody has changed since."""
    return await _begin(visit, begin_undo, "The import is being taken back.")


@pages.get("/imports/{import_id}/rejected.csv", Scope.READ)
async def download_rejected_contacts(visit: Visit) -> Response:
    """The rejected rows with their reasons: correct them there, and import that file."""
    import_id = visit.path("import_id")
    pieces = await read_rejected(visit.runtime, visit.company_id, import_id)
    return csv_response(pieces, f"rejected-contacts-{import_id}.csv")


@pages.get("/imports/{import_id}/left.csv", Scope.READ)
async def download_left_contacts(visit: Visit) -> Response:
    """The contacts that taking it back left alone, with the reasons."""
    import_id = visit.path("import_id")
    pieces = await read_left(visit.runtime, visit.company_id, import_id)
    return csv_response(pieces, f"left-contacts-{import_id}.csv")


def is_at_work(item: ContactImport) -> bool:
    """Whether its numbers still move."""
    return item.state in AT_WORK or item.state is ImportState.AWAITING_UPLOAD


def _ways() -> tuple[str, ...]:
    """What contacts are found by, first what a file of people has at any rate."""
    return (*all_channels(), BY_KEY, BY_ID)


def _nouns() -> dict[str, str]:
    """What people call the messages that an address is for, by channel."""
    return {name: name.record.noun for name in all_channels()}


def _match_words(item: ContactImport) -> str:
    return MATCHES.get(item.match_by) or f"the first address for {_nouns()[item.match_by]}"


async def _begin(visit: Visit, action: Action, done: str) -> Response:
    import_id = visit.path("import_id")
    try:
        await action(visit.runtime, visit.company_id, import_id)
    except RollcallError as refused:
        return visit.go(f"/imports/{import_id}", refused=str(refused))
    return visit.go(f"/imports/{import_id}", done=done)


async def _page(visit: Visit, problems: dict[str, str]) -> Response:
    return visit.page(
        "imports/new.html",
        code=422 if problems else 200,
        new_id=visit.form.given("id") if problems else random_id(),
        ways=_ways(),
        matches=MATCHES,
        nouns=_nouns(),
        modes=list(ImportMode),
        most_bytes=most_in_form(visit.runtime.settings),
        lists=await every(visit, list_contact_lists),
        problems=problems,
        typed={name: visit.form.given(name) for name in ("match_by", "mode", "tags", "sheet", "replaces")},
        chosen_lists=visit.form.lines("list_ids"),
    )
