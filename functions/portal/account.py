"""One's own account: password, and signing out everywhere."""

from starlette.responses import Response

from functions.portal.kit import cookies
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.companies.api_key import Scope
from shared.domain.companies.password import LEAST_CHARACTERS
from shared.domain.companies.user import MEANING
from shared.domain.errors import InvalidInput
from shared.usecases.users.change_user import change_password
from shared.usecases.users.sign_in import begin_session
from shared.usecases.users.sign_out import sign_out_everywhere

pages = Pages()


@pages.get("/account", Scope.READ)
async def show_account(visit: Visit) -> Response:
    """Who one is here."""
    return _page(visit, {})


@pages.post("/account/password", Scope.READ)
async def set_password(visit: Visit) -> Response:
    """Change one's password. All sessions end, and this browser gets a new one."""
    form = visit.form
    current, password = form.given("current"), form.given("password")
    if password != form.given("again"):
        return _page(visit, {"again": "The two passwords differ. Type the same twice."})
    try:
        user = await change_password(visit.runtime, visit.company_id, visit.user.id, current, password)
    except InvalidInput as invalid:
        return _page(visit, {problem.field: f"This {problem.reason}." for problem in invalid.problems})
    session = await begin_session(visit.runtime, visit.company_id, user, gave_code=True)
    response = visit.go("/account", done="Your password is changed, and you are signed out elsewhere.")
    cookies.set_cookie(response, cookies.SESSION, session.token.text)
    return response


@pages.post("/account/sign-out-everywhere", Scope.READ)
async def leave_everywhere(visit: Visit) -> Response:
    """Sign out of all browsers, this one too."""
    await sign_out_everywhere(visit.runtime, visit.company_id, visit.user.id)
    response = visit.go("/sign-in", done="You are signed out everywhere.")
    cookies.end_cookie(response, cookies.SESSION)
    return response


def _page(visit: Visit, problems: dict[str, str]) -> Response:
    meaning, code = MEANING[visit.user.role], 422 if problems else 200
    return visit.page(
        "account/account.html", code=code, problems=problems, meaning=meaning, least=LEAST_CHARACTERS
    )
