"""Collect everything a campaign renders from, and freeze it under a content hash."""

import asyncio
from collections.abc import Iterator, Mapping

from shared.domain.campaigns.audience import FileAudience
from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.content import CampaignContent
from shared.domain.campaigns.freezing import frozen
from shared.domain.errors import InvalidInput, Problem
from shared.domain.senders.sender import Sender
from shared.domain.templates.template import Template
from shared.runtime import Runtime
from shared.usecases.campaigns.find_source import find_source


async def freeze_content(runtime: Runtime, company_id: str, campaign: Campaign) -> CampaignContent:
    """The campaign's content as it stands now. Raises InvalidInput naming every missing part."""
    stores = runtime.stores
    problems: list[Problem] = []
    company = await stores.companies.get(company_id)
    source = await find_source(runtime, company_id, campaign.audience)
    if source is None:
        problems.append(Problem(field="audience.source_id", reason="there is no such source"))
    templates, senders = await asyncio.gather(
        stores.templates.find_many(company_id, {step.template_id for step in campaign.steps}),
        stores.senders.find_many(company_id, {step.sender_id for step in campaign.steps}),
    )
    problems += _step_problems(campaign, templates, senders)
    if problems or source is None:
        raise InvalidInput(*problems)
    rows_hash = await _rows_hash(runtime, company_id, campaign)
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
    )
    return frozen(content, rows_hash)


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
    except TemplateInvalid as invalid:
        return f"this template cannot be used: {invalid}"
    return None


async def _rows_hash(runtime: Runtime, company_id: str, campaign: Campaign) -> str | None:
    if not isinstance(campaign.audience, FileAudience):
        return None
    file = await runtime.stores.files.find(company_id, campaign.audience.file_id)
    if file is None or file.source_id != campaign.audience.source_id:
        raise InvalidInput.at("audience.file_id", "there is no such file of this source")
    return file.rows_hash
