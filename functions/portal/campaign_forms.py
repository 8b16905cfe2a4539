"""Making a campaign out of a file, and editing its draft: one page for text, sender, hours and answers."""

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from functions.portal.campaign_fields import (
    Choices,
    address_field,
    read_campaign,
    typed_of,
    typed_of_campaign,
)
from functions.portal.kit.lists import every
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from functions.portal.message_templates import save_text
from functions.portal.reply_option_fields import option_place, shown_options
from shared.domain.campaigns.audience import FileAudience
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
from shared.usecases.campaigns.save_campaign import create_campaign, edit_campaign
from shared.views.campaigns import get_campaign
from shared.views.file_rows import list_rows
from shared.views.files import get_file, list_files
from shared.views.kit.paging import PageAsked
from shared.views.senders import list_senders
from shared.views.sources import get_source
from shared.views.templates import get_template

pages = Pages()
FILE_IS_GONE = (
    "The file that this draft is for is gone. Make a new campaign for another file, and cancel this one."
)


@pages.get("/campaigns/new", Scope.WRITE)
async def show_new(visit: Visit) -> Response:
    """The form for a file, or the files to choose from."""
    if not (file_id := visit.query("file")):
        files = await every(visit, list_files, state=FileState.LOADED)
        usable = [file for file in files if file.hold is not FileHold.REJECTED]
        return visit.page("campaigns/choose_file.html", files=usable)
    file = await get_file(visit.runtime, visit.company_id, file_id)
    choices = await choices_of(visit, file)
    hours = visit.company.contact_hours
    typed = typed_of_campaign(None, None) | {"id": random_id(), "template_id": random_id()}
    typed |= {"days": [str(day) for day in hours.days], "opens": f"{hours.opens:%H:%M}"}
    typed["closes"] = f"{hours.closes:%H:%M}"
    typed["time_zone_field"] = next(iter(choices.fields(FieldType.TIME_ZONE)), "")
    return await _page(visit, choices, typed, {})


@pages.post("/campaigns", Scope.WRITE)
async def add_campaign(visit: Visit) -> Response:
    """Store a new draft. Sent twice, it is one."""
    file = await get_file(visit.runtime, visit.company_id, visit.form.item_id("file_id") or "-")
    choices = await choices_of(visit, file)
    return await _save(visit, choices, None)


@pages.get("/campaigns/{campaign_id}/edit", Scope.WRITE)
async def show_edit(visit: Visit) -> Response:
    """The form with a draft's values."""
    campaign, file = await read_draft(visit)
    choices = await choices_of(visit, file)
    template = await _text_of(visit, campaign)
    typed = typed_of_campaign(campaign, template)
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
    campaign, file = await read_draft(visit)
    return await _save(visit, await choices_of(visit, file), campaign)


async def _save(visit: Visit, choices: Choices, known: Campaign | None) -> Response:
    """Store text and campaign; with faults, the form once more with what is wrong beside each field."""
    options: tuple[ReplyOption, ...] = ()
    try:
        made = read_campaign(visit.form, choices, known, visit.runtime.now())
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
        problems = {place_of(problem.field, options): problem.reason for problem in invalid.problems}
        return await _page(visit, choices, typed_of(visit.form), problems, known)
    return visit.go(f"/campaigns/{made.id}", done="The campaign is saved as a draft. Nothing is sent yet.")


CHANGED = (
    *("name", "steps", "window", "schedule", "reply_options", "expires_field", "pause_at_percent"),
    "answers_close_minutes",
)


def place_of(field: str, options: Sequence[ReplyOption] = ()) -> str:
    """The form's field for one of the record's: steps[0].sender_id is `sender_id`."""
    last = field.rpartition(".")[2]
    if field.startswith("reply_options"):
        return option_place(field, options)
    return {"holiday_country": "days", "audience": "file_id"}.get(last, last)


async def read_draft(visit: Visit) -> tuple[Campaign, File]:
    """The draft that the address names, and its file. Raises NotFound, and Conflict for what has no form."""
    campaign = await get_campaign(visit.runtime, visit.company_id, visit.path("campaign_id"))
    if campaign.state is not CampaignState.DRAFT:
        raise Conflict(f"A campaign that is {campaign.state} is frozen. Make it a draft again first.")
    if not isinstance(campaign.audience, FileAudience) or not campaign.steps:
        raise Conflict("This campaign is for no single file: programs made it, and change it.")
    try:
        return campaign, await get_file(visit.runtime, visit.company_id, campaign.audience.file_id)
    except NotFound:
        raise Conflict(FILE_IS_GONE) from None


async def choices_of(visit: Visit, file: File) -> Choices:
    """What a campaign for the file can be made of."""
    source = await get_source(visit.runtime, visit.company_id, file.source_id)
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
    rows = await list_rows(visit.runtime, visit.company_id, PageAsked(1), file_id=choices.file.id)
    first = rows.items[0].values if rows.items else {}
    addresses = {sender.id: address_field(choices.source, sender) for sender in choices.senders}
    return visit.page(
        "campaigns/form.html",
        code=422 if problems else 200,
        campaign=campaign,
        choices=choices,
        typed=typed,
        problems=problems,
        answers=shown_options(typed, problems),
        first=first,
        addresses=addresses,
        text_is_gone=text_is_gone,
    )
