"""Render every row of a campaign and say what would become of it, without sending."""

import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

import msgspec

from shared import log
from shared.domain.campaigns.content import CampaignContent
from shared.domain.channels.channel import Channel
from shared.domain.contacts.opt_out import opt_out_id
from shared.domain.errors import RollcallError
from shared.domain.fires.cost import CURRENCY, estimated_cost
from shared.domain.fires.planning import PlannedFailure, PlannedMessage, Planner
from shared.domain.fires.preview import (
    Preview,
    PreviewChunk,
    PreviewedMessage,
    PreviewState,
    Verdict,
    preview_chunk_id,
)
from shared.domain.job import PreviewCampaign
from shared.domain.messages.message import SkipReason
from shared.firestore.row_chunks import unpacked
from shared.runtime import Runtime


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
        log.event("previewed", rows=done.row_count, state=done.state)


async def _make(runtime: Runtime, company_id: str, preview: Preview) -> Preview:
    stores = runtime.stores
    content = await runtime.stores.campaign_contents.frozen(
        company_id, preview.campaign_id, preview.content_hash
    )
    now = runtime.now()
    planner, totals = Planner(content, now), _Totals()
    chunks = stores.row_chunks.each(company_id, preview.file_id or "", preview.chunk_count)
    async for chunk in chunks:
        outcomes = [outcome for row in unpacked(chunk) for outcome in planner.plan(row)]
        refused = await _refused(runtime, company_id, outcomes)
        shown = [totals.judge(outcome, content, refused, now) for outcome in outcomes]
        packed = zlib.compress(msgspec.json.encode(shown), 1)
        item_id = preview_chunk_id(preview.id, chunk.number)
        await stores.preview_chunks.save(
            company_id,
            item_id,
            PreviewChunk(id=item_id, preview_id=preview.id, number=chunk.number, messages=packed),
        )
        percent = (chunk.number + 1) * 100 // preview.chunk_count
        await stores.previews.save(company_id, preview.id, replace(preview, percent=min(percent, 99)))
    return totals.summed(preview)


async def _refused(
    runtime: Runtime, company_id: str, outcomes: Iterable[PlannedMessage | PlannedFailure]
) -> set[str]:
    keys = {
        opt_out_id(outcome.step.channel, outcome.address)
        for outcome in outcomes
        if isinstance(outcome, PlannedMessage)
    }
    found = await runtime.stores.opt_outs.find_many(company_id, keys)
    return {key for key, opt_out in found.items() if opt_out.is_active}


@dataclass(slots=True)
class _Totals:
    """What the preview counts, and the dedupe keys seen so far."""

    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    opens_at: Counter[str] = field(default_factory=Counter)
    units: Counter[Channel] = field(default_factory=Counter)
    parts: int = 0
    seen: set[tuple[str, ...]] = field(default_factory=set)

    def judge(
        self,
        outcome: PlannedMessage | PlannedFailure,
        content: CampaignContent,
        refused: set[str],
        now: datetime,
    ) -> PreviewedMessage:
        """What would become of this one, counted."""
        if isinstance(outcome, PlannedFailure):
            shown = _failed(outcome)
        else:
            shown = self._message(outcome, refused, now)
        self.counts[shown.verdict] += 1
        if shown.kind:
            self.reasons[f"{shown.verdict}: {shown.kind}"] += 1
        return shown

    def _message(self, plan: PlannedMessage, refused: set[str], now: datetime) -> PreviewedMessage:
        # As in queueing: the dedupe key, or the very text again for the same address.
        keys = {
            (plan.step.id, *plan.dedupe),
            (plan.step.id, "text", plan.address.casefold(), plan.rendering_hash),
        }
        skip = SkipReason.DUPLICATE if keys & self.seen else plan.skip
        if skip is not SkipReason.DUPLICATE:
            self.seen |= keys
        if skip is None and opt_out_id(plan.step.channel, plan.address) in refused:
            skip = SkipReason.OPTED_OUT
        parts = plan.step.channel.record.units(plan.body)
        waits = skip is None and plan.opens_at > now
        if skip is None:
            self.units[plan.step.channel] += parts
            self.parts += parts
        if waits:
            self.opens_at[plan.opens_at.isoformat()] += 1
        verdict = Verdict.SKIPPED if skip else Verdict.WILL_WAIT if waits else Verdict.WILL_SEND
        return PreviewedMessage(
            row_number=plan.row_number,
            step_id=plan.step.id,
            verdict=verdict,
            address=plan.address,
            subject=plan.subject,
            body=plan.body,
            parts=parts,
            until=plan.opens_at if waits else None,
            kind=skip or ("outside the contact window" if waits else ""),
            reason=SKIP_REASONS[skip] if skip else "",
        )

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


SKIP_REASONS = {
    SkipReason.DUPLICATE: "Another row gives the same message to the same person.",
    SkipReason.EXPIRED: "The time after which it is of no use has passed.",
    SkipReason.WINDOW_CLOSED: "The contact window does not open before it is of no more use.",
    SkipReason.OPTED_OUT: "The person has opted out.",
    SkipReason.CANCELED: "The campaign was canceled.",
    SkipReason.ANSWERED: "The person has answered already.",
}


def _failed(failure: PlannedFailure) -> PreviewedMessage:
    return PreviewedMessage(
        row_number=failure.row_number,
        step_id=failure.step.id,
        verdict=Verdict.MUST_BE_MENDED,
        kind=failure.kind,
        field=failure.field,
        value=failure.value,
        reason=failure.reason,
    )
