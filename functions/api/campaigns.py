"""/v1/campaigns: define a campaign, preview it, freeze it, fire it, stop it."""

import asyncio

from fastapi import APIRouter, Request, Response
from pydantic import StrictBool

from functions.api.campaign_shapes import (
    CampaignChanges,
    CampaignDetailOutput,
    CampaignInput,
    CampaignOutput,
    ReadyCampaignOutput,
    SendAgainInput,
)
from functions.api.fires import FireOutput, LiveFireOutput, live_output
from functions.api.kit.authentication import Caller, Reader, Sending, Writer
from functions.api.kit.idempotency import new_id
from functions.api.kit.paging import Page, list_page
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import Input, ItemId, Listed, Name, Output
from functions.api.previews import PreviewOutput
from shared.domain.campaigns.campaign import Campaign, CampaignState
from shared.domain.campaigns.send_again import NOBODY_AGAIN, SendAgain
from shared.domain.campaigns.window import usual_window
from shared.usecases.campaigns.approve_campaign import approve_campaign
from shared.usecases.campaigns.cancel_campaign import cancel_campaign
from shared.usecases.campaigns.mark_ready import mark_ready
from shared.usecases.campaigns.pause_campaign import pause_campaign
from shared.usecases.campaigns.reopen_campaign import reopen_campaign
from shared.usecases.campaigns.resume_campaign import resume_campaign
from shared.usecases.campaigns.save_campaign import create_campaign, edit_campaign
from shared.usecases.campaigns.start_preview import start_preview
from shared.usecases.fires.fire_campaign import fire_campaign
from shared.usecases.senders.inspect_sender import sender_remarks
from shared.views import campaigns as view
from shared.views.campaign_steps import read_steps
from shared.views.companies import get_company
from shared.views.text_warnings import campaign_warnings

router = APIRouter(prefix="/v1/campaigns", tags=["campaigns"], route_class=ApiRoute)


class ReadyInput(Input):
    """`content_hash` is that of the preview somebody approved; a campaign that differs is refused."""

    content_hash: Name | None = None


class PreviewInput(Input):
    """`send_again` names who would get the message whatever was sent before."""

    send_again: SendAgainInput | None = None


class FireInput(Input):
    """`repeat` fires again for a file this campaign was fired for before: everybody gets it again.

    `send_again` names those who get it whatever was sent before, in place of the campaign's own choice.
    """

    repeat: StrictBool = False
    send_again: SendAgainInput | None = None


class CampaignStatusOutput(Output):
    """Where a campaign is, and how its last fire stands."""

    campaign: CampaignDetailOutput
    last_fire: LiveFireOutput | None


@router.post("", status_code=201)
async def add_campaign(
    caller: Writer, body: CampaignInput, request: Request, response: Response
) -> CampaignDetailOutput:
    """Create a draft. Without a `window` it has that of the company's `contact_hours`."""
    now, given = caller.runtime.now(), body.given()
    if "window" not in given:
        company = await get_company(caller.runtime, caller.company_id)
        given["window"] = usual_window(company.contact_hours)
    campaign = Campaign(id=new_id(request), created_at=now, updated_at=now, **given)
    campaign = await create_campaign(caller.runtime, caller.company_id, campaign)
    response.headers["Location"] = f"/v1/campaigns/{campaign.id}"
    return CampaignDetailOutput.of(campaign)


@router.get("")
async def list_campaigns(
    caller: Reader,
    paging: Page,
    state: CampaignState | None = None,
    source_id: ItemId | None = None,
    name: Name | None = None,
) -> Listed[CampaignOutput]:
    """The company's campaigns, newest first. `name` is the whole name."""
    return await list_page(
        caller, paging, CampaignOutput, view.list_campaigns, state=state, source_id=source_id, name=name
    )


@router.get("/{campaign_id}")
async def get_campaign(caller: Reader, campaign_id: ItemId) -> CampaignDetailOutput:
    """One campaign."""
    return CampaignDetailOutput.of(await view.get_campaign(caller.runtime, caller.company_id, campaign_id))


@router.patch("/{campaign_id}")
async def change_campaign(caller: Writer, campaign_id: ItemId, body: CampaignChanges) -> CampaignDetailOutput:
    """Change a draft. A campaign that is ready must be reopened first."""
    campaign = await edit_campaign(caller.runtime, caller.company_id, campaign_id, body.given())
    return CampaignDetailOutput.of(campaign)


