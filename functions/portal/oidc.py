"""Signing in by a company's own issuer: there, and back."""

from starlette.responses import RedirectResponse, Response

from functions.portal.kit import cookies
from functions.portal.kit.begun import go_signed_in, local
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.companies.oidc import BEGIN_PATH, CALLBACK_PATH
from shared.domain.errors import Unavailable
from shared.usecases.users.sign_in import SignInRefused, TooManyTries
from shared.usecases.users.sign_in_by_oidc import begin_oidc, read_begun, sign_in_by_oidc

pages = Pages()
_OVER = "Your sign-in took too long, or was begun in another browser. Begin again."
_BROUGHT = ("code", "state", "iss")
_LONGEST = 4_096


@pages.get(f"{BEGIN_PATH}/{{company_id}}", None)
async def begin(visit: Visit) -> Response:
    """On to the company's issuer."""
    address = visit.address
    wanted, company_id = local(visit.query("next")), visit.path("company_id")
    try:
        where, carried = await begin_oidc(visit.runtime, company_id, wanted, address)
    except TooManyTries as refused:
        return visit.go("/sign-in", refused=str(refused))
    response = RedirectResponse(where, 303)
    cookies.set_cookie(response, cookies.OIDC, carried)
    return response


@pages.get(CALLBACK_PATH, None)
async def come_back(visit: Visit) -> Response:
    """Back from the issuer: signed in, if it says so of a user of ours."""
    answer = {name: visit.request.query_params.get(name, "")[:_LONGEST] for name in _BROUGHT}
    carried = visit.request.cookies.get(cookies.OIDC, "")
    begun = read_begun(visit.runtime, carried, answer["state"])
    if begun is None:
        return _refused(visit, _OVER)
    try:
        brought = {name: text for name, text in answer.items() if text}
        session = await sign_in_by_oidc(visit.runtime, begun.company_id, begun, brought, visit.address)
    except SignInRefused as refused:
        return _refused(visit, str(refused))
    except Unavailable:
        return _refused(visit, "Your company's account cannot be asked now. Try again in a moment.")
    response = go_signed_in(visit, session, local(begun.wanted))
    cookies.end_cookie(response, cookies.OIDC)
    return response


def _refused(visit: Visit, text: str) -> Response:
    response = visit.go("/sign-in", refused=text)
    cookies.end_cookie(response, cookies.OIDC)
    return response
