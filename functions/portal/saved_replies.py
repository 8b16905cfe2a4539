"""Saved replies: texts that people of the company answer with again and again."""

from starlette.responses import Response

from functions.portal.kit.lists import every
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.companies.api_key import Scope
from shared.domain.companies.consent_rules import ANSWER_CHARACTERS
from shared.domain.errors import InvalidInput, RollcallError
from shared.domain.ids import random_id
from shared.usecases.answers.save_saved_reply import delete_saved_reply, save_saved_reply
from shared.views.saved_replies import list_saved_replies

pages = Pages()


@pages.get("/inbox/saved", Scope.READ)
async def show_saved(visit: Visit) -> Response:
    """All saved replies, each to be changed, and the form for another."""
    return await _page(visit, {})


@pages.post("/inbox/saved", Scope.WRITE)
async def save_reply(visit: Visit) -> Response:
    """Store a new one, or another text of one that is there."""
    form = visit.form
    try:
        item_id, name, text = form.item_id("id"), form.line("name"), form.text("text")
        form.check()
        item = await save_saved_reply(visit.runtime, visit.company_id, item_id, name, text)
    except InvalidInput as invalid:
        return await _page(visit, {one.field: one.reason for one in invalid.problems})
    except RollcallError as refused:
        return visit.go("/inbox/saved", refused=str(refused))
    return visit.go("/inbox/saved", done=f"{item.name} is saved.")


@pages.post("/inbox/saved/{saved_id}/delete", Scope.WRITE)
async def delete_reply(visit: Visit) -> Response:
    """Give one up. What was sent with it stays."""
    await delete_saved_reply(visit.runtime, visit.company_id, visit.path("saved_id"))
    return visit.go("/inbox/saved", done="The saved reply is deleted.")


async def _page(visit: Visit, problems: dict[str, str]) -> Response:
    return visit.page(
        "inbox/saved.html",
        code=422 if problems else 200,
        saved=await every(visit, list_saved_replies),
        problems=problems,
        typed={name: visit.form.given(name) for name in ("id", "name", "text")} if problems else {},
        new_id=random_id(),
        most=ANSWER_CHARACTERS,
    )
