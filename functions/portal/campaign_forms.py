"""Making a campaign for a file or for people, and editing its draft: one page for all of it."""

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from functions.portal.audience_fields import (
    NOBODY,
    audience_place,
    offers_for,
    read_audience,
    typed_audience,
    typed_of_audience,
)
from functions.portal.campaign_fields import (
    Choices,
    read_campaign,
    typed_of,
    typed_of_campaign,
)
from functions.portal.kit.lists import every
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from functions.portal.message_templates import save_text
from functions.portal.reply_option_fields import option_place, option_reason, shown_options, typed_of_options
from functions.portal.text_examples import first_values
from shared.domain.campaigns.audience import (
    MOST_CHOSEN,
    Audience,
    Chosen,
    FileAudience,
    ListMembers,
    NewestFileAudience,
    PeopleAudience,
    SegmentMembers,
)
from shared.domain.campaigns.campaign import Campaign, CampaignState
from shared.domain.campaigns.reply_option import ReplyOption
from shared.domain.channels.channel import all_channels
from shared.domain.companies.api_key import Scope
from shared.domain.errors import Conflict, InvalidInput, NotFound
from shared.domain.files.file import File, FileHold, FileState
from shared.domain.files.source import FieldType
from shared.domain.ids import random_id
from shared.domain.record import replace
from shared.domain.templates.template import Template
from shared.usecases.campaigns.find_source import find_source
from shared.usecases.campaigns.save_campaign import create_campaign, edit_campaign
from shared.views.campaigns import get_campaign
from shared.views.contact_lists import get_contact_list
from shared.views.files import get_file, list_files
from shared.views.segments import get_segment
from shared.views.senders import list_senders
from shared.views.templates import get_template

pages = Pages()
PEOPLE = "people"  # in the address of a new campaign
FILE_IS_GONE = (
    "The file that this draft is for is gone. Make a new campaign for another file, and cancel this one."
)


@pages.get("/campaigns/new", Scope.WRITE)
async def show_new(visit: Visit) -> Response:
    """The form for a file or for people; or the files to choose from."""
    runtime, company_id = visit.runtime, visit.company_id
    if file_id := visit.query("file"):
        file = await get_file(runtime, company_id, file_id)
        choices = await choices_of(visit, FileAudience(source_id=file.source_id, file_id=file.id), file)
        return await _page(visit, choices, _typed_of_new(visit, choices), {})
    if visit.query("for") == PEOPLE or visit.query("list") or visit.query("segment"):
        audience = await _asked_people(visit)
        choices = await choices_of(visit, audience)
        return await _page(visit, choices, _typed_of_new(visit, choices) | typed_of_audience(audience), {})
    files = await every(visit, list_files, state=FileState.LOADED)
    usable = [file for file in files if file.hold is not FileHold.REJECTED]
    return visit.page("campaigns/choose.html", files=usable)


async def _asked_people(visit: Visit) -> PeopleAudience:
    """The lists and segments that the address names. Raises NotFound."""
    runtime, company_id, found = visit.runtime, visit.company_id, list[Chosen]()
    for list_id in visit.queries("list")[:MOST_CHOSEN]:
        found.append(ListMembers(list_id=(await get_contact_list(runtime, company_id, list_id)).id))
    for segment_id in visit.queries("segment")[:MOST_CHOSEN]:
        found.append(SegmentMembers(segment_id=(await get_segment(runtime, company_id, segment_id)).id))
    return PeopleAudience(include=tuple(found))


def _typed_of_new(visit: Visit, choices: Choices) -> dict[str, Any]:
    hours = visit.company.contact_hours
    typed = typed_of_campaign(None, None) | {"id": random_id(), "template_id": random_id()}
    typed |= {"days": [str(day) for day in hours.days], "opens": f"{hours.opens:%H:%M}"}
    typed["closes"] = f"{hours.closes:%H:%M}"
    typed["time_zone_field"] = next(iter(choices.fields(FieldType.TIME_ZONE)), "")
    if choices.file is None:  # who is no row has no appointment: nothing to confirm, and no end
        typed |= {"expires_field": "", **typed_of_options(())}
    return typed


@pages.post("/campaigns", Scope.WRITE)
async def add_campaign(visit: Visit) -> Response:
    """Store a new draft. Sent twice, it is one."""
    if visit.form.is_set("has_people"):
        return await _save(visit, await choices_of(visit, NOBODY), None)
    file = await get_file(visit.runtime, visit.company_id, visit.form.item_id("file_id") or "-")
    audience = FileAudience(source_id=file.source_id, file_id=file.id)
    return await _save(visit, await choices_of(visit, audience, file), None)


@pages.get("/campaigns/{campaign_id}/edit", Scope.WRITE)
async def show_edit(visit: Visit) -> Response:
    """The form with a draft's values."""
    campaign, choices = await read_draft(visit)
    template = await _text_of(visit, campaign)
    typed = typed_of_campaign(campaign, template)
    if isinstance(campaign.audience, PeopleAudience):
        typed |= typed_of_audience(campaign.audience)
    return await _page(visit, choices, typed, {}, campaign, text_is_gone=template is None)


