"""What it would come to if what did not arrive was sent again: how many get it, and who does not and why."""

import asyncio
from collections import Counter
from collections.abc import Collection, Sequence

from msgspec import Struct

from shared.domain.companies.consent_rules import Narrowing
from shared.domain.contacts.opt_out import OptOut, active, forbidding_ids, holding
from shared.domain.contacts.verified import is_unverified
from shared.domain.errors import Conflict
from shared.domain.fires.fire import Fire
from shared.domain.fires.resending import LeftOut, ResendGroup, grouped, left_out, may_be_asked
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.sending import Delivery
from shared.firestore.queries.messages import FIRE_MESSAGES_BY_DELIVERY, FIRE_MESSAGES_BY_STATE
from shared.runtime import Runtime
from shared.usecases.companies.find_rules import find_rules
from shared.usecases.ledger.reopen_fire import check_may_send
from shared.views.ledger import is_past_keeping

MOST_LOOKED_AT = 1_000  # messages of each kind: refused, undelivered, failed


class ResendEffect(Struct, frozen=True, kw_only=True):
    """The groups that may be chosen. `is_all`: no more messages came to nothing than were looked at."""

    fire: Fire
    groups: tuple[ResendGroup, ...]
    is_all: bool

    def of(self, reasons: Collection[str]) -> tuple[list[Message], Counter[LeftOut]]:
        """The messages of these reasons that are sent again, and the others by why not."""
        chosen = [group for group in self.groups if group.reason in reasons]
        again = [message for group in chosen for message in group.again]
        return again, sum((group.left_out for group in chosen), Counter())


async def foresee_resend(runtime: Runtime, company_id: str, fire_id: str) -> ResendEffect:
    """Who may get the fire's message again, by why it did not arrive: nobody of one of which nothing is sent
    any more. Nothing is changed. Raises NotFound.
    """
    stores = runtime.stores
    fire = await stores.fires.get(company_id, fire_id)
    if await why_not_resent(runtime, company_id, fire):
        return ResendEffect(fire=fire, groups=(), is_all=True)
    messages, most = stores.messages, MOST_LOOKED_AT
    failed, lost = Delivery.FAILED, Delivery.UNDELIVERED
    kinds = await asyncio.gather(
        messages.some(company_id, FIRE_MESSAGES_BY_STATE, fire_id, MessageState.FAILED, limit=most),
        messages.some(company_id, FIRE_MESSAGES_BY_DELIVERY, fire_id, lost, limit=most),
        messages.some(company_id, FIRE_MESSAGES_BY_DELIVERY, fire_id, failed, limit=most),
    )
    content = await stores.campaign_contents.frozen(company_id, fire.campaign_id, fire.content_hash)
    rules = await find_rules(runtime, company_id, content)
    found = [message for kind in kinds for message in kind]
    judged = await _judged(runtime, company_id, found, rules.narrowing)
    return ResendEffect(
        fire=fire, groups=grouped(judged), is_all=all(len(kind) < MOST_LOOKED_AT for kind in kinds)
    )


async def why_not_resent(runtime: Runtime, company_id: str, fire: Fire) -> str:
    """Why nothing of the fire is sent any more; empty where it may be."""
    try:
        check_may_send(fire, await runtime.stores.campaigns.find(company_id, fire.campaign_id))
    except Conflict as canceled:
        return str(canceled)
    is_over = fire.is_standing or await is_past_keeping(runtime, company_id, fire)
    return "The messages of this fire are not sent again." if is_over else ""


async def _judged(
    runtime: Runtime, company_id: str, messages: Sequence[Message], narrowing: Narrowing
) -> list[tuple[Message, LeftOut | None]]:
    stores, now = runtime.stores, runtime.now()
    forbidding = {
        one.id: forbidding_ids(one.channel, one.address, one.sender_id, narrowing) for one in messages
    }
    failures, opt_outs = await asyncio.gather(
        stores.failures.find_many(company_id, set(forbidding)),
        stores.opt_outs.find_many(company_id, {one for ids in forbidding.values() for one in ids}),
    )
    refusals: dict[str, OptOut] = active(opt_outs.values())
    return [
        (
            one,
            left_out(
                one,
                failures.get(one.id),
                holding(forbidding[one.id], refusals),
                now,
                is_unverified=is_unverified(one.channel, one.address, narrowing),
            ),
        )
        for one in messages
        if may_be_asked(one, failures.get(one.id))
    ]
