"""A visit: one request of a person, with who they are and what pages need."""

from hashlib import sha256
from typing import Any

from msgspec import Struct, field
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from functions.caller_address import address_of
from functions.portal.kit import cookies
from functions.portal.kit.forgery import form_token
from functions.portal.kit.forms import Form
from functions.problems import Refusal
from shared.domain.companies.api_key import Scope
from shared.domain.companies.audit_record import Act, ActorKind
from shared.domain.companies.company import Company
from shared.domain.companies.user import User
from shared.domain.contacts.contact_changes import Author, ChangedBy
from shared.domain.ids import random_id
from shared.runtime import Runtime
from shared.views.users import SignedIn

TAG_LENGTH = 20  # characters of a hash that tell one state of a part of a page from another


class Visit(Struct, kw_only=True):
    """A request, whose it is, and its form. `signed_in` is None on pages for everybody."""

    runtime: Runtime
    request: Request
    signed_in: SignedIn | None = None
    holder: str = ""  # the session's id, or the visitor's cookie: whose forms these are
    form: Form = field(default_factory=Form)

    @property
    def company(self) -> Company:
        """Whose data this is: it follows from the session and from nothing else."""
        return self._in.company

    @property
    def company_id(self) -> str:
        """The company's id."""
        return self.company.id

    @property
    def user(self) -> User:
        """Who is signed in."""
        return self._in.user

    @property
    def by(self) -> str:
        """Who does this, for others to read."""
        return self.user.name

    @property
    def author(self) -> Author:
        """Who changes contacts."""
        return Author(ChangedBy.USER, self.user.id)

    def act(self, operation: str) -> Act:
        """This request, as the audit log has it."""
        return Act(
            id=random_id(),
            kind=ActorKind.USER,
            actor_id=self.user.id,
            actor_name=self.user.name,
            came_from=self.address,
            operation=operation,
            at=self.runtime.now(),
        )

    @property
    def address(self) -> str:
        """The network address it comes from."""
        return address_of(self.request, self.runtime.settings.forwarded_hops)

    @property
    def csrf(self) -> str:
        """What this visit's forms carry."""
        return form_token(self.runtime.settings, self.holder)

    @property
    def is_fragment(self) -> bool:
        """Whether a part of a page is asked for, to be put into the page that is there."""
        return self.request.headers.get("hx-request") == "true"

    @property
    def _in(self) -> SignedIn:
        if self.signed_in is None:
            raise TypeError("a page for everybody asked who is signed in")
        return self.signed_in

    def allows(self, scope: str) -> bool:
        """Whether the user may do what needs this scope: pages show no button that would be refused."""
        return self.signed_in is not None and self.user.allows(Scope(scope))

    def path(self, name: str) -> str:
        """A part of the address. Raises Refusal for what is no id of ours."""
        text = str(self.request.path_params[name])
        if not text.replace("-", "").replace("_", "").isalnum() or not text.isascii() or len(text) > 64:
            raise Refusal(
                status=404, kind="not-found", title="There is no such page", detail="Check its address."
            )
        return text

    def query(self, name: str, default: str = "") -> str:
        """A part of the address after the question mark."""
        return self.request.query_params.get(name, default)[:500]

    def queries(self, name: str) -> list[str]:
        """Every value of a part of the address that may come several times."""
        return [value[:500] for value in self.request.query_params.getlist(name)[:100]]

    def page(self, template: str, *, code: int = 200, **facts: Any) -> Response:
        """The page, with what is said once about what was done before."""
        from functions.portal.kit.rendering import render

        flash = cookies.read_flash(self.request) if not self.is_fragment else None
        response = HTMLResponse(render(self, template, flash=flash, **facts), code)
        if flash is not None:
            cookies.end_cookie(response, cookies.FLASH)
        return response

    def progress(self, template: str, *, is_over: bool, **facts: Any) -> Response:
        """The part of a page that is asked for again and again; when it is over, the page is shown anew.

        Who has it as it stands gets 304 (RFC 9110, 15.4.5), and nothing moves on the page.
        """
        response = self.page(template, **facts)
        tag = f'"{sha256(bytes(response.body)).hexdigest()[:TAG_LENGTH]}"'
        if self.is_fragment and is_over:
            response.headers["HX-Refresh"] = "true"
        elif self.request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={"ETag": tag})
        response.headers["ETag"] = tag
        return response

    def go(self, path: str, done: str = "", *, refused: str = "") -> Response:
        """On to another page, which says what was done, or why not."""
        response = RedirectResponse(path, 303)
        if done or refused:
            cookies.set_flash(response, "done" if done else "refused", done or refused)
        return response
