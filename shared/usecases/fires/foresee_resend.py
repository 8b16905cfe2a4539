"""What it would come to if what did not arrive was sent again: how many get it, and who does not and why."""

import asyncio
from collections import Counter
from collections.abc import Collection

from msgspec import Struct, field

from shared.domain.errors import Conflict
from shared.domain.fires.fire import Fire
from shared.domain.fires.resending import LeftOut, ResendGroup, Unreached, grouped, may_be_reason
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.sending import Delivery
from shared.firestore.queries.messages import FIRE_MESSAGES_BY_DELIVERY, FIRE_MESSAGES_BY_STATE
from shared.runtime import Runtime
from shared.usecases.companies.find_rules import find_rules
from shared.usecases.fires.judge_unreached import find_reached, judge_unreached
from shared.usecases.ledger.reopen_fire import check_may_send
from shared.views.fire_outcomes import MOST_READ, read_messages
from shared.views.ledger import is_past_keeping

MOST_LOOKED_AT = 1_000  # messages of each kind
MOST_REACHED = 5_000  # messages of a later step that are asked for whom they went to in another one's place
# The lists of a fire's messages that came to nothing: refused, undelivered, failed.
UNREACHED = (
    (FIRE_MESSAGES_BY_STATE, MessageState.FAILED),
    (FIRE_MESSAGES_BY_DELIVERY, Delivery.UNDELIVERED),
    (FIRE_MESSAGES_BY_DELIVERY, Delivery.FAILED),
)


class ResendEffect(Struct, frozen=True, kw_only=True):
    """The groups that may be chosen. `total` messages came to nothing; `is_all`: all were looked at.

    `rarer` are reasons that none of those has that were looked at, with how many have each by the last count.
    """

    fire: Fire
    groups: tuple[ResendGroup, ...]
    total: int
    is_all: bool
    rarer: dict[str, int] = field(default_factory=dict)

    def has(self, reason: str) -> bool:
        """Whether messages of the fire have it, or may have it where not all were looked at."""
        return any(group.reason == reason for group in self.groups) or (
            not self.is_all and may_be_reason(reason)
        )

    def of(self, reasons: Collection[str]) -> tuple[list[Message], Counter[LeftOut]]:
        """The messages of these reasons that are sent again, and the others by why not."""
        chosen = [group for group in self.groups if group.reason in reasons]
        again = [message for group in chosen for message in group.again]
        return again, sum((group.left_out for group in chosen), Counter())


async def foresee_resend(runtime: Runtime, company_id: str, fire_id: str) -> ResendEffect:
    """Who may get the fire's message again, by why it did not arrive: nobody of one of which nothing is sent
    any more. Nothing is changed. Of many, the first thousand of each kind are looked at. Raises NotFound.
    """
    stores = runtime.stores
    fire = await stores.fires.get(company_id, fire_id)
    if await why_not_resent(runtime, company_id, fire):
        return ResendEffect(fire=fire, groups=(), total=0, is_all=True)
    most = MOST_LOOKED_AT
    kinds, content = await asyncio.gather(
        _unreached(runtime, company_id, fire),
        stores.campaign_contents.frozen(company_id, fire.campaign_id, fire.content_hash),
    )
    rules, reached = await asyncio.gather(
        find_rules(runtime, company_id, content),
        find_reached(runtime, company_id, fire_id, content.campaign, MOST_REACHED),
    )
    found = [message for kind in kinds for message in kind]
    judged = await judge_unreached(runtime, company_id, found, rules.narrowing, reached)
    is_all = all(len(kind) < most for kind in kinds) and len(reached) < MOST_REACHED
    groups = grouped(judged)
    if is_all:
        return ResendEffect(fire=fire, groups=groups, total=len(found), is_all=True)
    total, rarer = await asyncio.gather(
        _count(runtime, company_id, fire_id), _rarer(runtime, company_id, fire_id, groups)
    )
    return ResendEffect(fire=fire, groups=groups, total=total, is_all=False, rarer=rarer)


async def _unreached(runtime: Runtime, company_id: str, fire: Fire) -> list[list[Message]]:
    """The messages of each list. Those of a small fire are picked from one reading of all its messages."""
    messages, most = runtime.stores.messages, MOST_LOOKED_AT
    every = await read_messages(runtime, company_id, fire) if fire.planned <= min(MOST_READ, most) else None
    if every is None:
        return await asyncio.gather(
            *(messages.some(company_id, query, fire.id, value, limit=most) for query, value in UNREACHED)
        )
    listed = [[one["id"] for one in every if one.get(query.equal[-1]) == value] for query, value in UNREACHED]
    found = await messages.find_many(company_id, {item_id for ids in listed for item_id in ids})
    return [[found[item_id] for item_id in ids if item_id in found] for ids in listed]


async def why_not_resent(runtime: Runtime, company_id: str, fire: Fire) -> str:
    """Why nothing of the fire is sent any more; empty where it may be."""
    try:
        check_may_send(fire, await runtime.stores.campaigns.find(company_id, fire.campaign_id))
    except Conflict as canceled:
        return str(canceled)
    is_over = fire.is_standing or await is_past_keeping(runtime, company_id, fire)
    return "The messages of this fire are not sent again." if is_over else ""


async def _rarer(
    runtime: Runtime, company_id: str, fire_id: str, groups: Collection[ResendGroup]
) -> dict[str, int]:
    stored = await runtime.stores.fire_sums.find(company_id, fire_id)
    counted = stored.counted if stored is not None else None
    by_code = counted.sums.undelivered if counted is not None else {}
    reasons = {f"{Unreached.NOT_DELIVERED} {code}": count for code, count in by_code.items()}
    return {reason: reasons[reason] for reason in reasons.keys() - {group.reason for group in groups}}


async def _count(runtime: Runtime, company_id: str, fire_id: str) -> int:
    messages = runtime.stores.messages
    counts = await asyncio.gather(
        *(messages.count(company_id, query, fire_id, value) for query, value in UNREACHED)
    )
    return sum(counts)
