"""Which planned messages their channel would refuse, as the person has not written to the sender lately."""

from collections.abc import Iterable

from shared.domain.fires.deciding import KeyedMessage
from shared.domain.messages.open_conversation import conversation_id
from shared.runtime import Runtime


async def find_closed(runtime: Runtime, company_id: str, messages: Iterable[KeyedMessage]) -> frozenset[str]:
    """Their `own_id`s. Of channels without such a rule nothing is read."""
    bound = [one for one in messages if one.plan.needs_conversation and one.plan.waits_until is None]
    ids = [conversation_id(one.plan.step.channel, one.plan.step.sender_id, one.plan.address) for one in bound]
    found = await runtime.stores.conversations.find_many(company_id, set(ids))
    talks = [found.get(item_id) for item_id in ids]
    return frozenset(
        one.own_id
        for one, talk in zip(bound, talks, strict=True)
        if talk is None or not talk.is_open(one.plan.opens_at)
    )
