"""Messages with what each of those that wait is waiting for."""

from collections.abc import Sequence

from shared.domain.errors import NotFound
from shared.domain.fires.explain_message import Circumstances
from shared.domain.fires.fire import Fire
from shared.domain.fires.waiting import Wait, wait_of
from shared.domain.messages.message import Message, MessageState
from shared.runtime import Runtime


class ShownMessage(Message, frozen=True, kw_only=True):
    """A message as API and portal show it: `waits` says until when it waits, and why."""

    waits: Wait | None = None


async def with_waits(runtime: Runtime, company_id: str, messages: Sequence[Message]) -> list[ShownMessage]:
    """The messages; nothing is read where none waits, else once for each fire and sender of theirs."""
    waiting = [one for one in messages if one.state is MessageState.QUEUED]
    waits = await _waits(runtime, company_id, waiting) if waiting else {}
    return [_shown(one, waits.get(one.id)) for one in messages]


async def _waits(runtime: Runtime, company_id: str, waiting: Sequence[Message]) -> dict[str, Wait | None]:
    stores = runtime.stores
    company = await stores.companies.get(company_id)
    senders = await stores.senders.find_many(company_id, {one.sender_id for one in waiting})
    fires = await stores.fires.find_many(company_id, {one.fire_id for one in waiting})
    hold = await stores.system.find_hold()
    waits: dict[str, Wait | None] = {}
    for fire in fires.values():
        around = Circumstances(company=company, fire=fire, senders=senders, hold=hold)
        theirs = [one for one in waiting if one.fire_id == fire.id]
        waits |= await _of_fire(runtime, company_id, fire, around, theirs)
    return waits


async def _of_fire(
    runtime: Runtime, company_id: str, fire: Fire, around: Circumstances, messages: Sequence[Message]
) -> dict[str, Wait | None]:
    try:
        content = await runtime.stores.campaign_contents.frozen(
            company_id, fire.campaign_id, fire.content_hash
        )
    except NotFound:  # deleted with its company's other things
        return {}
    now = runtime.now()
    return {one.id: wait_of(one, content, around.holds(one), now) for one in messages}


def _shown(message: Message, waits: Wait | None) -> ShownMessage:
    own = {name: getattr(message, name) for name in message.__struct_fields__}
    return ShownMessage(**own, waits=waits)
