"""Create a campaign or edit its draft, with all checked that does not depend on its rows."""

import asyncio
from collections.abc import Iterator, Mapping

from shared.domain.campaigns.audience import FileAudience
from shared.domain.campaigns.campaign import Campaign, CampaignState
from shared.domain.campaigns.check_fields import check_field_kinds
from shared.domain.campaigns.check_window import check_window
from shared.domain.campaigns.dedupe import check_dedupe_key, dedupe_questions
from shared.domain.campaigns.dedupe_scope import check_scope
from shared.domain.campaigns.recurrence import check_schedule
from shared.domain.campaigns.step_ids import with_step_ids
from shared.domain.companies.frequency_cap import check_cap
from shared.domain.errors import Conflict, InvalidInput, Problem
from shared.domain.files.source import Source
from shared.domain.fires.error_limit import check_limit
from shared.domain.record import replace
from shared.domain.replies.check_actions import check_actions
from shared.domain.replies.check_options import check_reply_options
from shared.domain.replies.keys import check_keys
from shared.domain.replies.own_words import check_own_options
from shared.domain.senders.sender import Sender
from shared.domain.templates.filters import check_filters
from shared.domain.templates.template import Template
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.campaigns.check_people import check_people, with_one_form
from shared.usecases.campaigns.check_send_again import check_send_again
from shared.usecases.campaigns.find_source import find_source, keep_contact_source

STEPS = 8  # with their templates they must fit one document of frozen content


async def create_campaign(
    runtime: Runtime, company_id: str, campaign: Campaign, *, is_tried: bool = False
) -> Campaign:
    """Store a new draft; with the same id again, nothing changes. One that is tried is checked, not stored.

    Raises InvalidInput.
    """
    campaign = await with_one_form(runtime, company_id, campaign)
    campaign = await _checked(runtime, company_id, with_step_ids(campaign))
    if is_tried or await runtime.stores.campaigns.add(company_id, campaign.id, campaign):
        return campaign
    return await runtime.stores.campaigns.get(company_id, campaign.id)


async def edit_campaign(
    runtime: Runtime, company_id: str, campaign_id: str, changes: Mapping[str, object]
) -> Campaign:
    """Change the fields in `changes` of a draft.

    Raises NotFound, InvalidInput, and Conflict when it is no draft or was edited meanwhile.
    """
    stores = runtime.stores
    campaign = await stores.campaigns.get(company_id, campaign_id)
    _check_draft(campaign)
    edited = with_step_ids(replace(campaign, **changes, updated_at=runtime.now()))  # type: ignore[arg-type]  # its fields
    edited = await with_one_form(runtime, company_id, edited)
    edited = await _checked(runtime, company_id, edited)

    async def edit(transaction: Transaction) -> Campaign:
        current = await stores.campaigns.get(company_id, campaign_id, transaction)
        if current == edited:  # an attempt of ours that was applied though it reported an error
            return current
        _check_draft(current)
        if current.updated_at != campaign.updated_at:
            raise Conflict("The campaign was edited meanwhile. Look at it again.")
        stores.campaigns.put(transaction, company_id, campaign_id, edited)
        return edited

    return await transact(stores.db, edit)


def _check_draft(campaign: Campaign) -> None:
    if campaign.state is not CampaignState.DRAFT:
        raise Conflict(f"A campaign that is {campaign.state} cannot be edited. Reopen it first.")


