"""/v1/senders/{id}/credentials: what a sender signs in with. They go in and never come out."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body

from functions.api.kit.authentication import Admin
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import ItemId, Output
from shared.usecases.senders.remove_credentials import remove_credentials
from shared.usecases.senders.retire_credentials import retire_credentials, withdraw_credentials
from shared.usecases.senders.set_credentials import set_credentials
from shared.views.credentials import show_credentials
from shared.views.providers import credential_schemas

router = APIRouter(prefix="/v1/senders/{sender_id}/credentials", tags=["senders"], route_class=ApiRoute)

_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"oneOf": credential_schemas()}}},
    }
}


class CredentialValueOutput(Output):
    """One live value: which fields are set, and since when."""

    keys: tuple[str, ...]
    added_at: datetime | None


class CredentialsOutput(Output):
    """What is set, the newest first. Two values are live during a rotation."""

    live_count: int
    values: tuple[CredentialValueOutput, ...]


@router.get("")
async def get_credentials(caller: Admin, sender_id: ItemId) -> CredentialsOutput:
    """Which credentials are set, never what they are."""
    return CredentialsOutput.of(await show_credentials(caller.runtime, caller.company_id, sender_id))


@router.put("", openapi_extra=_BODY)
async def put_credentials(
    caller: Admin, sender_id: ItemId, body: Annotated[dict[str, Any], Body()], verify: bool = True
) -> CredentialsOutput:
    """Sign in with these from now on; webhooks signed with those before are taken until they are retired.

    The provider is asked first whether it takes them, unless `verify` is false.
    """
    found = await set_credentials(caller.runtime, caller.company_id, sender_id, body, verify=verify)
    return CredentialsOutput.of(found)


@router.post("/retire-old")
async def retire_old(caller: Admin, sender_id: ItemId) -> CredentialsOutput:
    """End a rotation: only the newest value counts from now on."""
    return CredentialsOutput.of(await retire_credentials(caller.runtime, caller.company_id, sender_id))


@router.post("/withdraw-new")
async def withdraw_new(caller: Admin, sender_id: ItemId) -> CredentialsOutput:
    """Give a rotation up: only the value before counts from now on."""
    return CredentialsOutput.of(await withdraw_credentials(caller.runtime, caller.company_id, sender_id))


@router.delete("", status_code=204)
async def delete_credentials(caller: Admin, sender_id: ItemId) -> None:
    """Remove all credentials: nothing is sent and no webhook is taken until there are others."""
    await remove_credentials(caller.runtime, caller.company_id, sender_id)
