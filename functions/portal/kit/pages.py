"""How every page is reached: its scope before all else, then whose form it is, then what it does."""

from collections.abc import Awaitable, Callable
from typing import TypeVar
from urllib.parse import quote

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from functions.portal.kit import cookies, forgery
from functions.portal.kit.forms import Form
from functions.portal.kit.visit import Visit
from functions.problems import Refusal
from functions.request_body import announces_more
from shared import log, tracing
from shared.acting import acting
from shared.domain.companies.api_key import Scope
from shared.domain.companies.token import read_token
from shared.domain.companies.user import MEANING
from shared.runtime import Runtime
from shared.settings import Settings
from shared.usecases.users.note_session import note_session
from shared.views.users import find_session

Handler = Callable[[Visit], Awaitable[Response]]
H = TypeVar("H", bound=Handler)
FORM_BYTES = 1024 * 1024
# Cloud Run takes requests of up to 32 MiB; larger files go to Cloud Storage by link.
UPLOAD_BYTES = 32 * 1024 * 1024 - 64 * 1024
BESIDE_BYTES = 64 * 1024  # what a form with a file holds beside it
FACTOR_PAGE, _WITHOUT_FACTOR = "/account/second-factor", ("account", "sign-out")
LONGEST_QUERY = 1_000  # characters: a cookie carries it to a company's own issuer and back
MOST_FIELDS = 3_000  # a mapping of 500 columns has six fields for each


class PageRoute(Route):
    """A page. `page_scope` is what its user must be allowed; None for a page that everybody may see.

    `shows` is what answers.
    """

    def __init__(
        self, path: str, method: str, handler: Handler, scope: Scope | None, upload: bool = False
    ) -> None:
        self.page_scope, self.page_method, self.shows, self._upload = scope, method, handler, upload
        super().__init__(path, self._answer, methods=[method], name=getattr(handler, "__name__", path))

    async def _answer(self, request: Request) -> Response:
        runtime: Runtime = request.app.state.runtime
        visit = Visit(runtime=runtime, request=request)
        request.state.visit = visit  # for a page about an error
        is_change = self.page_method == "POST"
        if is_change:
            forgery.check_origin(request)
        if self.page_scope is not None:
            refused = await self._let_in(visit, self.page_scope)
            if refused is not None:
                return refused
        else:
            visit.holder = request.cookies.get(cookies.VISITOR, "")
        company_id = visit.company_id if visit.signed_in else ""
        async with tracing.served(request.headers, f"portal {self.name}", "server"):
            act = visit.act(self.name) if visit.signed_in and is_change else None
            with acting(act), log.context(company_id=company_id, route=self.name):
                request.state.logged = log.everything()
                try:
                    if is_change:
                        await self._read_form(visit)
                    return await self._answered(visit)
                finally:
                    await request.close()  # a file that came with the form takes memory until then

    async def _answered(self, visit: Visit) -> Response:
        if self.page_scope is not None:
            return await self.shows(visit)
        is_new = not visit.holder
        visit.holder = visit.holder or cookies.new_visitor()
        response = await self.shows(visit)
        if is_new:
            cookies.set_cookie(response, cookies.VISITOR, visit.holder)
        return response

    async def _let_in(self, visit: Visit, scope: Scope) -> Response | None:
        """Who it is, or where to go to say so. Raises Refusal for who may not do this."""
        token = read_token(visit.request.cookies.get(cookies.SESSION, ""))
        signed_in = await find_session(visit.runtime, token.company_id, token) if token else None
        if signed_in is None:
            return _to_sign_in(visit)
        visit.signed_in, visit.holder = signed_in, signed_in.session.id
        await note_session(visit.runtime, signed_in.company.id, signed_in.session)
        if not signed_in.user.allows(scope):
            role = signed_in.user.role
            raise Refusal(
                status=403,
                kind="forbidden",
                title="Your role may not do this",
                detail=f"You are {role} of {signed_in.company.name}: that {MEANING[role]}. Ask an admin of "
                "your company to do it, or to give you another role.",
            )
        if signed_in.must_add_factor and self.path.split("/")[1] not in _WITHOUT_FACTOR:
            return _elsewhere(visit, FACTOR_PAGE)
        return None

    async def _read_form(self, visit: Visit) -> None:
        """The form, once it is known to be the visitor's own. Raises Refusal."""
        request, settings = visit.request, visit.runtime.settings
        limit = min(UPLOAD_BYTES, settings.max_upload_bytes) if self._upload else FORM_BYTES
        announced = request.headers.get("content-length", "")
        if not announced.isdecimal() or announces_more(announced, limit):
            raise _too_large(limit)
        visit.form = Form(await _form_data(request))
        token = request.headers.get(forgery.HEADER) or visit.form.given(forgery.FIELD)
        forgery.check_token(settings, visit.holder, token)


