"""Start one run of a campaign: the fire is stored in the same transaction that moves the campaign on."""

from datetime import datetime

from shared import log, tracing
from shared.domain.campaigns.approval import refusal
from shared.domain.campaigns.audience import DueAudience, FoundAudience, left_out_words
from shared.domain.campaigns.campaign import Campaign, CampaignState, check_arrow
from shared.domain.campaigns.content import CampaignContent
from shared.domain.campaigns.recurrence import next_fire
from shared.domain.campaigns.schedule import ScheduleKind
from shared.domain.campaigns.send_again import NOBODY_AGAIN, SendAgain
from shared.domain.errors import Conflict
from shared.domain.files.source import Source
from shared.domain.fires.fire import EMPTY_WORDS, EmptyBecause, Fire
from shared.domain.fires.planned_steps import later_steps, planned_steps
from shared.domain.ids import computed_id
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.campaigns.find_audience import find_audience, last_with_files
from shared.usecases.fires.store_chunks import store_chunks
from shared.usecases.fires.take_files import take_files
from shared.usecases.fires.tell_fire import tell_fire
from shared.usecases.ledger.find_alone import find_alone, is_any_open, no_longer_alone
from shared.usecases.senders.check_senders import check_senders


async def start_fire(runtime: Runtime, company_id: str, campaign: Campaign, slot: str, now: datetime) -> Fire:
    """Run `campaign` for `slot`; the same slot starts once, and asking again returns the same fire.

    A recurring campaign on a source fires each of its files once; without a new one the fire is empty.
    Raises Conflict when the campaign's state does not allow it, its file is not loaded, or all that is due is
    held or still loading.
    """
    due = await find_audience(runtime, company_id, campaign)
    if due.waits_for is not None:
        raise Conflict(due.waits_for)
    return await start_fire_for(runtime, company_id, campaign, slot, now, due)


async def start_fire_for(
    runtime: Runtime,
    company_id: str,
    campaign: Campaign,
    slot: str,
    now: datetime,
    due: DueAudience,
    send_again: SendAgain = NOBODY_AGAIN,
    starts_at: datetime | None = None,
) -> Fire:
    """Run `campaign`, as it was read, for `slot` and these recipients.

    `send_again` names those who get it whatever was sent before; nobody leaves it to the campaign. Nothing
    goes out before `starts_at`. Raises InvalidInput when a sender cannot send, Conflict for a wrong state.
    """
    fire_id = computed_id(company_id, campaign.id, slot)
    ids = {"company_id": company_id, "campaign_id": campaign.id, "fire_id": fire_id}
    with log.context(**ids), tracing.span("fire"):
        return await _start(runtime, company_id, campaign, slot, now, due, send_again, starts_at)


async def _start(
    runtime: Runtime,
    company_id: str,
    campaign: Campaign,
    slot: str,
    now: datetime,
    due: DueAudience,
    send_again: SendAgain,
    starts_at: datetime | None,
) -> Fire:
    stores = runtime.stores
    content = await _content_to_fire(runtime, company_id, campaign)
    await _check_approval(runtime, company_id, campaign, due)
    last, empty = await _emptiness(runtime, company_id, campaign, due.audience)
    fire = _new_fire(company_id, campaign, content, slot, now, due, send_again, empty)
    fire = replace(fire, starts_at=starts_at if starts_at and starts_at > now else None)

    async def start(transaction: Transaction) -> Fire:
        current = await stores.campaigns.get(company_id, campaign.id, transaction)
        existing = await stores.fires.find(company_id, fire.id, transaction)
        if existing is not None:
            return existing
        _check_may_fire(current, campaign)
        alone = await find_alone(runtime, company_id, transaction)
        source = await stores.sources.get(company_id, campaign.audience.source_id, transaction)
        ours = await _beside_others(runtime, company_id, fire, source, transaction)
        told = await tell_fire(runtime, company_id, transaction, campaign, fire, last)
        await take_files(runtime, company_id, content, due.audience, now, transaction)
        for notice in told:
            stores.notices.create(transaction, company_id, notice.id, notice)
        if not source.was_fired:
            stores.sources.change(transaction, company_id, source.id, was_fired=True)
        no_longer_alone(runtime, company_id, transaction, alone, but=fire.id)
        stores.fires.put(transaction, company_id, fire.id, ours)
        stores.campaigns.put(transaction, company_id, campaign.id, _firing(current, content, fire, now))
        return ours

    stored = await transact(stores.db, start, "start_fire")
    log.event("fire started", planned=stored.planned, chunks=stored.chunk_count)
    return await store_chunks(runtime, company_id, stored)


