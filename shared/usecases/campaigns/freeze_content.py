"""Collect everything a campaign renders from, and freeze it under a content hash."""

import asyncio
from collections.abc import Iterator, Mapping

from shared.domain.campaigns.audience import FileAudience
from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.company_fields import company_values
from shared.domain.campaigns.content import CampaignContent
from shared.domain.campaigns.freezing import frozen
from shared.domain.errors import InvalidInput, Problem
from shared.domain.record import replace
from shared.domain.senders.sender import Sender
from shared.domain.templates.template import Template
from shared.runtime import Runtime
from shared.usecases.campaigns.find_contents import find_contents
from shared.usecases.campaigns.find_source import find_source

TEMPLATES_BYTES = 900_000  # frozen content is one document of at most 1 MiB


async def freeze_content(runtime: Runtime, company_id: str, campaign: Campaign) -> CampaignContent:
    """The campaign's content as it stands now. Raises InvalidInput naming every missing part, Conflict when a
    provider cannot be asked now for what it keeps of it.
    """
    stores, problems = runtime.stores, list[Problem]()
    company = await stores.companies.get(company_id)
    source = await find_source(runtime, company_id, campaign.audience)
    if source is None:
        problems.append(Problem(field="audience.source_id", reason="there is no such source"))
    found, senders = await asyncio.gather(
        stores.templates.find_many(company_id, {step.template_id for step in campaign.steps}),
        stores.senders.find_many(company_id, {step.sender_id for step in campaign.steps}),
    )
    problems += _step_problems(campaign, found, senders)
    if problems or source is None:
        raise InvalidInput(*problems)
    senders |= await _stand_ins(runtime, company_id, senders)
    templates = _all_as_sent(found)
    rows_hash, contents = await asyncio.gather(
        _rows_hash(runtime, company_id, campaign),
        find_contents(runtime, company_id, campaign.steps, templates, senders),
    )
    content = CampaignContent(
        content_hash="",
        campaign=campaign,
        templates=templates,
        senders=senders,
        field_types={column.field: column.type for column in source.columns},
        field_regions={c.field: c.default_region for c in source.columns if c.default_region},
        dedupe_key=campaign.dedupe_key or source.dedupe_key,
        company_time_zone=source.time_zone or company.time_zone,
        default_region=source.default_region or company.default_region,
        allows_possible_numbers=company.allows_possible_numbers,
        rows_hash=rows_hash or "",
        text_fills_gaps=True,
        time_zone_field=source.time_zone_field,
        company_values=company_values(company),
        contents=contents,
    )
    return frozen(content, rows_hash)


async def _stand_ins(runtime: Runtime, company_id: str, senders: Mapping[str, Sender]) -> dict[str, Sender]:
    """Who takes over while a sender's provider is down; one of another channel by now does not."""
    ids = {one.stand_in_id for one in senders.values() if one.stand_in_id} - set(senders)
    found = await runtime.stores.senders.find_many(company_id, ids) if ids else {}
    channels = {one.stand_in_id: one.channel for one in senders.values()}
    return {item_id: one for item_id, one in found.items() if channels[item_id] == one.channel}


def _step_problems(
    campaign: Campaign, templates: Mapping[str, Template], senders: Mapping[str, Sender]
) -> Iterator[Problem]:
    if not campaign.steps:
        yield Problem(field="steps", reason="a campaign needs at least one step")
    for index, step in enumerate(campaign.steps):
        parts = {"template": templates.get(step.template_id), "sender": senders.get(step.sender_id)}
        for kind, part in parts.items():
            field = f"steps[{index}].{kind}_id"
            if part is None:
                yield Problem(field=field, reason=f"there is no such {kind}")
            elif part.channel != step.channel:
                yield Problem(field=field, reason=f"this {kind} is for {part.channel}")
            elif isinstance(part, Template) and (fault := _fault_of(part)) is not None:
                yield Problem(field=field, reason=fault)


def _fault_of(template: Template) -> str | None:
    """Why the template cannot be rendered: frozen, it would fail every row of every fire."""
    from shared.domain.templates.rendering import (  # few of those who read content need it
        TemplateInvalid,
        compile_text,
    )

    try:
        compile_text(template.subject, template.language)
        compile_text(template.body, template.language)
        for text in template.content_values.values():
            compile_text(text, template.language)
        compile_text(template.html, template.language, is_html=True)
        for url in template.media_urls:
            compile_text(url, template.language)
        _as_sent(template)
    except TemplateInvalid as invalid:
        return f"this template cannot be used: {invalid}"
    return None


def _all_as_sent(templates: Mapping[str, Template]) -> dict[str, Template]:
    """The templates as they are sent. Raises InvalidInput when they are too much for one document."""
    sent = {key: _as_sent(template) for key, template in templates.items()}
    if sum(map(_bytes_of, sent.values())) > TEMPLATES_BYTES:
        reason = (
            f"their templates have more than {TEMPLATES_BYTES:,} bytes together: shorten the HTML of some"
        )
        raise InvalidInput.at("steps", reason)
    return sent


def _as_sent(template: Template) -> Template:
    """The template with the CSS of its HTML in the tags. Raises TemplateInvalid."""
    if not template.html:
        return template
    from shared.domain.templates.html_parts import inlined  # most templates are texts

    return replace(template, html=inlined(template.html))


def _bytes_of(template: Template) -> int:
    texts = (template.subject, template.body, template.html, *template.media_urls)
    return sum(len(text.encode()) for text in (*texts, *template.content_values.values()))


async def _rows_hash(runtime: Runtime, company_id: str, campaign: Campaign) -> str | None:
    if not isinstance(campaign.audience, FileAudience):
        return None
    file = await runtime.stores.files.find(company_id, campaign.audience.file_id)
    if file is None or file.source_id != campaign.audience.source_id:
        raise InvalidInput.at("audience.file_id", "there is no such file of this source")
    return file.rows_hash