@router.get("/{campaign_id}/status")
async def get_campaign_status(caller: Reader, campaign_id: ItemId) -> CampaignStatusOutput:
    """The campaign and the ledger of its last fire, counted now."""
    status = await view.get_campaign_status(caller.runtime, caller.company_id, campaign_id)
    last_fire = live_output(status.last_fire) if status.last_fire else None
    return CampaignStatusOutput(campaign=CampaignDetailOutput.of(status.campaign), last_fire=last_fire)


@router.post("/{campaign_id}/preview", status_code=202)
async def preview_one_campaign(
    caller: Writer, campaign_id: ItemId, response: Response, body: PreviewInput | None = None
) -> PreviewOutput:
    """Begin to render every row. Read the preview at its Location."""
    again = _chosen(body)
    preview = await start_preview(caller.runtime, caller.company_id, campaign_id, again)
    response.headers["Location"] = f"/v1/previews/{preview.id}"
    return PreviewOutput.of(preview)


@router.post("/{campaign_id}/ready")
async def mark_campaign_ready(
    caller: Sending, campaign_id: ItemId, body: ReadyInput | None = None
) -> ReadyCampaignOutput:
    """Freeze the campaign. One with a schedule fires at its time."""
    previewed = body.content_hash if body else None
    campaign = await mark_ready(caller.runtime, caller.company_id, campaign_id, previewed, by=_by(caller))
    remarks, steps = await asyncio.gather(
        sender_remarks(caller.runtime, caller.company_id, campaign.steps),
        read_steps(caller.runtime, caller.company_id, campaign),
    )
    texts = [one.text for one in steps if one.text]
    warnings = await campaign_warnings(caller.runtime, caller.company_id, campaign, texts)
    return ReadyCampaignOutput.of(campaign, sender_remarks=remarks, warnings=warnings)


@router.post("/{campaign_id}/approve")
async def approve_one_campaign(caller: Sending, campaign_id: ItemId) -> CampaignDetailOutput:
    """Approve a campaign that somebody else made ready: a user, or a key that another user made."""
    approved = await approve_campaign(caller.runtime, caller.company_id, campaign_id, by=_by(caller))
    return CampaignDetailOutput.of(approved)


def _by(caller: Caller) -> str:
    return f"key {caller.key.id}"


@router.post("/{campaign_id}/fire", status_code=202)
async def fire_one_campaign(
    caller: Sending, campaign_id: ItemId, response: Response, body: FireInput | None = None
) -> FireOutput:
    """Fire a ready campaign now."""
    repeat = body.repeat if body else False
    fire = await fire_campaign(
        caller.runtime, caller.company_id, campaign_id, repeat=repeat, send_again=_chosen(body)
    )
    response.headers["Location"] = f"/v1/fires/{fire.id}"
    return FireOutput.of(fire)


def _chosen(body: PreviewInput | FireInput | None) -> SendAgain:
    chosen: SendAgain | None = body.given().get("send_again") if body else None
    return chosen or NOBODY_AGAIN


@router.post("/{campaign_id}/reopen")
async def reopen_one_campaign(caller: Sending, campaign_id: ItemId) -> CampaignDetailOutput:
    """Make a ready campaign a draft again; its schedule no longer holds."""
    return CampaignDetailOutput.of(await reopen_campaign(caller.runtime, caller.company_id, campaign_id))


@router.post("/{campaign_id}/pause")
async def pause_one_campaign(caller: Sending, campaign_id: ItemId) -> CampaignDetailOutput:
    """Stop where it is, until it is resumed. What is being sent this moment still goes."""
    return CampaignDetailOutput.of(await pause_campaign(caller.runtime, caller.company_id, campaign_id))


@router.post("/{campaign_id}/resume")
async def resume_one_campaign(caller: Sending, campaign_id: ItemId) -> CampaignDetailOutput:
    """Go on where it was paused."""
    return CampaignDetailOutput.of(await resume_campaign(caller.runtime, caller.company_id, campaign_id))


@router.post("/{campaign_id}/cancel")
async def cancel_one_campaign(caller: Sending, campaign_id: ItemId) -> CampaignDetailOutput:
    """End it for good: what has not gone out is skipped."""
    return CampaignDetailOutput.of(await cancel_campaign(caller.runtime, caller.company_id, campaign_id))
