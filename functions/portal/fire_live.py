"""A fire while it moves: the ledger of each step, how fast it goes, and when it is through."""

import asyncio
from datetime import datetime
from typing import Any

from msgspec import Struct
from starlette.responses import Response

from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from functions.portal.kit.wording import span, words
from functions.portal.schedule_words import step_words
from shared.domain.campaigns.campaign import Campaign
from shared.domain.companies.api_key import Scope
from shared.domain.errors import NotFound
from shared.domain.fires.fire import Ledger, ProgressStatus, StepLedger
from shared.views.campaigns import get_campaign
from shared.views.fires import LiveFire, get_fire, live_now

pages = Pages()
AT_WORK = (ProgressStatus.FIRING, ProgressStatus.PAUSED)


class StepProgress(Struct, frozen=True, kw_only=True):
    """One step: its name, and its ledger, or when it begins. Of one to come both may be unknown."""

    name: str
    ledger: Ledger | None = None
    begins_at: datetime | None = None


@pages.get("/fires/{fire_id}/live", Scope.READ)
async def show_live(visit: Visit) -> Response:
    """How it stands now, to be put into a page. When it has moved on to another state, a new page."""
    started = await get_fire(visit.runtime, visit.company_id, visit.path("fire_id"))
    fire, campaign = await asyncio.gather(
        live_now(visit.runtime, visit.company_id, started), find_campaign(visit, started.campaign_id)
    )
    facts = live_facts(visit, fire, campaign)
    is_over = not facts["is_at_work"] or fire.books.status != visit.query("status")
    facts["on"] = "campaign" if visit.query("on") else ""
    return visit.progress("fires/live.html", is_over=is_over, **facts)


def live_facts(visit: Visit, fire: LiveFire, campaign: Campaign | None) -> dict[str, Any]:
    """What the template of a moving fire needs."""
    ends_at = fire.pace.ends_at if fire.pace else None
    steps = step_progress(campaign, fire.books.steps)
    names = step_names(campaign)
    steps += [
        StepProgress(name=names.get(one.step_id, "A later step"), begins_at=one.due_at)
        for one in fire.books.fire.later
    ]
    return {
        "fire": fire,
        "steps": steps,
        "is_at_work": fire.books.status in AT_WORK,
        "on": "",
        "left": span((ends_at - visit.runtime.now()).total_seconds()) if ends_at else "",
    }


def step_progress(campaign: Campaign | None, steps: tuple[StepLedger, ...]) -> list[StepProgress]:
    """The steps begun, in order. One that the campaign does not know has the name it is stored under."""
    names = step_names(campaign)
    return [StepProgress(name=names.get(one.step_id, words(one.step_id)), ledger=one.ledger) for one in steps]


def step_names(campaign: Campaign | None) -> dict[str, str]:
    """Each step as one says it, by its id."""
    steps = campaign.steps if campaign else ()
    return {step.id: f"{place}. {step_words(step, place - 1)}" for place, step in enumerate(steps, 1)}


async def find_campaign(visit: Visit, campaign_id: str) -> Campaign | None:
    """The campaign of a fire; None where it is gone, and for what answers people."""
    try:
        return await get_campaign(visit.runtime, visit.company_id, campaign_id)
    except NotFound:
        return None
