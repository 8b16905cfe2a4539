"""/v1/api-keys: the keys that act for the company. Only keys with the scope admin may see or change them."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field

from functions.api.kit.authentication import Admin, Caller
from functions.api.kit.idempotency import new_id
from functions.api.kit.paging import Page, list_page
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import FieldName, Input, ItemId, Listed, Moment, Name, Output
from shared.domain.companies.api_key import ApiKey, Scope
from shared.usecases.companies.create_api_key import create_api_key, revoke_api_key
from shared.usecases.companies.rotate_api_key import MOST_OVERLAP_HOURS, rotate_api_key
from shared.views import api_keys as view

router = APIRouter(prefix="/v1/api-keys", tags=["API keys"], route_class=ApiRoute)


class ApiKeyInput(Input):
    """A key to make. ADMIN includes all scopes; each scope includes read."""

    name: Name
    scopes: Annotated[tuple[Scope, ...], Field(min_length=1, max_length=4)]
    expires_at: Moment | None = None


class KeyRotationInput(Input):
    """For how many hours the key before works too: time to put the new one in place. 0 ends it at once."""

    overlap_hours: Annotated[int, Field(ge=0, le=MOST_OVERLAP_HOURS, strict=True)] = 24


class KeyMakerOutput(Output):
    """A user of the portal. `name` and `email` are empty where the user is gone."""

    user_id: str
    name: str
    email: str


class ApiKeyOutput(Output):
    """A key as it may be shown. `prefix` tells keys apart; the rest of the key is not kept.

    `last_used_at` is at most five minutes behind. `rotated_to` is the id of the key that takes its place.
    `made_by` are the users who made it, or the key that it was made with. It is empty for keys by operations,
    and for those from before this was kept.
    """

    id: str
    name: str
    prefix: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    rotated_to: str | None
    made_by: tuple[KeyMakerOutput, ...]

    @classmethod
    def derived(cls, record: view.ShownApiKey) -> dict[str, object]:
        """Who made it, as people."""
        return {"made_by": tuple(KeyMakerOutput.of(one) for one in record.makers)}


class NewApiKeyOutput(ApiKeyOutput):
    """A new key with its text: shown this once. Null when the answer is given again."""

    key: str | None


@router.post("", status_code=201)
async def create_key(
    caller: Admin, body: ApiKeyInput, request: Request, response: Response
) -> NewApiKeyOutput:
    """Make a key. Its text is in this answer and nowhere else, also not in the answer's repetition."""
    key, text = await create_api_key(
        caller.runtime,
        caller.company_id,
        body.name,
        body.scopes,
        expires_at=body.expires_at,
        key_id=new_id(request),
        made_by=caller.key.made_by,
    )
    return await _shown_once(caller, request, response, key, text)


@router.get("")
async def list_keys(
    caller: Admin, paging: Page, prefix: FieldName | None = None, is_revoked: bool | None = None
) -> Listed[ApiKeyOutput]:
    """The company's keys, newest first; revoked ones too unless `is_revoked=false`."""
    return await list_page(
        caller, paging, ApiKeyOutput, view.list_shown_api_keys, prefix=prefix, is_revoked=is_revoked
    )


@router.get("/{key_id}")
async def get_key(caller: Admin, key_id: ItemId) -> ApiKeyOutput:
    """One key."""
    return ApiKeyOutput.of(await view.get_api_key(caller.runtime, caller.company_id, key_id))


@router.post("/{key_id}/rotate", status_code=201)
async def rotate_key(
    caller: Admin, key_id: ItemId, body: KeyRotationInput, request: Request, response: Response
) -> NewApiKeyOutput:
    """Make a key like this one, which then ends. The new text is in this answer and nowhere else."""
    overlap = timedelta(hours=body.overlap_hours)
    key, text = await rotate_api_key(
        caller.runtime,
        caller.company_id,
        key_id,
        overlap,
        new_key_id=new_id(request),
        made_by=caller.key.made_by,
    )
    return await _shown_once(caller, request, response, key, text)


@router.delete("/{key_id}")
async def revoke_key(caller: Admin, key_id: ItemId) -> ApiKeyOutput:
    """Revoke a key, at once and for good."""
    return await _shown(caller, await revoke_api_key(caller.runtime, caller.company_id, key_id))


async def _shown(caller: Caller, key: ApiKey) -> ApiKeyOutput:
    return ApiKeyOutput.of((await view.with_makers(caller.runtime, caller.company_id, [key]))[0])


async def _shown_once(
    caller: Caller, request: Request, response: Response, key: ApiKey, text: str
) -> NewApiKeyOutput:
    response.headers["Location"] = f"/v1/api-keys/{key.id}"
    shown = (await _shown(caller, key)).model_dump()
    request.state.kept_body = NewApiKeyOutput(**shown, key=None).model_dump_json().encode()
    return NewApiKeyOutput(**shown, key=text)
