"""Start one run of a campaign: the fire is stored in the same transaction that moves the campaign on."""

from dataclasses import replace
from datetime import datetime

from shared.domain.campaign import Campaign, CampaignState, ScheduleKind, check_arrow
from shared.domain.errors import Conflict
from shared.domain.file import File, FileState
from shared.domain.fire import Fire
from shared.domain.ids import computed_id
from shared.domain.schedule import next_fire
from shared.firestore.queries import SOURCE_FILES
from shared.firestore.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.freeze_content import content_of
from shared.usecases.store_chunks import store_chunks


async def start_fire(runtime: Runtime, company_id: str, campaign: Campaign, slot: str, now: datetime) -> Fire:
    """Run `campaign` for `slot`; the same slot starts once, and asking again returns the same fire.

    Raises Conflict when the campaign's state does not allow it or its file is not loaded.
    """
    stores = runtime.stores
    if campaign.content_hash is None:
        raise Conflict("The campaign is not ready: mark it ready first.")
    content = await content_of(runtime, company_id, campaign.id, campaign.content_hash)
    file, note = await _audience_file(runtime, company_id, campaign)
    fire = Fire(
        id=computed_id(company_id, campaign.id, slot),
        campaign_id=campaign.id,
        slot=slot,
        content_hash=content.content_hash,
        fired_at=now,
        file_id=file.id if file else None,
        planned=file.row_count * len(content.campaign.steps) if file else 0,
        chunk_count=file.chunk_count if file else 0,
        note=note,
    )

    async def start(transaction: Transaction) -> Fire:
        current = await stores.campaigns.get(company_id, campaign.id, transaction)
        existing = await stores.fires.find(company_id, fire.id, transaction)
        if existing is not None:
            return existing
        if current.content_hash != campaign.content_hash:
            raise Conflict("The campaign was changed meanwhile. Look at it again.")
        check_arrow(
            current.state, CampaignState.FIRING
        ) if current.state is not CampaignState.FIRING else None
        stores.fires.put(transaction, company_id, fire.id, fire)
        following = next_fire(campaign.schedule, content.company_time_zone, now)
        if campaign.schedule.kind is not ScheduleKind.RECURRING:
            following = None
        moved = replace(current, state=CampaignState.FIRING, last_fire_id=fire.id, next_fire_at=following)
        stores.campaigns.put(transaction, company_id, campaign.id, moved)
        return fire

    stored = await transact(stores.db, start, "start_fire")
    return await store_chunks(runtime, company_id, stored)


async def _audience_file(runtime: Runtime, company_id: str, campaign: Campaign) -> tuple[File | None, str]:
    """The file to fire for, and a note when there is none."""
    stores = runtime.stores
    if campaign.audience.file_id is not None:
        file = await stores.files.get(company_id, campaign.audience.file_id)
        if file.state is not FileState.LOADED:
            raise Conflict(f"The file {file.name!r} is {file.state}; a fire needs a loaded file.")
        return file, ""
    newest = await stores.files.some(
        company_id, SOURCE_FILES, campaign.audience.source_id, FileState.LOADED, limit=1
    )
    if not newest:
        return None, "No file of this source was loaded yet."
    last = await stores.fires.find(company_id, campaign.last_fire_id) if campaign.last_fire_id else None
    if last is not None and last.file_id == newest[0].id and campaign.schedule.kind is ScheduleKind.RECURRING:
        return None, "No new file of this source was loaded since the last fire."
    return newest[0], ""
