"""/v1/company: who the key acts for."""

from datetime import datetime

from fastapi import APIRouter

from functions.api.kit.authentication import Admin, Reader
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import Input, Output
from shared.usecases.companies.change_company import change_company
from shared.views import companies as view

router = APIRouter(prefix="/v1/company", tags=["company"], route_class=ApiRoute)


class CompanyOutput(Output):
    """A company. Its time zone and region hold where a row says nothing better.

    Numbers are checked against the area codes that are known. New ones come every year: with
    `allows_possible_numbers` a number of the right length is also taken when its area code is not known.
    """

    id: str
    name: str
    time_zone: str
    default_region: str
    sending_enabled: bool
    allows_possible_numbers: bool
    created_at: datetime


class CompanyChanges(Input):
    """What may be changed of a company."""

    allows_possible_numbers: bool


@router.get("")
async def get_company(caller: Reader) -> CompanyOutput:
    """The company the API key belongs to."""
    return CompanyOutput.of(await view.get_company(caller.runtime, caller.company_id))


@router.patch("")
async def change_own_company(caller: Admin, body: CompanyChanges) -> CompanyOutput:
    """Change which numbers the company sends to. Campaigns that are ready stay as they were frozen."""
    changed = await change_company(
        caller.runtime, caller.company_id, allows_possible_numbers=body.allows_possible_numbers
    )
    return CompanyOutput.of(changed)
