"""Who calls a tick or a worker: Cloud Scheduler or Pub/Sub, by an OIDC token of our one push account.

The emulators sign no tokens; the local stack's callers carry a shared token in the address instead.
"""

import asyncio
import hmac

from starlette.requests import Request

from shared.settings import Settings

CLOCK_SKEW_SECONDS = 30


class CallerRefused(Exception):
    """The caller did not prove to be ours."""


async def check_caller(request: Request, settings: Settings) -> None:
    """Raise CallerRefused unless the request comes from our scheduler or our push subscriptions."""
    if settings.caller_token:
        given = request.query_params.get("token", "")
        if not hmac.compare_digest(given.encode(), settings.caller_token.encode()):
            raise CallerRefused
        return
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise CallerRefused
    await asyncio.to_thread(_check_token, token, settings)


def _check_token(token: str, settings: Settings) -> None:
    """Signature, issuer, expiry, exact audience, exact service account, verified email."""
    import google.auth.exceptions
    import google.auth.transport.requests
    from google.oauth2 import id_token

    try:
        claims = id_token.verify_oauth2_token(  # type: ignore[no-untyped-call]  # google-auth has no types
            token,
            google.auth.transport.requests.Request(),
            audience=settings.caller_audience,
            clock_skew_in_seconds=CLOCK_SKEW_SECONDS,
        )
    except (ValueError, google.auth.exceptions.GoogleAuthError) as error:
        raise CallerRefused from error
    if claims.get("email") != settings.caller_service_account or claims.get("email_verified") is not True:
        raise CallerRefused
