"""Whether a form was sent from one of our own pages: its origin, and a token that only those pages have."""

import hashlib
import hmac
from urllib.parse import urlsplit

from starlette.requests import Request

from functions.problems import Refusal
from shared.settings import Settings

HEADER, FIELD = "x-csrf-token", "csrf"


def form_token(settings: Settings, holder: str) -> str:
    """What our forms carry for who holds this session or visitor cookie."""
    return hmac.new(settings.signing_key.encode(), f"form {holder}".encode(), hashlib.sha256).hexdigest()


def check_origin(request: Request) -> None:
    """Raise Refusal for what another site's page sends. Browsers say where from; programs must too."""
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    if origin is not None:
        is_ours = _host_of(origin) == request.headers.get("host", "")
    else:
        is_ours = site == "same-origin"
    if not is_ours or site not in (None, "same-origin"):
        raise _forged()


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def check_token(settings: Settings, holder: str, token: str) -> None:
    """Raise Refusal for a form that is of another session, or of none."""
    if not holder or not hmac.compare_digest(form_token(settings, holder).encode(), token.encode()):
        raise _forged()


def _forged() -> Refusal:
    return Refusal(
        status=403,
        kind="forbidden",
        title="This page is out of date",
        detail="You signed in or out meanwhile, or the form came from elsewhere. Nothing was changed: open "
        "the page again and repeat it.",
    )
