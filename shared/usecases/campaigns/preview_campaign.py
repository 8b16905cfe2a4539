"""Render a campaign for every recipient and say what would become of each message, without sending."""

import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import msgspec

from shared import log
from shared.domain.campaigns.content import CampaignContent
from shared.domain.channels.channel import Channel
from shared.domain.channels.sms import estimate
from shared.domain.contacts.opt_out import active_ids
from shared.domain.errors import RollcallError
from shared.domain.fires.cost import CURRENCY, estimated_cost
from shared.domain.fires.deciding import KeyedMessage, decide, keyed
from shared.domain.fires.planning import Plan, PlannedFailure, Planner
from shared.domain.fires.preview import (
    Preview,
    PreviewChunk,
    PreviewedMessage,
    PreviewState,
    preview_chunk_id,
)
from shared.domain.fires.previewing import previewed_failure, previewed_message
from shared.domain.fires.recipient import Recipient
from shared.domain.job import PreviewCampaign
from shared.runtime import Runtime
from shared.usecases.campaigns.read_audience import read_audience, read_recipients


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
    making = _Making(preview.id, content, runtime.now())
    async for number, piece, _ in read_audience(runtime, company_id, preview.audience):
        plans = making.planned(await read_recipients(runtime, company_id, piece))
        opt_outs = await stores.opt_outs.find_many(company_id, {one.opt_out_id for one in _messages(plans)})
        shown = list(making.shown(plans, active_ids(opt_outs.values())))
        await _store(runtime, company_id, preview, number, shown)
    return making.totals.summed(preview)


async def _store(
    runtime: Runtime, company_id: str, preview: Preview, number: int, shown: Sequence[PreviewedMessage]
) -> None:
    stores, item_id = runtime.stores, preview_chunk_id(preview.id, number)
    packed = zlib.compress(msgspec.json.encode(shown), 1)
    chunk = PreviewChunk(id=item_id, preview_id=preview.id, number=number, messages=packed)
    await stores.preview_chunks.save(company_id, item_id, chunk)
    percent = min((number + 1) * 100 // preview.audience.chunk_count, 99)
    await stores.previews.save(company_id, preview.id, replace(preview, percent=percent))


Planned = list[tuple[int, KeyedMessage | PlannedFailure]]  # with the recipient's position


def _messages(plans: Planned) -> list[KeyedMessage]:
    return [plan for _, plan in plans if isinstance(plan, KeyedMessage)]


class _Making:
    """A preview in the making: recipients come piece by piece, in order."""

    def __init__(self, preview_id: str, content: CampaignContent, now: datetime) -> None:
        self._preview_id = preview_id
        self._now = now
        self._planners = [Planner(content, step, now) for step in content.campaign.steps]
        self._owners: dict[str, str] = {}
        self._position = 0
        self.totals = _Totals()

    def planned(self, recipients: Sequence[Recipient]) -> Planned:
        """What is planned for these recipients: one plan a step, with the ids that queueing would give."""
        plans: Planned = []
        for recipient in recipients:
            self._position += 1
            plans += [(self._position, self._keyed(planner.plan(recipient))) for planner in self._planners]
        return plans

    def _keyed(self, plan: Plan) -> KeyedMessage | PlannedFailure:
        return plan if isinstance(plan, PlannedFailure) else keyed(self._preview_id, plan)

    def shown(self, plans: Planned, opt_outs: set[str]) -> Iterator[PreviewedMessage]:
        """How each plan is shown, counted."""
        decided = decide(_messages(plans), self._owners, opt_outs)
        for position, plan in plans:
            if isinstance(plan, PlannedFailure):
                yield self.totals.counted(previewed_failure(position, plan))
                continue
            channel = plan.plan.step.channel
            parts = estimate(plan.plan.body).parts if channel is Channel.SMS else 1
            shown = previewed_message(position, next(decided), parts, self._now)
            yield self.totals.counted(shown, channel)


@dataclass(slots=True)
class _Totals:
    """What the preview counts."""

    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    opens_at: Counter[str] = field(default_factory=Counter)
    units: Counter[Channel] = field(default_factory=Counter)
    parts: int = 0

    def counted(self, shown: PreviewedMessage, channel: Channel | None = None) -> PreviewedMessage:
        """The same, counted; of what would go out with its parts."""
        self.counts[shown.verdict] += 1
        if shown.kind:
            self.reasons[f"{shown.verdict}: {shown.kind}"] += 1
        if shown.until is not None:
            self.opens_at[shown.until.isoformat()] += 1
        if channel is not None and shown.verdict.will_go_out:
            self.units[channel] += shown.parts
            self.parts += shown.parts
        return shown

    def summed(self, preview: Preview) -> Preview:
        """The finished preview."""
        return replace(
            preview,
            state=PreviewState.DONE,
            percent=100,
            counts=dict(self.counts),
            reasons=dict(self.reasons),
            opens_at=dict(self.opens_at),
            parts=self.parts,
            estimated_cost=str(estimated_cost(self.units)),
            currency=CURRENCY,
        )
