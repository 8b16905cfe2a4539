"""How far the days of a fire were read in its providers' histories."""

from datetime import datetime

from shared.domain.evidence.history_search import HistorySearch, days_so_far, history_search_id
from shared.domain.fires.fire import Fire
from shared.providers import registry
from shared.runtime import Runtime


async def senders_with_history(runtime: Runtime, company_id: str, fire: Fire) -> list[str]:
    """The fire's senders whose provider keeps a list of what it sent."""
    content = await runtime.stores.campaign_contents.frozen(company_id, fire.campaign_id, fire.content_hash)
    found = {sender.id: registry.find(sender.provider) for sender in content.senders.values()}
    return [key for key, provider in found.items() if provider and provider.open_history is not None]


async def read_searches(
    runtime: Runtime, company_id: str, fire: Fire, until: datetime
) -> list[HistorySearch]:
    """The searches of the fire's days up to that moment, as far as anybody has asked for them."""
    senders = await senders_with_history(runtime, company_id, fire)
    days = days_so_far(fire.fired_at, until)
    ids = [history_search_id(sender_id, day) for sender_id in senders for day in days]
    return list((await runtime.stores.history_searches.find_many(company_id, ids)).values())
