"""Apply the frequency cap to what is planned, by what the people were sent lately."""

from collections.abc import Sequence

from shared.domain.campaigns.content import CampaignContent
from shared.domain.companies.frequency_cap import FrequencyCap
from shared.domain.fires.capping import Room
from shared.domain.fires.planning import Plan, PlannedMessage
from shared.runtime import Runtime
from shared.usecases.sending.find_sent_lately import find_sent_lately


async def cap_plans(
    runtime: Runtime,
    company_id: str,
    content: CampaignContent,
    cap: FrequencyCap | None,
    plans: Sequence[Plan],
    fire_id: str,
) -> list[Plan]:
    """The plans, some of them later or skipped. Without a cap nothing is read.

    What the fire itself has sent of a step does not count for the step: planned again, it comes out the same.
    """
    messages = [plan for plan in plans if isinstance(plan, PlannedMessage) and plan.skip is None]
    if cap is None or not messages:
        return list(plans)
    steps = {plan.step.id for plan in messages}
    addresses = [plan.address for plan in messages]
    sent = await find_sent_lately(runtime, company_id, cap, addresses, runtime.now())
    room = Room(cap, (one for one in sent if one.fire_id != fire_id or one.step_id not in steps))
    seen: set[tuple[str, ...]] = set()
    capped: list[Plan] = []
    for plan in plans:
        is_first = isinstance(plan, PlannedMessage) and (plan.step.id, *plan.dedupe) not in seen
        if isinstance(plan, PlannedMessage) and is_first:  # another one is a duplicate, and does not go out
            seen.add((plan.step.id, *plan.dedupe))
            plan = room.planned(content.campaign.window, plan)
        capped.append(plan)
    return capped
