"""What a browser gets when a session begins: pages, or first the question for a code."""

from urllib.parse import quote

from starlette.responses import Response

from functions.portal.kit import cookies
from functions.portal.kit.visit import Visit
from shared.usecases.users.sign_in import NewSession

CODE_PAGE = "/sign-in/code"


def go_signed_in(visit: Visit, session: NewSession, wanted: str, done: str = "") -> Response:
    """On to `wanted`, a page of ours, or to the question for a code, which leads there."""
    if session.awaits_code:
        response = visit.go(f"{CODE_PAGE}?next={quote(wanted)}", done=done)
        cookies.set_cookie(response, cookies.CODE, session.token.text)
        return response
    response = visit.go(wanted, done=done)
    cookies.set_cookie(response, cookies.SESSION, session.token.text)
    cookies.end_cookie(response, cookies.VISITOR)
    cookies.end_cookie(response, cookies.CODE)
    return response


def local(path: str) -> str:
    """A page of ours to go to; the start for what might lead elsewhere."""
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if is_ours else "/"
