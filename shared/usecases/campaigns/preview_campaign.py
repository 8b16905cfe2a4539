"""Render a campaign for every recipient and say what would become of each message, without sending."""

import asyncio
import zlib
from collections.abc import Sequence
from dataclasses import replace

import msgspec

from shared import log
from shared.domain.contacts.opt_out import active
from shared.domain.errors import RollcallError
from shared.domain.fires.deciding import identities_of
from shared.domain.fires.preview import (
    Preview,
    PreviewChunk,
    PreviewedMessage,
    PreviewState,
    preview_chunk_id,
)
from shared.domain.fires.previewing import PreviewMaking, messages_of
from shared.domain.job import PreviewCampaign
from shared.runtime import Runtime
from shared.usecases.campaigns.find_withdrawn import find_withdrawn
from shared.usecases.campaigns.read_audience import read_audience, read_recipients
from shared.usecases.ledger.find_earlier import find_earlier

PART_BYTES = 900_000  # compressed; a document holds 1 MiB


async def preview_campaign(runtime: Runtime, job: PreviewCampaign) -> None:
    """Make the preview. Making it again gives the same, but for the time of day."""
    previews = runtime.stores.previews
    ids = {"campaign_id": job.campaign_id, "preview_id": job.preview_id}
    with log.context(company_id=job.company_id, **ids):
        preview = await previews.get(job.company_id, job.preview_id)
        if preview.state is not PreviewState.RUNNING:
            return
        try:
            done = await _make(runtime, job.company_id, preview)
        except RollcallError as error:
            done = replace(preview, state=PreviewState.FAILED, error=str(error))
        await previews.save(job.company_id, preview.id, done)
        log.event("previewed", rows=done.audience.recipient_count, state=done.state)


async def _make(runtime: Runtime, company_id: str, preview: Preview) -> Preview:
    stores = runtime.stores
    content = await stores.campaign_contents.frozen(company_id, preview.campaign_id, preview.content_hash)
    making = PreviewMaking(preview.id, content, runtime.now(), preview.send_again)
    async for number, piece, _ in read_audience(runtime, company_id, preview.audience):
        recipients = await read_recipients(runtime, company_id, piece)
        plans = making.planned(recipients)
        messages, source_id = messages_of(plans), content.campaign.audience.source_id
        ids = {item_id for one in messages for item_id in one.opt_out_ids}
        opt_outs, earlier, withdrawn = await asyncio.gather(
            stores.opt_outs.find_many(company_id, ids),
            find_earlier(runtime, company_id, content, preview.id, identities_of(messages)),
            find_withdrawn(runtime, company_id, source_id, recipients),
        )
        shown = list(making.shown(plans, active(opt_outs.values()), earlier, withdrawn.files))
        await _store(runtime, company_id, preview, number, shown)
    return making.totals.summed(preview)


async def _store(
    runtime: Runtime, company_id: str, preview: Preview, number: int, shown: Sequence[PreviewedMessage]
) -> None:
    stores, parts = runtime.stores, _packed(shown)
    for part in reversed(range(len(parts))):  # the first, which tells of the others, last
        chunk = PreviewChunk(
            id=preview_chunk_id(preview.id, number, part),
            preview_id=preview.id,
            number=number,
            messages=parts[part],
            part_count=len(parts),
        )
        await stores.preview_chunks.save(company_id, chunk.id, chunk)
    percent = min((number + 1) * 100 // preview.audience.chunk_count, 99)
    await stores.previews.save(company_id, preview.id, replace(preview, percent=percent))


def _packed(shown: Sequence[PreviewedMessage]) -> list[bytes]:
    """The messages as one document holds them, or as several do."""
    packed = zlib.compress(msgspec.json.encode(shown), 1)
    if len(packed) <= PART_BYTES or len(shown) < 2:
        return [packed]
    middle = len(shown) // 2
    return [*_packed(shown[:middle]), *_packed(shown[middle:])]
