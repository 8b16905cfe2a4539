"""Find for whom a step that is planned now is no more: they answered, or an earlier step reached them."""

from collections.abc import Mapping

from shared.domain.fires.queueing import Arranged
from shared.domain.fires.step_rules import unmet
from shared.domain.messages.earlier_steps import apart
from shared.domain.messages.skip_reason import SkipReason
from shared.domain.record import replace
from shared.runtime import Runtime
from shared.usecases.sending.find_before import Follower, find_before


async def without_unmet(runtime: Runtime, company_id: str, arranged: Arranged) -> Arranged:
    """The same, knowing for whom the step is not."""
    return replace(arranged, unmet=await find_unmet(runtime, company_id, arranged))


async def find_unmet(runtime: Runtime, company_id: str, arranged: Arranged) -> Mapping[str, SkipReason]:
    """By recipient why the step is not for them. What comes after this is seen by the intent."""
    followers = {
        one.plan.recipient.key: Follower(
            fire_id=arranged.fire.id,
            recipient_key=one.plan.recipient.key,
            steps=[
                (before.step_id, item_id)
                for before, item_id in zip(one.plan.before, apart(one.earlier), strict=True)
            ],
        )
        for one in arranged.messages
        if one.earlier is not None
    }
    found = await find_before(runtime, company_id, followers)
    campaign = arranged.content.campaign
    steps = {one.plan.recipient.key: one.plan.step for one in arranged.messages}
    reasons = {key: unmet(steps[key], campaign, before) for key, before in found.items()}
    return {key: reason for key, reason in reasons.items() if reason is not None}
