"""One's second factor: adding an app, recovery codes, taking it away."""

from starlette.responses import Response

from functions.portal.kit import cookies
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.companies.api_key import Scope
from shared.domain.companies.second_factor import uri_of
from shared.domain.errors import InvalidInput, RollcallError
from shared.usecases.users.add_second_factor import (
    add_second_factor,
    confirm_second_factor,
    renew_recovery_codes,
)
from shared.usecases.users.remove_second_factor import remove_own_second_factor
from shared.usecases.users.sign_in import begin_session
from shared.views.users import shown_secret

pages = Pages()
HERE = "/account/second-factor"


@pages.get(HERE, Scope.READ)
async def show_factor(visit: Visit) -> Response:
    """Whether there is one, and what can be done."""
    return _page(visit, {})


@pages.post(HERE, Scope.READ)
async def begin(visit: Visit) -> Response:
    """Begin to add one, for who knows the password."""
    try:
        await add_second_factor(visit.runtime, visit.company_id, visit.user.id, visit.form.given("current"))
    except InvalidInput as invalid:
        return _page(visit, {problem.field: f"This {problem.reason}." for problem in invalid.problems})
    except RollcallError as refused:
        return visit.go(HERE, refused=str(refused))
    return visit.go(f"{HERE}/code")


@pages.get(f"{HERE}/code", Scope.READ)
async def show_secret(visit: Visit) -> Response:
    """The QR code for the app, and the question for its first code."""
    return _secret_page(visit, {})


@pages.post(f"{HERE}/code", Scope.READ)
async def confirm(visit: Visit) -> Response:
    """The first code: from now on one is asked for. The recovery codes are shown this once."""
    code = visit.form.given("code")
    try:
        user, codes = await confirm_second_factor(visit.runtime, visit.company_id, visit.user.id, code)
    except InvalidInput as invalid:
        return _secret_page(visit, {problem.field: f"This {problem.reason}." for problem in invalid.problems})
    except RollcallError as refused:
        return visit.go(HERE, refused=str(refused))
    session = await begin_session(visit.runtime, visit.company_id, user, gave_code=True)
    response = visit.page("account/recovery_codes.html", codes=codes)
    cookies.set_cookie(response, cookies.SESSION, session.token.text)
    return response


@pages.post(f"{HERE}/recovery-codes", Scope.READ)
async def renew(visit: Visit) -> Response:
    """New recovery codes."""
    try:
        codes = await renew_recovery_codes(
            visit.runtime, visit.company_id, visit.user.id, visit.form.given("code")
        )
    except RollcallError as refused:
        return _refused(visit, refused)
    return visit.page("account/recovery_codes.html", codes=codes)


@pages.post(f"{HERE}/remove", Scope.READ)
async def remove(visit: Visit) -> Response:
    """Without it from now on."""
    try:
        user = await remove_own_second_factor(
            visit.runtime, visit.company_id, visit.user.id, visit.form.given("code")
        )
    except RollcallError as refused:
        return _refused(visit, refused)
    session = await begin_session(visit.runtime, visit.company_id, user)
    response = visit.go(HERE, done="Your second factor is removed. You are signed out elsewhere.")
    cookies.set_cookie(response, cookies.SESSION, session.token.text)
    return response


def _refused(visit: Visit, refused: RollcallError) -> Response:
    text = f"The code {refused.problems[0].reason}." if isinstance(refused, InvalidInput) else str(refused)
    return visit.go(HERE, refused=text)


def _page(visit: Visit, problems: dict[str, str]) -> Response:
    return visit.page(
        "account/second_factor.html",
        code=422 if problems else 200,
        problems=problems,
        factor=visit.user.second_factor,
        must_have=visit.company.requires_second_factor,
    )


def _secret_page(visit: Visit, problems: dict[str, str]) -> Response:
    secret = shown_secret(visit.runtime, visit.company_id, visit.user)
    if secret is None:
        return visit.go(HERE, refused="Begin again: no second factor waits for its first code.")
    return visit.page(
        "account/second_factor_code.html",
        code=422 if problems else 200,
        problems=problems,
        picture=_picture(uri_of(secret, visit.user.email)),
        groups=[secret[at : at + 4] for at in range(0, len(secret), 4)],
    )


def _picture(uri: str) -> str:
    """The QR code as an address of an image, black on white whatever the colours of the page."""
    import segno

    return segno.make(uri, error="m").svg_data_uri(scale=5, border=4, light="#fff")
