"""The portal's cookies. `__Host-` binds each to this host, https and all paths; browsers take them from
http://localhost and http://127.0.0.1 too (tests/portal tries it).
"""

import base64
import secrets

import msgspec
from starlette.requests import Request
from starlette.responses import Response

SESSION = "__Host-session"  # the session's token
CODE = "__Host-code"  # the token of a session that awaits the second factor's code
OIDC = "__Host-oidc"  # a sign-in by an issuer that was begun, sealed
VISITOR = "__Host-visitor"  # whose forms a page without a session are
FLASH = "__Host-flash"  # what the next page says first
_LONGEST_FLASH = 600


def set_cookie(response: Response, name: str, value: str) -> None:
    """Set a cookie that ends with the browser; how long a session holds is decided here, not there."""
    response.set_cookie(name, value, path="/", secure=True, httponly=True, samesite="lax")


def end_cookie(response: Response, name: str) -> None:
    """Take a cookie away."""
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")


def new_visitor() -> str:
    """What tells one visitor's forms from another's."""
    return secrets.token_urlsafe(32)


def set_flash(response: Response, kind: str, text: str) -> None:
    """Have the next page say `text` first: `kind` is "done" or "refused"."""
    packed = msgspec.json.encode((kind, text[:_LONGEST_FLASH]))
    set_cookie(response, FLASH, base64.urlsafe_b64encode(packed).decode())


def read_flash(request: Request) -> tuple[str, str] | None:
    """What the page says first, if anything."""
    try:
        packed = base64.urlsafe_b64decode(request.cookies.get(FLASH, ""))
        kind, text = msgspec.json.decode(packed, type=tuple[str, str])
    except ValueError:
        return None
    return (kind, text) if kind in ("done", "refused") else None
