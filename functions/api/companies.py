"""/v1/company: who the key acts for."""

from datetime import datetime

from fastapi import APIRouter

from functions.api.kit.authentication import Reader
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import Output
from shared.views import companies as view

router = APIRouter(prefix="/v1/company", tags=["company"], route_class=ApiRoute)


class CompanyOutput(Output):
    """A company. Its time zone and region hold where a row says nothing better."""

    id: str
    name: str
    time_zone: str
    default_region: str
    sending_enabled: bool
    created_at: datetime


@router.get("")
async def get_company(caller: Reader) -> CompanyOutput:
    """The company the API key belongs to."""
    return CompanyOutput.of(await view.get_company(caller.runtime, caller.company_id))
