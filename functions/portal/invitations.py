"""What an invitation's link leads to: setting a password, a new user's or one in place of a lost one."""

from starlette.responses import Response

from functions.portal.kit.begun import go_signed_in
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from functions.problems import Refusal
from shared.domain.companies.invitation import Invitation
from shared.domain.companies.oidc import BEGIN_PATH
from shared.domain.companies.password import LEAST_CHARACTERS
from shared.domain.companies.token import Token, read_token
from shared.domain.errors import Conflict, InvalidInput, NotFound
from shared.usecases.users.accept_invitation import accept_invitation
from shared.usecases.users.sign_in import begin_session
from shared.views.companies import get_company
from shared.views.users import find_invitation

pages = Pages()
_OVER = Refusal(
    status=404,
    kind="not-found",
    title="This link does not hold",
    detail="It was used, or its time is over. Ask an admin of your company for another.",
)


@pages.get("/invitation/{token}", None)
async def show_invitation(visit: Visit) -> Response:
    """The page to set a password on."""
    token, invitation = await _invitation(visit)
    return await _page(visit, token, invitation, "")


@pages.post("/invitation/{token}", None)
async def accept(visit: Visit) -> Response:
    """Set the password, and sign in."""
    token, invitation = await _invitation(visit)
    password = visit.form.given("password")
    if password != visit.form.given("again"):
        return await _page(visit, token, invitation, "The two passwords differ. Type the same twice.")
    try:
        user = await accept_invitation(visit.runtime, token.company_id, token, password)
    except InvalidInput as invalid:
        problem = f"The password {invalid.problems[0].reason}."
        return await _page(visit, token, invitation, problem)
    except Conflict as conflict:
        return await _page(visit, token, invitation, str(conflict))
    except NotFound:
        raise _OVER from None
    session = await begin_session(visit.runtime, token.company_id, user, came_from=visit.address)
    return go_signed_in(visit, session, "/", done=f"Welcome, {user.name}. Your password is set.")


async def _invitation(visit: Visit) -> tuple[Token, Invitation]:
    token = read_token(str(visit.request.path_params["token"]))
    found = await find_invitation(visit.runtime, token.company_id, token) if token else None
    if token is None or found is None:
        raise _OVER
    return token, found


async def _page(visit: Visit, token: Token, invitation: Invitation, problem: str) -> Response:
    company = await get_company(visit.runtime, token.company_id)
    return visit.page(
        "sign_in/invitation.html",
        code=422 if problem else 200,
        invitation=invitation,
        invited_to=company.name,
        least=LEAST_CHARACTERS,
        problem=problem,
        entrance=f"{BEGIN_PATH}/{company.id}" if company.oidc and not invitation.user_id else "",
    )