class Pages:
    """The pages of one noun."""

    def __init__(self) -> None:
        self.routes: list[PageRoute] = []

    def get(self, path: str, scope: Scope | None) -> Callable[[H], H]:
        """A page that is looked at: nothing is changed by it."""
        return self._route(path, "GET", scope)

    def post(self, path: str, scope: Scope | None, *, upload: bool = False) -> Callable[[H], H]:
        """Something that is done, by a form. With `upload` it may hold a file."""
        return self._route(path, "POST", scope, upload=upload)

    def _route(
        self, path: str, method: str, scope: Scope | None, *, upload: bool = False
    ) -> Callable[[H], H]:
        def add(handler: H) -> H:
            self.routes.append(PageRoute(path, method, handler, scope, upload))
            return handler

        return add


def most_in_form(settings: Settings) -> int:
    """How many bytes a file may have that comes with a form."""
    return min(UPLOAD_BYTES, settings.max_upload_bytes) - BESIDE_BYTES


async def _form_data(request: Request) -> FormData:
    """The form. Raises Refusal for what none of our pages sends: parts that cannot be told apart, texts in
    another encoding than UTF-8, too many fields.
    """
    try:
        form = await request.form(max_fields=MOST_FIELDS, max_files=1, max_part_size=FORM_BYTES)
        for name, value in form.multi_items():
            for text in (name, value.filename if isinstance(value, UploadFile) else value):
                (text or "").encode()  # UTF-7, say, can hold halves of characters, which nothing stores
    except HTTPException as error:  # starlette's own, of its parsers
        raise _unreadable(error.detail) from None
    except ValueError:
        raise _unreadable("It is malformed, or not in UTF-8.") from None
    return form


def _unreadable(detail: str) -> Refusal:
    return Refusal(status=400, kind="bad-form", title="The form cannot be read", detail=detail)


def _to_sign_in(visit: Visit) -> Response:
    """To the page to sign in on, and back; a part of a page sends the whole page there."""
    wanted = _wanted(visit)
    where = "/sign-in" if wanted == "/" else f"/sign-in?next={quote(wanted)}"
    return _elsewhere(visit, where)


def _wanted(visit: Visit) -> str:
    """The page that was asked for, with what was looked for on it unless that is too long to be carried."""
    url = visit.request.url
    if visit.request.method != "GET" or visit.is_fragment:
        return "/"
    return f"{url.path}?{url.query}" if url.query and len(url.query) <= LONGEST_QUERY else url.path


def _elsewhere(visit: Visit, where: str) -> Response:
    if visit.is_fragment:
        return Response(status_code=401, headers={"HX-Redirect": where})
    return RedirectResponse(where, 303)


def _too_large(limit: int) -> Refusal:
    return Refusal(
        status=413,
        kind="too-large",
        title="This is too large",
        detail=f"At most {limit // 1024:,} KB are taken here. Larger files go up by themselves where scripts "
        "are allowed in the browser.",
    )
