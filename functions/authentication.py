"""Who calls a tick or a worker: Cloud Scheduler or Pub/Sub, by an OIDC token of our one push account.

The emulators sign no tokens; the local stack's callers carry a shared token in the address instead.
"""

import asyncio
import hmac
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from functions.google_certificates import GoogleCertificates
from shared.settings import Settings

CLOCK_SKEW_SECONDS = 30
LONGEST_TOKEN = 8192
# The two forms Google writes. https://developers.google.com/identity/openid-connect/openid-connect#an-id-tokens-payload
ISSUERS = ("https://accounts.google.com", "accounts.google.com")
ALGORITHM = "RS256"  # what Google signs with; a token must not choose another

CERTIFICATES = GoogleCertificates()  # fetched at the first token


class CallerRefused(Exception):
    """The caller did not prove to be ours."""


async def check_caller(request: Request, settings: Settings) -> None:
    """Raise CallerRefused unless the request comes from our scheduler or our push subscriptions.

    Raises CertificatesUnavailable when that cannot be found out now: nobody is let in then.
    """
    if settings.caller_token:
        given = request.query_params.getlist("token")
        if len(given) != 1 or not hmac.compare_digest(given[0].encode(), settings.caller_token.encode()):
            raise CallerRefused
        return
    given = request.headers.getlist("authorization")
    scheme, _, token = given[0].partition(" ") if len(given) == 1 else ("", "", "")
    if scheme.lower() != "bearer" or not token or len(token) > LONGEST_TOKEN:
        raise CallerRefused
    claims = await asyncio.to_thread(_signed_claims, token)  # it may fetch
    if not _are_ours(claims, settings):
        raise CallerRefused


def _signed_claims(token: str) -> Mapping[str, Any]:
    """What Google signed, if it did and the token's time is now. Raises CallerRefused."""
    import google.auth.exceptions
    from google.auth import jwt

    try:
        header = jwt.decode_header(token)  # type: ignore[no-untyped-call]  # google-auth has no types
        key_id = header.get("kid")
        if header.get("alg") != ALGORITHM or not isinstance(key_id, str) or not key_id:
            raise CallerRefused
        claims: Mapping[str, Any] = jwt.decode(  # type: ignore[no-untyped-call]
            token, CERTIFICATES.for_key(key_id), clock_skew_in_seconds=CLOCK_SKEW_SECONDS
        )
    except (ValueError, TypeError, google.auth.exceptions.GoogleAuthError) as error:
        raise CallerRefused from error
    return claims


def _are_ours(claims: Mapping[str, Any], settings: Settings) -> bool:
    """Google's issuer, exactly our audience, exactly our push account with its address verified."""
    return (
        claims.get("iss") in ISSUERS
        and claims.get("aud") == settings.caller_audience
        and claims.get("email") == settings.caller_service_account
        and claims.get("email_verified") is True
    )
