"""Freeze a campaign: from here on, what was previewed is what is sent."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from shared.domain.campaigns.approval import CampaignApproval, is_above
from shared.domain.campaigns.audience import FileAudience
from shared.domain.campaigns.campaign import Campaign, CampaignState
from shared.domain.campaigns.preflight import content_problems
from shared.domain.campaigns.recurrence import next_fire
from shared.domain.campaigns.schedule import ScheduleKind
from shared.domain.companies.company import Company
from shared.domain.errors import Conflict, InvalidInput
from shared.domain.files.file import hold_refusal
from shared.domain.record import replace
from shared.domain.replies.own_words import check_own_options
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.campaigns.find_audience import AudienceNotReady, find_audience
from shared.usecases.campaigns.freeze_content import freeze_content
from shared.usecases.senders.check_senders import check_senders

LATE = timedelta(minutes=15)


async def mark_ready(
    runtime: Runtime, company_id: str, campaign_id: str, previewed_hash: str | None = None, *, by: str = ""
) -> Campaign:
    """Freeze the campaign's content and schedule it.

    `by` is who asks for it to be sent ("user …" or "key …"): another one must approve it where the company
    says so, and nothing is fired before.

    `previewed_hash` is the content hash somebody saw in a preview; when what would be frozen differs
    from it, Conflict is raised. Raises InvalidInput for what is missing or a sender that cannot send,
    Conflict for a wrong state.
    """
    stores = runtime.stores
    campaign = await stores.campaigns.get(company_id, campaign_id)
    _check_draft(campaign)
    rows_hash = await _rows_hash(runtime, company_id, campaign)
    content = await freeze_content(runtime, company_id, campaign)
    if previewed_hash is not None and previewed_hash != content.content_hash:
        raise Conflict(
            "The campaign, a template, a sender or the file changed since the preview. Preview it again."
        )
    company = await stores.companies.get(company_id)
    # A word may have become one of the company's since the draft was stored.
    problems = (*content_problems(content), *check_own_options(campaign.reply_options, company.consent))
    if problems:
        raise InvalidInput(*problems)
    await check_senders(runtime, company_id, campaign.steps, content.senders)
    next_fire_at = _first_fire(campaign, content.company_time_zone, runtime.now())
    await stores.campaign_contents.keep(company_id, campaign_id, content)
    ready = {
        "state": CampaignState.SCHEDULED if next_fire_at else CampaignState.READY,
        "content_hash": content.content_hash,
        "next_fire_at": next_fire_at,
        "approval": await _asked(runtime, company, campaign, content.content_hash, by),
    }
    freeze = partial(_freeze, runtime, company_id, campaign, rows_hash, ready)
    return await transact(stores.db, freeze)


async def _freeze(
    runtime: Runtime,
    company_id: str,
    campaign: Campaign,
    rows_hash: str,
    ready: Mapping[str, Any],
    transaction: Transaction,
) -> Campaign:
    """The campaign with what makes it ready, unless it or its file is another by now."""
    campaigns = runtime.stores.campaigns
    current = await campaigns.get(company_id, campaign.id, transaction)
    if current.updated_at != campaign.updated_at:
        raise Conflict("The campaign was edited meanwhile. Look at it again.")
    if (current.state, current.content_hash) == (ready["state"], ready["content_hash"]):
        return current
    _check_draft(current)
    if await _rows_hash(runtime, company_id, campaign, transaction) != rows_hash:
        raise Conflict("The file was changed meanwhile. Preview the campaign again.")
    frozen = replace(current, **ready)
    campaigns.put(transaction, company_id, campaign.id, frozen)
    return frozen


async def _asked(
    runtime: Runtime, company: Company, campaign: Campaign, content_hash: str, by: str
) -> CampaignApproval:
    """Who asks, and whether a second person must approve it, as far as that is known now."""
    has_rule = company.approval_above is not None
    count = await _count(runtime, company.id, campaign) if has_rule else None
    return CampaignApproval(
        content_hash=content_hash,
        asked_by=by,
        asked_at=runtime.now(),
        recipients=count,
        is_needed=is_above(company.approval_above, count),
    )


async def _count(runtime: Runtime, company_id: str, campaign: Campaign) -> int | None:
    """How many it would be for now; None of people, and of a source without a file to fire yet."""
    try:
        found = (await find_audience(runtime, company_id, campaign)).audience
    except AudienceNotReady:
        return None
    return found.recipient_count if found.parts else None


async def _rows_hash(
    runtime: Runtime, company_id: str, campaign: Campaign, transaction: Transaction | None = None
) -> str:
    """What tells the rows of the campaign's file from changed ones; empty without a file of its own.

    Raises InvalidInput when the file is held or rejected.
    """
    if not isinstance(campaign.audience, FileAudience):
        return ""
    file = await runtime.stores.files.find(company_id, campaign.audience.file_id, transaction)
    if file is None:
        return ""  # freeze_content says so
    if (reason := hold_refusal(file)) is not None:
        raise InvalidInput.at("audience.file_id", reason)
    return file.rows_hash or ""


def _first_fire(campaign: Campaign, time_zone: str, now: datetime) -> datetime | None:
    """When the campaign fires first; None on demand. Raises InvalidInput when that lies in the past.

    The one time of a campaign that fires once may have just passed: the button was pressed a minute late.
    """
    if campaign.schedule.kind is ScheduleKind.ON_DEMAND:
        return None
    after = now - LATE if campaign.schedule.kind is ScheduleKind.ONCE else now
    first = next_fire(campaign.schedule, time_zone, after)
    if first is None:
        raise InvalidInput.at("schedule", "has no time ahead at which the campaign could fire")
    return first


def _check_draft(campaign: Campaign) -> None:
    if campaign.state is not CampaignState.DRAFT:
        raise Conflict(
            f"A campaign that is {campaign.state} is frozen already; only a draft can be marked ready."
        )
