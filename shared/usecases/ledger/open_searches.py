"""Ask for the days on which a fire sent something to be searched in the providers' history."""

from datetime import date, timedelta

from shared.domain.evidence.history_search import asked_for, days_of, history_search_id
from shared.domain.fires.fire import Fire
from shared.firestore.kit.transactions import Transaction, transact
from shared.providers import registry
from shared.runtime import Runtime


async def open_searches(runtime: Runtime, company_id: str, fire: Fire) -> None:
    """Have every day of the fire searched once its quiet period is over. Asking twice is harmless."""
    content = await runtime.stores.campaign_contents.frozen(company_id, fire.campaign_id, fire.content_hash)
    for sender in content.senders.values():
        provider = registry.find(sender.provider)
        if provider is None or provider.open_history is None:
            continue
        for day in days_of(fire.fired_at, runtime.now()):
            await _ask(runtime, company_id, sender.id, day, fire.id)


async def _ask(runtime: Runtime, company_id: str, sender_id: str, day: date, fire_id: str) -> None:
    searches = runtime.stores.history_searches
    next_at = runtime.now() + timedelta(seconds=runtime.settings.quiet_period_seconds)

    async def ask(transaction: Transaction) -> None:
        item_id = history_search_id(sender_id, day)
        current = await searches.find(company_id, item_id, transaction)
        searches.put(transaction, company_id, item_id, asked_for(current, sender_id, day, fire_id, next_at))

    await transact(runtime.stores.db, ask, "open_searches")
