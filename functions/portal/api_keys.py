"""API keys: what a company's programs call Rollcall with. Admins only."""

from datetime import timedelta

from starlette.responses import Response

from functions.portal.kit.lists import shown
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.companies.api_key import Scope
from shared.domain.errors import InvalidInput, RollcallError
from shared.usecases.companies.create_api_key import create_api_key, revoke_api_key
from shared.usecases.companies.rotate_api_key import MOST_OVERLAP_HOURS, rotate_api_key
from shared.views.api_keys import get_api_key, list_shown_api_keys

pages = Pages()
HERE = "/settings/api-keys"
MOST_DAYS = 3_650
MEANINGS = {
    Scope.READ: "look at everything",
    Scope.WRITE: "upload files, change contacts, prepare campaigns",
    Scope.SEND: "release files, send, pause and cancel campaigns",
    Scope.ADMIN: "everything, also users, keys and senders",
}


@pages.get(HERE, Scope.ADMIN)
async def show_keys(visit: Visit) -> Response:
    """All keys, and the form to make another."""
    return await _page(visit, {})


@pages.post(HERE, Scope.ADMIN)
async def make_key(visit: Visit) -> Response:
    """Make a key: its text is shown this once."""
    form = visit.form
    name, days = form.line("name", most=100), form.whole("days", most=MOST_DAYS)
    scopes = [scope for scope in Scope if scope in form.lines("scopes")]
    expires_at = visit.runtime.now() + timedelta(days=days) if days else None
    try:
        form.check()
        key, text = await create_api_key(
            visit.runtime, visit.company_id, name, scopes, expires_at=expires_at, made_by=(visit.user.id,)
        )
    except InvalidInput as invalid:
        return await _page(visit, {problem.field: problem.reason for problem in invalid.problems})
    return visit.page("api_keys/made.html", key=key, text=text, old=None)


@pages.get(f"{HERE}/{{key_id}}", Scope.ADMIN)
async def show_key(visit: Visit) -> Response:
    """One key, with what may be done with it."""
    key = await get_api_key(visit.runtime, visit.company_id, visit.path("key_id"))
    is_live = key.is_live(visit.runtime.now())
    return visit.page("api_keys/key.html", key=key, is_live=is_live, meanings=MEANINGS, problems={})


@pages.post(f"{HERE}/{{key_id}}/rotate", Scope.ADMIN)
async def rotate_key(visit: Visit) -> Response:
    """Make another like it: its text is shown this once. The one before ends after some hours."""
    key_id, hours = visit.path("key_id"), visit.form.whole("hours", most=MOST_OVERLAP_HOURS)
    try:
        visit.form.check()
        overlap, made_by = timedelta(hours=hours or 0), (visit.user.id,)
        key, text = await rotate_api_key(visit.runtime, visit.company_id, key_id, overlap, made_by=made_by)
    except RollcallError as refused:
        return visit.go(f"{HERE}/{key_id}", refused=str(refused))
    old = await get_api_key(visit.runtime, visit.company_id, key_id)
    return visit.page("api_keys/made.html", key=key, text=text, old=old)


@pages.post(f"{HERE}/{{key_id}}/revoke", Scope.ADMIN)
async def revoke_key(visit: Visit) -> Response:
    """End a key at once and for good."""
    key = await revoke_api_key(visit.runtime, visit.company_id, visit.path("key_id"))
    return visit.go(HERE, done=f"The key {key.name} works no more.")


async def _page(visit: Visit, problems: dict[str, str]) -> Response:
    return visit.page(
        "api_keys/list.html",
        code=422 if problems else 200,
        keys=await shown(visit, list_shown_api_keys),
        now=visit.runtime.now(),
        meanings=MEANINGS,
        problems=problems,
        typed={name: visit.form.given(name) for name in ("name", "days")},
        ticked=visit.form.lines("scopes") or ["read"],
    )
