"""Users: who may work here, in which role. Admins only."""

from starlette.responses import Response

from functions.portal.kit.lists import shown
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.companies.api_key import Scope
from shared.domain.companies.token import Token
from shared.domain.companies.user import MEANING, Role
from shared.domain.errors import InvalidInput, RollcallError
from shared.usecases.users.change_user import change_user
from shared.usecases.users.invite_user import invite_to_reset, invite_user
from shared.usecases.users.remove_second_factor import remove_second_factor
from shared.usecases.users.sign_out import sign_out_everywhere
from shared.views.users import get_user, list_users

pages = Pages()
TAKEN = "email"  # the field that an address stands in which is an account already


@pages.get("/settings/users", Scope.ADMIN)
async def show_users(visit: Visit) -> Response:
    """All users, and the form to invite another."""
    return await _page(visit, {})


@pages.post("/settings/users", Scope.ADMIN)
async def invite(visit: Visit) -> Response:
    """Invite somebody: the link is shown this once, to be handed over."""
    form = visit.form
    email, name, role = form.line("email", most=320), form.line("name"), form.choice("role", Role)
    try:
        form.check()
        invitation, token = await invite_user(
            visit.runtime, visit.company_id, email, name, role, by=f"user {visit.user.id}"
        )
    except InvalidInput as invalid:
        return await _page(visit, {problem.field: problem.reason for problem in invalid.problems})
    except RollcallError as refused:
        return await _page(visit, {TAKEN: str(refused)})
    link = _link(visit, token)
    return visit.page("users/link.html", invitation=invitation, link=link, is_new=True)


@pages.get("/settings/users/{user_id}", Scope.ADMIN)
async def show_user(visit: Visit) -> Response:
    """One user, to be changed."""
    user = await get_user(visit.runtime, visit.company_id, visit.path("user_id"))
    return visit.page("users/user.html", user=user, roles=MEANING)


@pages.post("/settings/users/{user_id}", Scope.ADMIN)
async def change(visit: Visit) -> Response:
    """Another role, or no right to sign in."""
    user_id, form = visit.path("user_id"), visit.form
    role, may_sign_in = form.choice("role", Role), form.is_set("may_sign_in")
    form.check()
    try:
        user = await change_user(
            visit.runtime, visit.company_id, user_id, role, may_sign_in=may_sign_in, by=visit.user.id
        )
    except RollcallError as refused:
        return visit.go(f"/settings/users/{user_id}", refused=str(refused))
    return visit.go("/settings/users", done=f"{user.name} is changed.")


@pages.post("/settings/users/{user_id}/reset", Scope.ADMIN)
async def reset(visit: Visit) -> Response:
    """A link to set a new password by, for who has lost theirs."""
    user_id = visit.path("user_id")
    try:
        invitation, token = await invite_to_reset(
            visit.runtime, visit.company_id, user_id, by=f"user {visit.user.id}"
        )
    except RollcallError as refused:
        return visit.go(f"/settings/users/{user_id}", refused=str(refused))
    return visit.page("users/link.html", invitation=invitation, link=_link(visit, token), is_new=False)


@pages.post("/settings/users/{user_id}/sign-out", Scope.ADMIN)
async def sign_out_user(visit: Visit) -> Response:
    """End all sessions of a user: a lost phone, say."""
    user = await sign_out_everywhere(visit.runtime, visit.company_id, visit.path("user_id"))
    return visit.go(f"/settings/users/{user.id}", done=f"{user.name} is signed out everywhere.")


@pages.post("/settings/users/{user_id}/second-factor", Scope.ADMIN)
async def reset_factor(visit: Visit) -> Response:
    """Take a user's second factor away: their phone is lost, and their recovery codes too."""
    user = await remove_second_factor(
        visit.runtime, visit.company_id, visit.path("user_id"), by=visit.user.id
    )
    return visit.go(
        f"/settings/users/{user.id}",
        done=f"{user.name} signs in with the password alone, and is signed out everywhere.",
    )


def _link(visit: Visit, token: Token) -> str:
    """Where the portal is reached follows from the settings, never from what a request says of itself."""
    return f"{visit.runtime.settings.portal_url}/invitation/{token.text}"


async def _page(visit: Visit, problems: dict[str, str]) -> Response:
    return visit.page(
        "users/list.html",
        code=422 if problems else 200,
        users=await shown(visit, list_users),
        roles=MEANING,
        problems=problems,
        typed={name: visit.form.given(name) for name in ("email", "name", "role")},
    )
