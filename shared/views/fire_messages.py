"""The messages of one fire, some at a time."""

from shared.domain.messages.message import Message, MessageState
from shared.runtime import Runtime
from shared.views.fire_outcomes import Outcomes
from shared.views.kit.paging import Page, PageAsked, place_text
from shared.views.messages import list_messages


async def list_fire_messages(
    runtime: Runtime,
    company_id: str,
    asked: PageAsked,
    outcomes: Outcomes | None,
    *,
    fire_id: str,
    state: MessageState | None = None,
    address: str | None = None,
) -> Page[Message]:
    """Those that match, newest first. Of a fire whose `outcomes` were read the first page needs no search:
    its messages are fetched by their ids. Raises InvalidInput for an address that is none.
    """
    if outcomes is None or asked.after is not None or address is not None:
        return await list_messages(runtime, company_id, asked, fire_id=fire_id, state=state, address=address)
    ids = [one["id"] for one in outcomes.messages if state is None or one["state"] == state]
    found = await runtime.stores.messages.find_many(company_id, ids[: asked.limit])
    items = [found[item_id] for item_id in ids if item_id in found]
    is_more = len(ids) > asked.limit and items
    return Page(items, place_text(items[-1].created_at, items[-1].id) if is_more else None)