async def _text_of(visit: Visit, campaign: Campaign) -> Template | None:
    """The first step's text; None where it is gone: the page then asks to write it again."""
    try:
        return await get_template(visit.runtime, visit.company_id, campaign.steps[0].template_id)
    except NotFound:
        return None


@pages.post("/campaigns/{campaign_id}", Scope.WRITE)
async def change_campaign(visit: Visit) -> Response:
    """Store what was changed of a draft."""
    campaign, choices = await read_draft(visit)
    return await _save(visit, choices, campaign)


async def _save(visit: Visit, choices: Choices, known: Campaign | None) -> Response:
    """Store text and campaign; with faults, the form once more with what is wrong beside each field."""
    options: tuple[ReplyOption, ...] = ()
    try:
        audience = await _audience(visit, choices, known)
        made = read_campaign(visit.form, choices, known, visit.runtime.now(), audience)
        options = made.reply_options
        sender = next(one for one in choices.senders if one.id == made.steps[0].sender_id)
        template = await save_text(visit, made.steps[0].template_id, made.name, sender.channel)
        step = replace(made.steps[0], template_id=template.id)
        made = replace(made, steps=(step, *made.steps[1:]))
        if known is None:
            is_quiet = visit.company.contact_hours.keeps_quiet_hours
            made = replace(made, window=replace(made.window, keeps_quiet_hours=is_quiet))
            await create_campaign(visit.runtime, visit.company_id, made)
        else:
            changes = {name: getattr(made, name) for name in CHANGED}
            await edit_campaign(visit.runtime, visit.company_id, known.id, changes)
    except InvalidInput as invalid:
        problems = {
            place_of(one.field, options): option_reason(one.reason, options) for one in invalid.problems
        }
        typed = typed_of(visit.form) | typed_audience(visit)
        return await _page(visit, choices, typed, problems, known)
    return visit.go(f"/campaigns/{made.id}", done="The campaign is saved as a draft. Nothing is sent yet.")


async def _audience(visit: Visit, choices: Choices, known: Campaign | None) -> Audience:
    """Whom the form is for. What is wrong is noted in the form."""
    if choices.file is not None:
        return FileAudience(source_id=choices.source.id, file_id=choices.file.id)
    was = known.audience if known else NOBODY
    return await read_audience(visit, was if isinstance(was, PeopleAudience) else NOBODY)


CHANGED = (
    *(
        "name",
        "audience",
        "steps",
        "window",
        "schedule",
        "reply_options",
        "expires_field",
        "pause_at_percent",
    ),
    "answers_close_minutes",
    "asks_together",
)


def place_of(field: str, options: Sequence[ReplyOption] = ()) -> str:
    """The form's field for one of the record's: steps[0].sender_id is `sender_id`."""
    last = field.rpartition(".")[2]
    if field.startswith("reply_options"):
        return option_place(field, options)
    if side := audience_place(field):
        return side
    return {"holiday_country": "days", "audience": "file_id"}.get(last, last)


async def read_draft(visit: Visit) -> tuple[Campaign, Choices]:
    """The draft that the address names, and what it can be made of.

    Raises NotFound, and Conflict for what has no form.
    """
    campaign = await get_campaign(visit.runtime, visit.company_id, visit.path("campaign_id"))
    if campaign.state is not CampaignState.DRAFT:
        raise Conflict(f"A campaign that is {campaign.state} is frozen. Make it a draft again first.")
    if isinstance(campaign.audience, NewestFileAudience) or not campaign.steps:
        raise Conflict("This campaign is for every new file of a kind: programs made it, and change it.")
    if isinstance(campaign.audience, PeopleAudience):
        return campaign, await choices_of(visit, campaign.audience)
    try:
        file = await get_file(visit.runtime, visit.company_id, campaign.audience.file_id)
    except NotFound:
        raise Conflict(FILE_IS_GONE) from None
    return campaign, await choices_of(visit, campaign.audience, file)


async def choices_of(visit: Visit, audience: Audience, file: File | None = None) -> Choices:
    """What a campaign for the audience, which is the file or people, can be made of. Raises NotFound."""
    source = await find_source(visit.runtime, visit.company_id, audience)
    if source is None:
        raise NotFound("source", audience.source_id)
    order = all_channels()  # the first sender is the one chosen: a text, where the company has a number
    senders = sorted(await every(visit, list_senders), key=lambda sender: order.index(sender.channel))
    return Choices(file=file, source=source, senders=tuple(senders))


async def _page(
    visit: Visit,
    choices: Choices,
    typed: dict[str, Any],
    problems: dict[str, str],
    campaign: Campaign | None = None,
    *,
    text_is_gone: bool = False,
) -> Response:
    known = campaign.audience if campaign else NOBODY
    people = known if isinstance(known, PeopleAudience) else NOBODY
    return visit.page(
        "campaigns/form.html",
        code=422 if problems else 200,
        campaign=campaign,
        choices=choices,
        typed=typed,
        problems=problems,
        answers=shown_options(typed, problems),
        first=await first_values(visit, choices),
        addresses={sender.id: choices.address_field(sender) for sender in choices.senders},
        offers=await offers_for(visit, typed, people) if choices.file is None else None,
        text_is_gone=text_is_gone,
    )