async def _checked(runtime: Runtime, company_id: str, campaign: Campaign) -> Campaign:
    """The campaign with what is still to be asked of it. Raises InvalidInput."""
    stores = runtime.stores
    source, templates, senders = await asyncio.gather(
        find_source(runtime, company_id, campaign.audience),
        stores.templates.find_many(company_id, {step.template_id for step in campaign.steps}),
        stores.senders.find_many(company_id, {step.sender_id for step in campaign.steps}),
    )
    problems = [
        *_check_steps(campaign, source, templates, senders),
        *check_window(campaign.window),
        *check_schedule(campaign.schedule),
        *check_reply_options(campaign.reply_options),
        *_check_keys(campaign),
        *check_actions(campaign.reply_options),
        *await _check_rules(runtime, company_id, campaign),
        *check_filters(campaign.filters),
        *check_scope(campaign.dedupe_days, campaign.scope),
        *check_cap(campaign.frequency_cap),
        *check_limit(campaign.pause_at_percent),
    ]
    if source is None:
        problems.append(Problem(field="audience.source_id", reason="there is no such source"))
    else:
        problems += _check_fields(campaign, source)
    problems += await _check_file(runtime, company_id, campaign)
    problems += await check_people(runtime, company_id, campaign.audience)
    problems += await check_send_again(runtime, company_id, campaign, campaign.send_again)
    if problems or source is None:
        raise InvalidInput(*problems)
    if campaign.is_for_people:
        await keep_contact_source(runtime, company_id)
    key = campaign.dedupe_key or source.dedupe_key
    asked = dedupe_questions(key, (column.field for column in source.columns), campaign.expires_field)
    return replace(campaign, questions=tuple(asked))


async def _check_rules(runtime: Runtime, company_id: str, campaign: Campaign) -> list[Problem]:
    """A topic is one of the company's, so that it stands on the page where people refuse it; no option has
    one of the words by which people refuse or return.
    """
    topic = campaign.topic
    if not topic and not campaign.reply_options:
        return []
    rules = (await runtime.stores.companies.get(company_id)).consent
    problems = list(check_own_options(campaign.reply_options, rules))
    if topic and topic not in rules.topics:
        known = f"it has: {', '.join(rules.topics)}" if rules.topics else "it has none yet"
        reason = f"{topic!r} is not one of the company's topics; {known}"
        problems.append(Problem(field="topic", reason=reason))
    return problems


async def _check_file(runtime: Runtime, company_id: str, campaign: Campaign) -> list[Problem]:
    if not isinstance(campaign.audience, FileAudience):
        return []
    file = await runtime.stores.files.find(company_id, campaign.audience.file_id)
    if file is None or file.source_id != campaign.audience.source_id:
        return [Problem(field="audience.file_id", reason="there is no such file of this source")]
    return []


def _check_steps(
    campaign: Campaign,
    source: Source | None,
    templates: Mapping[str, Template],
    senders: Mapping[str, Sender],
) -> Iterator[Problem]:
    if not 1 <= len(campaign.steps) <= STEPS:
        yield Problem(field="steps", reason=f"a campaign has 1 to {STEPS} steps")
    for index, step in enumerate(campaign.steps):
        where = f"steps[{index}]"
        template, sender = templates.get(step.template_id), senders.get(step.sender_id)
        if template is None:
            yield Problem(field=f"{where}.template_id", reason="there is no such template")
        elif template.channel != step.channel:
            yield Problem(field=f"{where}.template_id", reason=f"this template is for {template.channel}")
        if sender is None:
            yield Problem(field=f"{where}.sender_id", reason="there is no such sender")
        elif sender.channel != step.channel:
            yield Problem(field=f"{where}.sender_id", reason=f"this sender is for {sender.channel}")
        # Who is invited brings the address: the rows need none.
        if source is not None and index not in {one.invites_to for one in campaign.steps}:
            yield from _check_field(f"{where}.address_field", step.address_field, source)


def _check_keys(campaign: Campaign) -> Iterator[Problem]:
    """Who is called answers with a key, so each option must have one."""
    if any(step.channel.record.is_spoken for step in campaign.steps):
        yield from check_keys(campaign.reply_options)


def _check_fields(campaign: Campaign, source: Source) -> Iterator[Problem]:
    if campaign.expires_field is not None:
        yield from _check_field("expires_field", campaign.expires_field, source)
    yield from check_field_kinds(campaign, {column.field: column.type for column in source.columns})
    for name in ("time_zone_field", "place_field"):
        if (field := getattr(campaign.window, name)) is not None:
            yield from _check_field(f"window.{name}", field, source)
    if campaign.dedupe_key is not None:
        yield from check_dedupe_key(campaign.dedupe_key, (column.field for column in source.columns))


def _check_field(where: str, field: str, source: Source) -> Iterator[Problem]:
    fields = [column.field for column in source.columns]
    if field not in fields:
        reason = f"{field!r} is not a field of the source; it has: {', '.join(fields)}"
        yield Problem(field=where, reason=reason)
