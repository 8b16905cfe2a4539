"""Why somebody did not get a campaign's message, or that they did."""

from starlette.responses import Response

from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.companies.api_key import Scope
from shared.domain.errors import InvalidInput, NotFound
from shared.usecases.fires.explain_person import WhyNot, explain_person
from shared.usecases.fires.explain_rows import MOST_FOUND, WhyRow, explain_rows
from shared.views.names import newest_campaigns
from shared.views.one_person import find_person

pages = Pages()


@pages.get("/why", Scope.READ)
async def show_why(visit: Visit) -> Response:
    """The question, and its answer when an address and a campaign are given."""
    address, campaign_id = visit.query("address").strip(), visit.query("campaign_id")
    fire_id = visit.query("fire_id") or None
    why, rows, problem = None, list[WhyRow](), ""
    if address and campaign_id:
        try:
            why, rows = await _answer(visit, address, campaign_id, fire_id)
        except NotFound as missing:
            problem = str(missing)
        if why is None and not rows and not problem:
            problem = "No row of this campaign's file holds that, and it is no phone number or email"
    return visit.page(
        "why/why.html",
        code=422 if problem else 200,
        campaigns=await newest_campaigns(visit.runtime, visit.company_id),
        address=address,
        campaign_id=campaign_id,
        why=why,
        rows=rows,
        most=MOST_FOUND,
        problem=problem,
    )


async def _answer(
    visit: Visit, text: str, campaign_id: str, fire_id: str | None
) -> tuple[WhyNot | None, list[WhyRow]]:
    """By the address, where it is one; else by the rows that hold what was typed."""
    try:
        person = await find_person(visit.runtime, visit.company_id, text)
    except InvalidInput:
        return None, await explain_rows(visit.runtime, visit.company_id, text, campaign_id, fire_id)
    return await explain_person(visit.runtime, visit.company_id, person, campaign_id, fire_id), []
