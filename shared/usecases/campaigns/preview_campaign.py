"""Render a campaign for every recipient and say what would become of each message, without sending."""

import asyncio
import zlib
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from functools import partial

import msgspec

from shared import log
from shared.domain.campaigns.audience import Piece
from shared.domain.campaigns.content import CampaignContent
from shared.domain.contacts.opt_out import OptOut
from shared.domain.errors import Conflict, RollcallError
from shared.domain.files.source import Source
from shared.domain.files.withdrawal import WithdrawnBy
from shared.domain.fires.deciding import identities_of
from shared.domain.fires.earlier import EarlierMessage
from shared.domain.fires.preview import (
    Preview,
    PreviewChunk,
    PreviewedMessage,
    PreviewState,
    preview_chunk_id,
)
from shared.domain.fires.previewing import Planned, PreviewMaking, messages_of
from shared.domain.job import PreviewCampaign
from shared.domain.record import replace
from shared.runtime import Runtime
from shared.usecases.campaigns.find_closed import find_closed
from shared.usecases.campaigns.find_withdrawn import find_withdrawn
from shared.usecases.campaigns.plan_together import plan_together
from shared.usecases.campaigns.read_recipients import read_recipients
from shared.usecases.companies.find_rules import find_rules
from shared.usecases.companies.make_links import make_links
from shared.usecases.ledger.find_earlier import find_earlier
from shared.usecases.sending.cap_plans import cap_plans
from shared.usecases.sending.find_linked_files import find_linked_files

PART_BYTES = 900_000  # compressed; a document holds 1 MiB
# What is planned for a piece, and what `PreviewMaking.shown` takes beside it.
_Withdrawn = Mapping[str, WithdrawnBy]
_Found = tuple[Planned, Mapping[str, OptOut], Mapping[str, EarlierMessage], _Withdrawn, frozenset[str]]


async def preview_campaign(runtime: Runtime, job: PreviewCampaign) -> None:
    """Make the preview. Making it again gives the same, but for the time of day."""
    previews = runtime.stores.previews
    ids = {"campaign_id": job.campaign_id, "preview_id": job.preview_id}
    with log.context(company_id=job.company_id, **ids):
        preview = await previews.get(job.company_id, job.preview_id)
        if preview.state is not PreviewState.RUNNING:
            return
        try:
            found = await _with_people(runtime, job.company_id, preview)
            if found is None:
                return
            preview = found
            done = await _make(runtime, job.company_id, preview)
        except RollcallError as error:
            done = replace(preview, state=PreviewState.FAILED, error=str(error))
        await previews.save(job.company_id, preview.id, done)
        log.event("previewed", rows=done.audience.recipient_count, state=done.state)


async def _with_people(runtime: Runtime, company_id: str, preview: Preview) -> Preview | None:
    """The preview with the people whom its campaign is for, if that is for people.

    None while another worker is finding them. Raises Conflict when they cannot be found.
    """
    if preview.audience.parts:
        return preview
    content = await runtime.stores.campaign_contents.frozen(
        company_id, preview.campaign_id, preview.content_hash
    )
    if not content.campaign.is_for_people:
        return preview
    from shared.usecases.campaigns.load_people import load_people, people_of  # most are for files

    file = await load_people(runtime, company_id, content.campaign, preview.id, preview.made_at)
    if file is None:
        return None
    if file.refusal:
        raise Conflict(file.refusal)
    return replace(preview, audience=people_of(file))


async def _make(runtime: Runtime, company_id: str, preview: Preview) -> Preview:
    content = await runtime.stores.campaign_contents.frozen(
        company_id, preview.campaign_id, preview.content_hash
    )
    count = preview.audience.recipient_count
    rules = await find_rules(runtime, company_id, content)
    links = make_links(runtime, company_id)
    making = PreviewMaking(
        preview.id,
        content,
        runtime.now(),
        preview.send_again,
        count,
        narrowing=rules.narrowing,
        links=links,
        cap=rules.cap,
        problems=preview.problems,
    )
    percent = 0
    async with aclosing(_looked_up(runtime, company_id, preview, content, making)) as pieces:
        async for number, found in pieces:
            await _store(runtime, company_id, preview.id, number, list(making.shown(number, *found)))
            told = min((number + 1) * 100 // preview.audience.chunk_count, 99)
            if told > percent:
                percent = told
                await runtime.stores.previews.save(company_id, preview.id, replace(preview, percent=percent))
    return making.totals.summed(preview)


async def _looked_up(
    runtime: Runtime, company_id: str, preview: Preview, content: CampaignContent, making: PreviewMaking
) -> AsyncGenerator[tuple[int, _Found], None]:
    """Each piece of the audience, planned, with what decides on it; the next is looked up meanwhile."""
    source = await runtime.stores.sources.get(company_id, content.campaign.audience.source_id)
    look_up = partial(_look_up, runtime, company_id, preview, content, making, source)
    ahead: asyncio.Task[_Found] | None = None
    try:
        before = 0
        for number in range(preview.audience.chunk_count):
            found = await ahead if ahead is not None else None
            ahead = asyncio.create_task(look_up(preview.audience.piece(number)))
            if found is not None:
                yield before, found
            before = number
        if ahead is not None:
            yield before, await ahead
    finally:
        if ahead is not None:
            ahead.cancel()
            await asyncio.gather(ahead, return_exceptions=True)


async def _look_up(
    runtime: Runtime,
    company_id: str,
    preview: Preview,
    content: CampaignContent,
    making: PreviewMaking,
    source: Source,
    piece: Piece,
) -> _Found:
    recipients = await read_recipients(runtime, company_id, piece)
    by_step = [
        await plan_together(
            runtime, company_id, content, preview.id, one, preview.audience, piece, recipients
        )
        for one in making.planners
    ]
    plans_made = [plan for of_one in zip(*by_step, strict=True) for plan in of_one]
    capped = await cap_plans(runtime, company_id, content, making.cap, plans_made, preview.id)
    seen = await find_linked_files(runtime, company_id, content, capped, preview.made_at, renews=True)
    plans = making.placed(seen)
    messages = messages_of(plans)
    compared = identities_of(messages) if source.was_fired else set()
    ids = {item_id for one in messages for item_id in one.opt_out_ids}
    count = preview.audience.recipient_count
    opt_outs, earlier, withdrawn, closed = await asyncio.gather(
        runtime.stores.opt_outs.ahead(company_id, preview.id, count, ids),
        find_earlier(runtime, company_id, content, preview.id, compared),
        find_withdrawn(runtime, company_id, source.id, recipients),
        find_closed(runtime, company_id, messages),
    )
    return plans, opt_outs, earlier, withdrawn.files, closed


async def _store(
    runtime: Runtime, company_id: str, preview_id: str, number: int, shown: Sequence[PreviewedMessage]
) -> None:
    parts = _packed(shown)
    for part in reversed(range(len(parts))):  # the first, which tells of the others, last
        chunk = PreviewChunk(
            id=preview_chunk_id(preview_id, number, part),
            preview_id=preview_id,
            number=number,
            messages=parts[part],
            part_count=len(parts),
        )
        await runtime.stores.preview_chunks.save(company_id, chunk.id, chunk)


def _packed(shown: Sequence[PreviewedMessage]) -> list[bytes]:
    """The messages as one document holds them, or as several do."""
    packed = zlib.compress(msgspec.json.encode(shown), 1)
    if len(packed) <= PART_BYTES or len(shown) < 2:
        return [packed]
    middle = len(shown) // 2
    return [*_packed(shown[:middle]), *_packed(shown[middle:])]
