"""Signing in and out."""

from starlette.responses import Response

from functions.portal.kit import cookies
from functions.portal.kit.begun import go_signed_in, local
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.companies.api_key import Scope
from shared.domain.companies.token import Token, read_token
from shared.domain.errors import NotFound
from shared.usecases.users.give_code import find_waiting, give_code
from shared.usecases.users.sign_in import SignInRefused, TooManyTries, sign_in
from shared.usecases.users.sign_out import sign_out

pages = Pages()
_LONGEST_PASSWORD, _LONGEST_CODE = 1_000, 64
_OVER = "Your sign-in took too long, or was ended elsewhere. Begin again."


@pages.get("/sign-in", None)
async def show_sign_in(visit: Visit) -> Response:
    """The page to sign in on."""
    return visit.page("sign_in/sign_in.html", email="", wanted=local(visit.query("next")), problem="")


@pages.post("/sign-in", None)
async def do_sign_in(visit: Visit) -> Response:
    """Sign in, and on to the page that was asked for; to the question for a code before, if there is one."""
    form, wanted = visit.form, local(visit.form.given("next"))
    email, password = form.given("email")[:320].strip(), form.given("password")[:_LONGEST_PASSWORD]
    try:
        session = await sign_in(visit.runtime, email, password, visit.address)
    except (SignInRefused, TooManyTries) as refused:
        code = _status(refused)
        return visit.page("sign_in/sign_in.html", code=code, email=email, wanted=wanted, problem=str(refused))
    return go_signed_in(visit, session, wanted)


@pages.get("/sign-in/code", None)
async def ask_code(visit: Visit) -> Response:
    """The question for the second factor's code."""
    token = _waiting(visit)
    if token is None or await find_waiting(visit.runtime, token.company_id, token) is None:
        return visit.go("/sign-in", refused=_OVER)
    return visit.page("sign_in/code.html", wanted=local(visit.query("next")), problem="")


@pages.post("/sign-in/code", None)
async def take_code(visit: Visit) -> Response:
    """The code, and on to the page that was asked for."""
    token, wanted = _waiting(visit), local(visit.form.given("next"))
    if token is None:
        return visit.go("/sign-in", refused=_OVER)
    code = visit.form.given("code")[:_LONGEST_CODE]
    try:
        session = await give_code(visit.runtime, token.company_id, token, code, visit.address)
    except NotFound:
        return visit.go("/sign-in", refused=_OVER)
    except (SignInRefused, TooManyTries) as refused:
        status = _status(refused)
        return visit.page("sign_in/code.html", code=status, wanted=wanted, problem=str(refused))
    return go_signed_in(visit, session, wanted)


@pages.get("/sign-in/forgotten", None)
async def show_forgotten(visit: Visit) -> Response:
    """How to get a new password."""
    return visit.page("sign_in/forgotten.html")


@pages.post("/sign-out", Scope.READ)
async def do_sign_out(visit: Visit) -> Response:
    """Sign out of this browser."""
    await sign_out(visit.runtime, visit.company_id, visit.user, visit.holder)
    response = visit.go("/sign-in", done="You are signed out.")
    cookies.end_cookie(response, cookies.SESSION)
    return response


def _status(refused: SignInRefused | TooManyTries) -> int:
    return 429 if isinstance(refused, TooManyTries) else 403


def _waiting(visit: Visit) -> Token | None:
    return read_token(visit.request.cookies.get(cookies.CODE, ""))
