"""What a fire would have made of a recipient of whom it has neither a message nor a failure."""

from collections.abc import Sequence

from msgspec import Struct

from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.content import CampaignContent
from shared.domain.fires.explanation import Absence, Explanation, absent
from shared.domain.fires.fire import ChunkState, Fire
from shared.domain.fires.planning import FilteredOut, Plan, Planner
from shared.domain.fires.recipient import Recipient
from shared.firestore.queries.fires import CHUNKS_BY_STATE
from shared.runtime import Runtime


class Missing(Struct, frozen=True):
    """Why there is nothing of a person in a fire, and what that was judged by."""

    explanations: Sequence[Explanation]
    notes: Sequence[str] = ()


async def explain_planned(
    runtime: Runtime, company_id: str, fire: Fire, content: CampaignContent, recipient: Recipient
) -> list[Explanation]:
    """For each step of the fire, why somebody who is in its audience has no message yet."""
    is_queued = fire.chunks_stored and not await _is_queueing(runtime, company_id, fire)
    planned = {step.step_id for step in fire.steps}
    return [
        _explained(
            Planner(content, step, fire.fired_at, began_at=fire.began_at(step.id)).plan(recipient),
            content.campaign,
            is_queued,
        )
        for step in content.campaign.steps
        if step.id in planned
    ]


async def _is_queueing(runtime: Runtime, company_id: str, fire: Fire) -> bool:
    states = (ChunkState.WAITING, ChunkState.LEASED)
    return bool(await runtime.stores.chunks.some(company_id, CHUNKS_BY_STATE, fire.id, states, limit=1))


def _explained(plan: Plan, campaign: Campaign, is_queued: bool) -> Explanation:
    if isinstance(plan, FilteredOut):
        words = f"{plan.reason} {_own(plan.recipient, campaign)}".strip()
        return absent(Absence.FILTERED_OUT, words, step_id=plan.step.id)
    if not is_queued:
        words = "The person is in the audience; the message is not queued yet."
        return absent(Absence.NOT_PLANNED_YET, words, step_id=plan.step.id)
    words = (
        "By what is known of them now the person was in the audience, yet there is no message: they came "
        "into it, or it changed, while the campaign was firing."
    )
    return absent(Absence.NOT_TOLD, words, step_id=plan.step.id)


def _own(recipient: Recipient, campaign: Campaign) -> str:
    """What the row has in the fields that the filter asks for."""
    if campaign.row_filter is None:
        return ""
    names = dict.fromkeys(one.name for one in campaign.row_filter.conditions)
    own = (f"{name} {recipient.values.get(name, '')!r}" for name in names)
    return f"This one has {', '.join(own)}."
