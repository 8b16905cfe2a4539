"""How a company's people sign in: what admins decide."""

from starlette.responses import Response

from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.companies.api_key import Scope
from shared.domain.companies.oidc import BEGIN_PATH, CALLBACK_PATH
from shared.domain.errors import InvalidInput, Unavailable
from shared.usecases.users.require_second_factor import require_second_factor
from shared.usecases.users.save_oidc import remove_oidc, save_oidc

pages = Pages()
HERE = "/settings/sign-in"
_FIELDS = ("issuer", "client_id", "domains")


@pages.get(HERE, Scope.ADMIN)
async def show_sign_in_settings(visit: Visit) -> Response:
    """What is decided."""
    return _page(visit, {})


@pages.post(f"{HERE}/second-factor", Scope.ADMIN)
async def set_second_factor(visit: Visit) -> Response:
    """Require a second factor of everybody, or of nobody."""
    is_required = visit.form.is_set("is_required")
    await require_second_factor(visit.runtime, visit.company_id, is_required=is_required, by=visit.user.id)
    said = "Everybody now needs a second factor." if is_required else "A second factor is everybody's choice."
    return visit.go(HERE, done=said)


@pages.post(f"{HERE}/oidc", Scope.ADMIN)
async def set_oidc(visit: Visit) -> Response:
    """Let people sign in by the company's issuer."""
    form = visit.form
    try:
        oidc = await save_oidc(
            visit.runtime,
            visit.company_id,
            issuer=form.given("issuer"),
            client_id=form.given("client_id"),
            client_secret=form.given("client_secret").strip(),
            domains=form.given("domains"),
            joins=form.is_set("joins"),
            by=visit.user.id,
        )
    except InvalidInput as invalid:
        return _page(visit, {problem.field: problem.reason for problem in invalid.problems})
    except Unavailable as refused:
        return _page(visit, {"issuer": str(refused)})
    return visit.go(HERE, done=f"People with an address of {', '.join(oidc.domains)} may sign in so.")


@pages.post(f"{HERE}/oidc/remove", Scope.ADMIN)
async def end_oidc(visit: Visit) -> Response:
    """Let nobody sign in by it any more."""
    await remove_oidc(visit.runtime, visit.company_id, by=visit.user.id)
    return visit.go(HERE, done="Nobody signs in by that any more.")


def _page(visit: Visit, problems: dict[str, str]) -> Response:
    oidc, portal = visit.company.oidc, visit.runtime.settings.portal_url
    kept = {
        "issuer": oidc.issuer if oidc else "",
        "client_id": oidc.client_id if oidc else "",
        "domains": ", ".join(oidc.domains) if oidc else "",
    }
    typed = {name: visit.form.given(name) for name in _FIELDS} if problems else kept
    return visit.page(
        "sign_in_settings/settings.html",
        code=422 if problems else 200,
        problems=problems,
        typed=typed,
        oidc=oidc,
        callback=f"{portal}{CALLBACK_PATH}",
        entrance=f"{portal}{BEGIN_PATH}/{visit.company_id}",
    )
