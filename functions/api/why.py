"""/v1/why: why somebody at an address did not get a campaign's message."""

from typing import Annotated

from fastapi import APIRouter, Query

from functions.api.contact_page import WhyOutput
from functions.api.kit.authentication import Reader
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import FieldName, ItemId
from shared.usecases.fires.explain_person import explain_person
from shared.views.one_person import find_person

router = APIRouter(prefix="/v1/why", tags=["contacts"], route_class=ApiRoute)


@router.get("")
async def explain_one_address(
    caller: Reader,
    address: Annotated[FieldName, Query(description="In any spelling.")],
    campaign_id: ItemId,
    fire_id: ItemId | None = None,
) -> WhyOutput:
    """Why whoever has an address did not get a campaign's message: a contact, or somebody in a file."""
    runtime, company_id = caller.runtime, caller.company_id
    person = await find_person(runtime, company_id, address)
    return WhyOutput.of(await explain_person(runtime, company_id, person, campaign_id, fire_id))
