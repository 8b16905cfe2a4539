"""When a second person must approve a campaign: what admins decide."""

from starlette.responses import Response

from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.companies.api_key import Scope
from shared.domain.errors import InvalidInput
from shared.usecases.companies.require_approval import MOST, require_approval

pages = Pages()
HERE = "/settings/approval"


@pages.get(HERE, Scope.ADMIN)
async def show_approval(visit: Visit) -> Response:
    """What is decided."""
    return _page(visit, {})


@pages.post(HERE, Scope.ADMIN)
async def set_approval(visit: Visit) -> Response:
    """Above how many recipients; empty: never."""
    above, by = visit.form.whole("approval_above", most=MOST), f"user {visit.user.id}"
    try:
        visit.form.check()
        await require_approval(visit.runtime, visit.company_id, above, by=by)
    except InvalidInput as invalid:
        return _page(visit, {problem.field: problem.reason for problem in invalid.problems})
    said = "No campaign needs a second person."
    if above is not None:
        said = f"Campaigns for more than {above:,} recipients need a second person's approval."
    return visit.go(HERE, done=said)


def _page(visit: Visit, problems: dict[str, str]) -> Response:
    above = visit.company.approval_above
    kept = "" if above is None else str(above)
    typed = visit.form.given("approval_above") if problems else kept
    return visit.page(
        "approval_settings/settings.html", code=422 if problems else 200, problems=problems, typed=typed
    )