def _firing(campaign: Campaign, content: CampaignContent, fire: Fire, now: datetime) -> Campaign:
    is_recurring = campaign.schedule.kind is ScheduleKind.RECURRING
    following = next_fire(campaign.schedule, content.company_time_zone, now) if is_recurring else None
    return replace(
        campaign, state=CampaignState.FIRING, last_fire_id=fire.id, next_fire_at=following, fire_refusal=""
    )


async def _beside_others(
    runtime: Runtime, company_id: str, fire: Fire, source: Source, transaction: Transaction
) -> Fire:
    """The fire, knowing which others there are and were."""
    is_alone = not await is_any_open(runtime, company_id, transaction)
    return replace(fire, is_alone=is_alone, is_first=not source.was_fired)


async def _content_to_fire(runtime: Runtime, company_id: str, campaign: Campaign) -> CampaignContent:
    """The frozen content, when nothing forbids to send it now. Raises InvalidInput, Conflict."""
    if campaign.content_hash is None:
        raise Conflict("The campaign is not ready: mark it ready first.")
    hold = await runtime.stores.system.find_hold()
    if hold is not None:
        raise Conflict(f"All sending is held: {hold.reason}")
    content = await runtime.stores.campaign_contents.frozen(company_id, campaign.id, campaign.content_hash)
    await check_senders(runtime, company_id, content.campaign.steps, content.senders)
    return content


async def _check_approval(runtime: Runtime, company_id: str, campaign: Campaign, due: DueAudience) -> None:
    """Raise Conflict when a second person must approve it first. What was read is compared at the start."""
    company = await runtime.stores.companies.get(company_id)
    count = None if campaign.is_for_people else due.audience.recipient_count
    if (
        reason := refusal(campaign.approval, campaign.content_hash, company.approval_above, count)
    ) is not None:
        raise Conflict(reason)


async def _emptiness(
    runtime: Runtime, company_id: str, campaign: Campaign, audience: FoundAudience
) -> tuple[Fire | None, EmptyBecause | None]:
    """The campaign's last fire that had a file, where this one has none; and why it has nobody, if so.

    Of people that is not known yet.
    """
    if campaign.is_for_people:
        return None, None
    last = None if audience.parts else await last_with_files(runtime, company_id, campaign)
    return last, _empty_because(audience, last)


def _empty_because(audience: FoundAudience, last: Fire | None) -> EmptyBecause | None:
    if audience.recipient_count:
        return None
    if audience.parts:
        return EmptyBecause.NO_ROWS
    return EmptyBecause.NO_NEW_FILE if last else EmptyBecause.NO_FILE


def _new_fire(
    company_id: str,
    campaign: Campaign,
    content: CampaignContent,
    slot: str,
    now: datetime,
    due: DueAudience,
    send_again: SendAgain,
    empty: EmptyBecause | None,
) -> Fire:
    audience = due.audience
    said = (EMPTY_WORDS[empty] if empty else "", left_out_words(due.left_out))
    return Fire(
        id=computed_id(company_id, campaign.id, slot),
        campaign_id=campaign.id,
        slot=slot,
        content_hash=content.content_hash,
        fired_at=now,
        audience=audience,
        audience_key=audience.key,
        steps=() if campaign.is_for_people else planned_steps(content, audience),
        later=later_steps(content) if campaign.is_for_people or audience.recipient_count else (),
        is_gathering=campaign.is_for_people,
        note=" ".join(text for text in said if text),
        left_out=due.left_out,
        send_again=send_again,
        empty_because=empty,
        traceparent=tracing.traceparent(),
        has_row_filter=content.campaign.row_filter is not None,
        pause_at_percent=content.campaign.pause_at_percent,
    )


def _check_may_fire(current: Campaign, as_read: Campaign) -> None:
    if (current.content_hash, current.approval) != (as_read.content_hash, as_read.approval):
        raise Conflict("The campaign was changed meanwhile. Look at it again.")
    if current.last_fire_id != as_read.last_fire_id:  # two clicks, or a click and a tick
        raise Conflict("The campaign was fired meanwhile. Look at it again.")
    if current.state is CampaignState.PAUSED:
        raise Conflict("The campaign is paused: resume it first.")
    if current.state is not CampaignState.FIRING:
        check_arrow(current.state, CampaignState.FIRING)
