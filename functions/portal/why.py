"""Why somebody did not get a campaign's message, or that they did."""

from starlette.responses import Response

from functions.portal.kit.lists import every
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.companies.api_key import Scope
from shared.domain.errors import InvalidInput, NotFound
from shared.usecases.fires.explain_person import explain_person
from shared.views.campaigns import list_campaigns
from shared.views.one_person import find_person

pages = Pages()


@pages.get("/why", Scope.READ)
async def show_why(visit: Visit) -> Response:
    """The question, and its answer when an address and a campaign are given."""
    address, campaign_id = visit.query("address").strip(), visit.query("campaign_id")
    fire_id = visit.query("fire_id") or None
    why, problem = None, ""
    if address and campaign_id:
        try:
            person = await find_person(visit.runtime, visit.company_id, address)
            why = await explain_person(visit.runtime, visit.company_id, person, campaign_id, fire_id)
        except InvalidInput as invalid:
            problem = invalid.problems[0].reason
        except NotFound as missing:
            problem = str(missing)
    return visit.page(
        "why/why.html",
        code=422 if problem else 200,
        campaigns=await every(visit, list_campaigns),
        address=address,
        campaign_id=campaign_id,
        why=why,
        problem=problem,
    )
