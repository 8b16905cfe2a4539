"""/v1/templates: message formats."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field, StringConstraints

from functions.api.kit.authentication import Caller, Reader, Writer
from functions.api.kit.channel_name import ChannelName
from functions.api.kit.idempotency import new_id
from functions.api.kit.paging import Page, list_page
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import LEFT_OUT, Input, ItemId, Listed, Name, Output
from shared.domain.companies.consent_rules import ConsentRules
from shared.domain.templates.template import Template
from shared.usecases.campaigns.save_template import (
    BODY_BYTES,
    HTML_BYTES,
    MEDIA_URL_BYTES,
    SUBJECT_BYTES,
    VALUE_BYTES,
    VALUES,
    create_template,
    edit_template,
)
from shared.views import templates as view
from shared.views.companies import get_company
from shared.views.text_warnings import template_warnings

router = APIRouter(prefix="/v1/templates", tags=["templates"], route_class=ApiRoute)

Body = Annotated[str, Field(max_length=BODY_BYTES)]
ContentId = Annotated[str, Field(min_length=1, max_length=100)]
ContentValues = Annotated[dict[str, Annotated[str, Field(max_length=VALUE_BYTES)]], Field(max_length=VALUES)]
Html = Annotated[str, Field(max_length=HTML_BYTES)]
MediaUrl = Annotated[str, Field(min_length=1, max_length=MEDIA_URL_BYTES)]
MediaUrls = Annotated[tuple[MediaUrl, ...], Field(max_length=10)]
Subject = Annotated[str, Field(max_length=SUBJECT_BYTES)]
Language = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]


class TemplateChanges(Input):
    """The fields of a template to change."""

    name: Name = LEFT_OUT
    body: Body = LEFT_OUT
    html: Html = LEFT_OUT
    media_urls: MediaUrls = LEFT_OUT
    subject: Subject = LEFT_OUT
    language: Language = LEFT_OUT
    leaves_voicemail: bool = LEFT_OUT
    content_id: ContentId | None = LEFT_OUT
    content_values: ContentValues = LEFT_OUT


class TemplateInput(TemplateChanges):
    """A message format with `{{ fields }}` in Liquid. `subject` and `html` are for email only.

    In `html` every value is escaped. Without a `body`, the text part is made of it. A text message may have
    pictures, and an email attachments: `media_urls` are links to them, with fields. One that comes out empty
    is none. The preview fetches them.
    `leaves_voicemail` is for calls: whether an answering machine gets the text too.

    With a `content_id` it is made from a format that the sender's provider keeps (at Twilio: a content
    template, HX…), has no body of its own, and `content_values` says in Liquid what stands in each place of
    that format, by its name: {"1": "{{ name }}"}.
    """

    name: Name
    channel: ChannelName
    body: Body = ""
    html: Html = ""
    media_urls: MediaUrls = ()
    subject: Subject = ""
    language: Language = "en"
    leaves_voicemail: bool = True
    content_id: ContentId | None = None
    content_values: ContentValues = Field(default_factory=dict)


class TemplateOutput(Output):
    """A message format. `warnings` say what carriers do with words that its text or subject asks for.

    `body_is_made` says that the body is made of the HTML, and made anew when that changes.
    """

    id: str
    name: str
    channel: ChannelName
    subject: str
    body: str
    html: str
    media_urls: tuple[str, ...]
    body_is_made: bool
    language: str
    leaves_voicemail: bool
    content_id: str | None
    content_values: dict[str, str]
    warnings: tuple[str, ...]
    created_at: datetime
    updated_at: datetime

    @classmethod
    def derived(cls, record: Template) -> dict[str, object]:
        """What carriers would do with the words that its text asks for."""
        return {"warnings": template_warnings(record)}


@router.post("", status_code=201)
async def add_template(
    caller: Writer, body: TemplateInput, request: Request, response: Response
) -> TemplateOutput:
    """Create a template."""
    now = caller.runtime.now()
    given = {"body": body.body, **body.given()}
    template = Template(id=new_id(request), created_at=now, updated_at=now, **given)
    template = await create_template(caller.runtime, caller.company_id, template)
    response.headers["Location"] = f"/v1/templates/{template.id}"
    return await _warned(caller, template)


@router.get("")
async def list_templates(
    caller: Reader,
    paging: Page,
    channel: ChannelName | None = None,
    language: Language | None = None,
    name: Name | None = None,
) -> Listed[TemplateOutput]:
    """The company's templates, newest first. `name` is the whole name."""
    found = await list_page(
        caller, paging, TemplateOutput, view.list_templates, channel=channel, language=language, name=name
    )
    own = await _own_words(caller)
    if not (own.opt_out_words or own.opt_in_words):
        return found
    items = [one.model_copy(update={"warnings": template_warnings(one, own)}) for one in found.items]
    return found.model_copy(update={"items": items})


@router.get("/{template_id}")
async def get_template(caller: Reader, template_id: ItemId) -> TemplateOutput:
    """One template."""
    return await _warned(caller, await view.get_template(caller.runtime, caller.company_id, template_id))


@router.patch("/{template_id}")
async def change_template(caller: Writer, template_id: ItemId, body: TemplateChanges) -> TemplateOutput:
    """Change a template. Campaigns that are ready keep the text they were frozen with."""
    template = await edit_template(caller.runtime, caller.company_id, template_id, body.given())
    return await _warned(caller, template)


async def _warned(caller: Caller, template: Template) -> TemplateOutput:
    """The template with what carriers, and the company's own words, do with what its text asks for."""
    return TemplateOutput.of(template, warnings=template_warnings(template, await _own_words(caller)))


async def _own_words(caller: Caller) -> ConsentRules:
    return (await get_company(caller.runtime, caller.company_id)).consent
