"""A draft's steps on their timeline: adding one, changing one, taking one away."""

from typing import Any

from starlette.responses import Response

from functions.portal.campaign_fields import Choices
from functions.portal.campaign_forms import place_of, read_draft
from functions.portal.follow_up_fields import UNITS, read_step, typed_of_form, typed_of_step
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from functions.portal.message_templates import save_text
from functions.portal.schedule_words import FOR_WHOM
from functions.portal.text_examples import first_values
from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.reply_option import Disposition
from shared.domain.campaigns.step import Step
from shared.domain.companies.api_key import Scope
from shared.domain.errors import Conflict, InvalidInput, NotFound
from shared.domain.ids import random_id
from shared.domain.record import replace
from shared.usecases.campaigns.save_campaign import STEPS, edit_campaign
from shared.views.campaign_steps import read_steps

pages = Pages()


@pages.get("/campaigns/{campaign_id}/steps/new", Scope.WRITE)
async def show_new_step(visit: Visit) -> Response:
    """The form of a follow-up, as most are: from the same sender, a day later, for who has not answered."""
    campaign, choices = await read_draft(visit)
    if len(campaign.steps) >= STEPS:
        raise Conflict(f"A campaign has at most {STEPS} steps.")
    typed = typed_of_step(None, None)
    typed |= {"sender_id": campaign.steps[-1].sender_id, "template_id": random_id()}
    return await _page(visit, campaign, choices, len(campaign.steps), typed, {})


@pages.post("/campaigns/{campaign_id}/steps", Scope.WRITE)
async def add_step(visit: Visit) -> Response:
    """Store it behind the others. Sent twice, it is one: its text has its id."""
    campaign, choices = await read_draft(visit)
    known = [one.template_id for one in campaign.steps]
    template_id = visit.form.given("template_id")
    place = known.index(template_id) if template_id in known else len(known)
    return await _save(visit, campaign, choices, place)


@pages.get("/campaigns/{campaign_id}/steps/{place:int}", Scope.WRITE)
async def show_step(visit: Visit) -> Response:
    """The form with a step's values."""
    campaign, choices = await read_draft(visit)
    place = _place(visit, campaign)
    shown = (await read_steps(visit.runtime, visit.company_id, campaign))[place]
    return await _page(visit, campaign, choices, place, typed_of_step(shown.step, shown.text), {})


@pages.post("/campaigns/{campaign_id}/steps/{place:int}", Scope.WRITE)
async def change_step(visit: Visit) -> Response:
    """Store what was changed of a step."""
    campaign, choices = await read_draft(visit)
    return await _save(visit, campaign, choices, _place(visit, campaign))


@pages.post("/campaigns/{campaign_id}/steps/{place:int}/remove", Scope.WRITE)
async def remove_step(visit: Visit) -> Response:
    """Take a follow-up away; those after it move up."""
    campaign, _ = await read_draft(visit)
    place, here = _place(visit, campaign), f"/campaigns/{campaign.id}"
    if place == 0:
        return visit.go(here, refused="The first step stays: change it instead.")
    left = [_without(step, place) for at, step in enumerate(campaign.steps) if at != place]
    try:
        await edit_campaign(visit.runtime, visit.company_id, campaign.id, {"steps": tuple(left)})
    except InvalidInput as invalid:
        return visit.go(f"{here}/steps/{place}", refused=str(invalid))
    return visit.go(here, done=f"Step {place + 1} is taken away.")


def _without(step: Step, place: int) -> Step:
    """The step where the one at `place` is gone: what it invites to may stand one place further up."""
    to = step.invites_to
    if to is None or to < place:
        return step
    return replace(step, invites_to=None if to == place else to - 1)


async def _save(visit: Visit, campaign: Campaign, choices: Choices, place: int) -> Response:
    """Store text and step; with faults, the form once more with what is wrong beside each field."""
    known = campaign.steps[place] if place < len(campaign.steps) else None
    try:
        step, sender = read_step(visit.form, choices, known, place)
        name = f"{campaign.name}, step {place + 1}" if place else campaign.name
        template = await save_text(visit, step.template_id, name, sender.channel)
        steps = list(campaign.steps)
        steps[place : place + 1] = [replace(step, template_id=template.id)]
        await edit_campaign(visit.runtime, visit.company_id, campaign.id, {"steps": tuple(steps)})
    except InvalidInput as invalid:
        problems = {_field(problem.field): problem.reason for problem in invalid.problems}
        return await _page(visit, campaign, choices, place, typed_of_form(visit.form), problems)
    return visit.go(f"/campaigns/{campaign.id}", done=f"Step {place + 1} is saved.")


def _field(field: str) -> str:
    """The form's field for one of the record's: steps[1].when.seconds is `count`."""
    if ".when" in field:
        last = field.rpartition(".")[2]
        return {"seconds": "count", "days": "field_count", "kind": "when"}.get(last, last)
    return place_of(field)


def _place(visit: Visit, campaign: Campaign) -> int:
    place = int(visit.request.path_params["place"])
    if place >= len(campaign.steps):
        raise NotFound("step", str(place + 1))
    return place


async def _page(
    visit: Visit,
    campaign: Campaign,
    choices: Choices,
    place: int,
    typed: dict[str, Any],
    problems: dict[str, str],
) -> Response:
    return visit.page(
        "campaigns/step.html",
        code=422 if problems else 200,
        campaign=campaign,
        choices=choices,
        place=place,
        is_new=place >= len(campaign.steps),
        typed=typed,
        problems=problems,
        first=await first_values(visit, choices),
        addresses={sender.id: choices.address_field(sender) for sender in choices.senders},
        units=list(UNITS),
        for_whom=FOR_WHOM,
        dispositions=list(Disposition),
    )
