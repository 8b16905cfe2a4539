"""Who has refused, and whom nothing reaches: looking it up, noting it, ending it."""

from starlette.responses import Response

from functions.portal.kit.lists import Shown, shown
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.channels.channel import Channel, all_channels
from shared.domain.companies.api_key import Scope
from shared.domain.contacts.opt_out import Clearing, OptOut, OptOutSource
from shared.domain.errors import InvalidInput
from shared.usecases.contacts.save_opt_out import end_opt_out, save_opt_out
from shared.views.opt_outs import get_opt_out, list_opt_outs, provider_note

pages = Pages()
KNOWN_BY = {
    OptOutSource.REPLY: "a reply",
    OptOutSource.PROVIDER: "the provider",
    OptOutSource.COMPLAINT: "a complaint",
    OptOutSource.API: "a colleague or a program",
    OptOutSource.FILE: "a file",
    OptOutSource.PAGE: "a page they chose it on",
    OptOutSource.BOUNCE: "mail that came back",
}


@pages.get("/opt-outs", Scope.READ)
async def show_opt_outs(visit: Visit) -> Response:
    """Refusals, the last changed first; those of an address; those of a source."""
    return await _page(visit, {})


@pages.post("/opt-outs", Scope.WRITE)
async def add_opt_out(visit: Visit) -> Response:
    """Note that an address has refused: from now on nothing goes to it."""
    form, by = visit.form, f"user {visit.user.id}"
    name = form.one_of("channel", all_channels())
    address, text = form.line("new_address", most=320), form.line("text", is_needed=False, most=1000)
    if not name:
        form.wrong("channel", "choose one")
    try:
        form.check()
        noted = await save_opt_out(visit.runtime, visit.company_id, Channel(name), address, text, by=by)
    except InvalidInput as invalid:
        places = {"address": "new_address"}
        return await _page(visit, {places.get(one.field, one.field): one.reason for one in invalid.problems})
    return visit.go("/opt-outs", done=f"Nothing goes to {noted.address} from now on.")


@pages.post("/opt-outs/{opt_out_id}/end", Scope.WRITE)
async def end_one_opt_out(visit: Visit) -> Response:
    """The person agreed to be contacted again."""
    text = visit.form.line("text", is_needed=False, most=1000)
    opt_out_id = visit.path("opt_out_id")
    if not text:
        return visit.go("/opt-outs", refused="Say how they agreed to be contacted again.")
    held = await get_opt_out(visit.runtime, visit.company_id, opt_out_id)
    if visit.form.given("since") != held.changed_at.isoformat():  # such as STOP after mail that came back
        return visit.go("/opt-outs", refused="It has changed meanwhile: look at what was said.")
    over = await end_opt_out(visit.runtime, visit.company_id, opt_out_id, text, by=f"user {visit.user.id}")
    note = provider_note(over)
    return visit.go("/opt-outs", done=f"{over.address} may be written to again. {note}".strip())


async def _page(visit: Visit, problems: dict[str, str]) -> Response:
    address, source = visit.query("address").strip(), visit.query("source")
    wanted = next((one for one in OptOutSource if one == source), None)
    is_active = None if visit.query("ended") else True
    found: Shown[OptOut] = Shown([], "", "")
    try:
        found = await shown(visit, list_opt_outs, address=address or None, source=wanted, is_active=is_active)
    except InvalidInput as invalid:
        problems = {**problems, "address": invalid.problems[0].reason}
    return visit.page(
        "contacts/opt_outs.html",
        code=422 if problems else 200,
        opt_outs=found,
        address=address,
        source=wanted,
        known_by=KNOWN_BY,
        still_listed={one.id: provider_note(one) for one in found.items if one.clearing is Clearing.REFUSED},
        is_active=is_active,
        channels=all_channels(),
        problems=problems,
        typed={name: visit.form.given(name) for name in ("channel", "new_address", "text")},
    )
