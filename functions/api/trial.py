"""/v1/trial: a company that tries Rollcall out, and the addresses that it may send to meanwhile."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import StringConstraints

from functions.api.kit.authentication import Admin, Reader
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import Input, ItemId, Output
from shared.domain.channels.channel import channel_at
from shared.domain.companies.company import Company
from shared.usecases.answers.send_trial_code import send_trial_code
from shared.usecases.companies.enter_trial_code import enter_trial_code
from shared.usecases.companies.remove_verified import remove_verified
from shared.views.companies import get_company

router = APIRouter(prefix="/v1/trial", tags=["trial"], route_class=ApiRoute)

_Address = Annotated[str, StringConstraints(min_length=1, max_length=320)]


class VerifiedAddressOutput(Output):
    """An address that messages go to."""

    address: str
    verified_at: datetime
    verified_by: str


class SentCodeOutput(Output):
    """A code that was sent and may be entered until `expires_at`, or until `tries_left` wrong ones were."""

    channel: str
    address: str
    sent_at: datetime
    expires_at: datetime
    tries_left: int


class TrialOutput(Output):
    """Whether the company is in trial, since when, to whom alone it sends, and which codes are under way."""

    is_on: bool
    since: datetime | None
    verified: tuple[VerifiedAddressOutput, ...]
    sent: tuple[SentCodeOutput, ...]


class TrialCodeInput(Input):
    """Where a code goes, and which sender brings it."""

    sender_id: ItemId
    address: _Address


class EnteredCodeInput(Input):
    """A code, and the address that received it."""

    channel: str
    address: _Address
    code: Annotated[str, StringConstraints(min_length=1, max_length=20)]


class VerifiedAddressInput(Input):
    """One of the verified addresses, as the trial shows it."""

    address: _Address


@router.get("")
async def get_trial(caller: Reader) -> TrialOutput:
    """The company's trial. Only whoever runs Rollcall begins and ends it."""
    company = await get_company(caller.runtime, caller.company_id)
    return _shown(company, caller.runtime.now())


@router.post("/codes", status_code=201)
async def send_one_trial_code(caller: Admin, body: TrialCodeInput) -> SentCodeOutput:
    """Send a code to an address, to be entered here by whom its owner tells it. At most 20 a day."""
    sent = await send_trial_code(caller.runtime, caller.company_id, body.sender_id, body.address)
    return SentCodeOutput.of(sent)


@router.post("/verify")
async def enter_one_trial_code(caller: Admin, body: EnteredCodeInput) -> TrialOutput:
    """Enter the code that an address received. After five wrong ones another must be sent."""
    company = await enter_trial_code(
        caller.runtime,
        caller.company_id,
        channel_at("channel", body.channel),
        body.address,
        body.code,
        by=f"key {caller.key.id}",
    )
    return _shown(company, caller.runtime.now())


@router.post("/remove")
async def remove_verified_address(caller: Admin, body: VerifiedAddressInput) -> TrialOutput:
    """Take an address from the verified ones: nothing more goes there while the trial lasts."""
    company = await remove_verified(caller.runtime, caller.company_id, body.address)
    return _shown(company, caller.runtime.now())


def _shown(company: Company, now: datetime) -> TrialOutput:
    trial = company.trial
    return TrialOutput(
        is_on=trial is not None,
        since=trial.since if trial else None,
        verified=tuple(VerifiedAddressOutput.of(one) for one in trial.verified) if trial else (),
        sent=tuple(SentCodeOutput.of(one) for one in company.trial_codes.waiting(now)),
    )
