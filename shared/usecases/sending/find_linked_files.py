"""Look at the files that planned messages have beside their texts: one that cannot be used is a failure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeGuard

from shared.domain.campaigns.content import CampaignContent
from shared.domain.fires.planning import Plan, PlannedFailure, PlannedMessage
from shared.domain.messages.failure import FailureStep
from shared.domain.messages.linked_file import LinkedFile, Wanted, pinned, together_too_large
from shared.domain.messages.message import rendering_hash
from shared.domain.record import replace
from shared.runtime import Runtime


async def find_linked_files(
    runtime: Runtime,
    company_id: str,
    content: CampaignContent,
    plans: Sequence[Plan],
    since: datetime,
    *,
    renews: bool = False,
) -> list[Plan]:
    """The plans, each with what its links led to; one with a link that cannot be used is a failure.

    What was fetched before `since` holds, unless that was in vain, or somebody who `renews` wants what is
    there now. Raises Unavailable when another worker does not come to an end with a link.
    """
    asked: dict[Wanted, set[str]] = defaultdict(set)
    for plan in plans:
        if _has_links(plan):
            for link in plan.texts.media_urls:
                asked[Wanted(plan.step.channel, link)].add(plan.recipient.key)
    if not asked:
        return list(plans)
    from shared.usecases.sending.fetch_linked_files import fetch_linked_files  # few campaigns have links

    found = await fetch_linked_files(runtime, company_id, content.campaign.id, asked, since, renews=renews)
    return [_seen(content, plan, found) if _has_links(plan) else plan for plan in plans]


def _has_links(plan: Plan) -> TypeGuard[PlannedMessage]:
    return isinstance(plan, PlannedMessage) and plan.skip is None and bool(plan.texts.media_urls)


def _seen(content: CampaignContent, plan: PlannedMessage, found: Mapping[Wanted, LinkedFile]) -> Plan:
    """The plan with what its links led to, or why it cannot be sent."""
    record = plan.step.channel.record
    files = {link: found[Wanted(plan.step.channel, link)] for link in plan.texts.media_urls}
    for link, file in files.items():
        if file.fault:
            return _failure(plan, link, file.fault)
    if fault := together_too_large(record, [files[link] for link in plan.texts.media_urls]):
        return _failure(plan, plan.texts.media_urls[0], fault)
    if record.provider_fetches_media:
        return plan
    texts = replace(plan.texts, media_urls=tuple(pinned(link, files[link]) for link in plan.texts.media_urls))
    sealed = rendering_hash(content.content_hash, plan.step.channel, plan.address, *texts.said)
    return replace(plan, texts=texts, rendering_hash=sealed)


def _failure(plan: PlannedMessage, link: str, reason: str) -> PlannedFailure:
    return PlannedFailure(
        recipient=plan.recipient,
        step=plan.step,
        failed_at=FailureStep.RENDER,
        field="media_urls",
        value=link,
        kind=f"{plan.step.channel.record.media_noun} not usable",
        reason=reason,
    )
