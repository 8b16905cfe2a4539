"""Who calls: the company comes from the API key and from nothing else."""

from typing import Annotated

from fastapi import Depends, Security
from fastapi.dependencies.models import Dependant
from fastapi.security import HTTPBearer
from msgspec import Struct
from starlette.requests import Request

from functions.problems import Refusal
from shared.domain.companies.api_key import ApiKey, Scope, matches, split_key_text
from shared.domain.ids import ID_LENGTH
from shared.runtime import Runtime
from shared.usecases.companies.note_key import note_key
from shared.views.api_keys import find_api_key

_BEARER = HTTPBearer(
    auto_error=False, scheme_name="API key", description="An API key: Authorization: Bearer rk_…"
)
_NOBODY = "0" * ID_LENGTH  # no id is drawn with so little chance


class Caller(Struct, frozen=True, kw_only=True):
    """An authenticated caller: what it may work with."""

    runtime: Runtime
    company_id: str
    key: ApiKey


def _unauthenticated(detail: str) -> Refusal:
    return Refusal(
        status=401,
        kind="unauthenticated",
        title="Who calls?",
        detail=detail,
        headers={"WWW-Authenticate": 'Bearer realm="rollcall"'},
    )


async def authenticate(request: Request) -> Caller:
    """The caller by its key. Raises Refusal with 401.

    An unknown id costs the same read and comparison as a wrong secret. That a key was revoked or has
    ended is said only to who has the whole key.
    """
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not text.strip():
        raise _unauthenticated("Send your API key as Authorization: Bearer rk_…")
    text = text.strip()
    runtime: Runtime = request.app.state.runtime
    company_id, key_id = split_key_text(text) or (_NOBODY, _NOBODY)
    key = await find_api_key(runtime, company_id, key_id)
    if not matches(key or _unknown_key(runtime), text) or key is None:
        raise _unauthenticated("There is no such API key. Check that it was copied whole.")
    if key.revoked_at is not None:
        raise _unauthenticated("This API key was revoked. Create another.")
    if not key.is_live(runtime.now()):
        raise _unauthenticated("This API key has expired. Create another.")
    await note_key(runtime, company_id, key)
    return Caller(runtime=runtime, company_id=company_id, key=key)


def _unknown_key(runtime: Runtime) -> ApiKey:
    return ApiKey(id=_NOBODY, name="", prefix="", digest="0" * 64, scopes=(), created_at=runtime.now())


class Needs(Struct, frozen=True):
    """A dependency: the caller. It states the scope that its route checks before anything else."""

    scope: Scope

    def __call__(self, request: Request, _: Annotated[object, Security(_BEARER)]) -> Caller:
        """Who sent the request."""
        caller: Caller = request.state.caller
        return caller


def scope_of(dependant: Dependant) -> Scope:
    """The one scope that a route's dependencies state. Raises TypeError for a route without, or with two."""
    scopes: set[Scope] = set()
    waiting = [dependant]
    while waiting:
        current = waiting.pop()
        if isinstance(current.call, Needs):
            scopes.add(current.call.scope)
        waiting += current.dependencies
    if len(scopes) != 1:
        raise TypeError(f"A route needs one scope, by a caller from {__name__}; this one has {scopes}.")
    return scopes.pop()


def require(caller: Caller, scope: Scope) -> None:
    """Raises Refusal with 403 when the caller's key has not the scope."""
    if not caller.key.allows(scope):
        held = ", ".join(caller.key.scopes)
        raise Refusal(
            status=403,
            kind="forbidden",
            title="Your key may not do this",
            detail=f"This needs an API key with the scope {scope}; yours has: {held}.",
        )


Reader = Annotated[Caller, Depends(Needs(Scope.READ))]
Writer = Annotated[Caller, Depends(Needs(Scope.WRITE))]
Sending = Annotated[Caller, Depends(Needs(Scope.SEND))]
Admin = Annotated[Caller, Depends(Needs(Scope.ADMIN))]
