"""Campaigns: the list, and one with how it stands at this moment."""

import asyncio

from starlette.responses import Response

from functions.portal.audience_words import audience_words
from functions.portal.fire_live import live_facts
from functions.portal.kit.lists import shown
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from functions.portal.schedule_words import schedule_sentence, step_words
from shared.domain.campaigns.audience import FileAudience, NewestFileAudience
from shared.domain.campaigns.campaign import Campaign, CampaignState
from shared.domain.companies.api_key import Scope
from shared.domain.errors import NotFound
from shared.domain.files.file import File, fire_refusal
from shared.domain.ids import random_id
from shared.views.campaign_steps import read_steps
from shared.views.campaigns import get_campaign_status, list_campaigns
from shared.views.coming_times import ComingTimes, campaign_times
from shared.views.files import get_file
from shared.views.fires import list_fires
from shared.views.job_way import job_way
from shared.views.kit.paging import PageAsked
from shared.views.last_fires import last_fires
from shared.views.text_warnings import campaign_warnings

pages = Pages()
FIRES_SHOWN = 10


@pages.get("/campaigns", Scope.READ)
async def show_campaigns(visit: Visit) -> Response:
    """All campaigns, newest first, each with what its last fire came to."""
    campaigns = await shown(visit, list_campaigns)
    last = await last_fires(visit.runtime, visit.company_id, campaigns.items)
    return visit.page("campaigns/list.html", campaigns=campaigns, last=last)


@pages.get("/campaigns/{campaign_id}", Scope.READ)
async def show_campaign(visit: Visit) -> Response:
    """One campaign: what it sends to whom, and the ledger of its last fire."""
    runtime, company_id = visit.runtime, visit.company_id
    status = await get_campaign_status(runtime, company_id, visit.path("campaign_id"))
    campaign = status.campaign
    steps, file, coming, way, fires = await asyncio.gather(
        read_steps(runtime, company_id, campaign),
        file_of(visit, campaign),
        _coming(visit, campaign),
        job_way(runtime),
        list_fires(runtime, company_id, PageAsked(FIRES_SHOWN), campaign_id=campaign.id),
    )
    return visit.page(
        "campaigns/campaign.html",
        campaign=campaign,
        status=status,
        shown_steps=[(one, step_words(one.step, place)) for place, one in enumerate(steps)],
        warnings=await campaign_warnings(
            runtime, company_id, campaign, [one.text for one in steps if one.text]
        ),
        schedule=schedule_sentence(campaign.schedule, coming.time_zone, [one.local for one in coming.times]),
        file=file,
        file_refusal=fire_refusal(file) if file else None,
        fires=fires.items,
        job_way=way,
        **(live_facts(visit, status.last_fire, campaign) | {"on": "campaign"} if status.last_fire else {}),
        may=may(campaign),
        new_id=random_id(),
        people=await audience_words(visit, campaign.audience),
        can_edit=not isinstance(campaign.audience, NewestFileAudience) and bool(campaign.steps),
    )


def may(campaign: Campaign) -> set[str]:
    """What may be done with the campaign where it stands, whoever asks."""
    state, found = campaign.state, set[str]()
    if state is CampaignState.DRAFT:
        found |= {"edit", "preview"}
    if state is CampaignState.READY:
        found.add("fire")
    if state in (CampaignState.READY, CampaignState.SCHEDULED):
        found.add("reopen")
    if state in (CampaignState.FIRING, CampaignState.SCHEDULED):
        found.add("pause")
    if state is CampaignState.PAUSED:
        found.add("resume")
    if state not in (CampaignState.SENT, CampaignState.CANCELED):
        found.add("cancel")
    return found


async def _coming(visit: Visit, campaign: Campaign) -> ComingTimes:
    """Its next times; none where what it was frozen as is gone."""
    try:
        return await campaign_times(visit.runtime, visit.company_id, campaign.id)
    except NotFound:
        return ComingTimes(time_zone=visit.company.time_zone, times=())


async def file_of(visit: Visit, campaign: Campaign) -> File | None:
    """The one file that the campaign is for; None where it is for others, or the file is gone."""
    if not isinstance(campaign.audience, FileAudience):
        return None
    try:
        return await get_file(visit.runtime, visit.company_id, campaign.audience.file_id)
    except NotFound:
        return None
