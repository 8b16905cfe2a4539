"""Ask for the days on which a fire sent something to be searched in the providers' history."""

from datetime import date, datetime, timedelta

from shared.domain.evidence.history_search import (
    asked_for,
    days_of,
    days_so_far,
    history_search_id,
    wanted_at_once,
)
from shared.domain.fires.fire import Fire
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.views.history import senders_with_history


async def open_searches(runtime: Runtime, company_id: str, fire: Fire) -> None:
    """Have every day of the fire searched once its quiet period is over. Asking twice is harmless."""
    for sender_id in await senders_with_history(runtime, company_id, fire):
        for day in days_of(fire.fired_at, runtime.now()):
            await _ask(runtime, company_id, sender_id, day, fire.id)


async def ask_at_once(runtime: Runtime, company_id: str, fire: Fire, now: datetime) -> None:
    """Have the fire's days, as far as they have come by `now`, searched from then on."""
    for sender_id in await senders_with_history(runtime, company_id, fire):
        for day in days_so_far(fire.fired_at, now):
            await _ask(runtime, company_id, sender_id, day, fire.id, at_once=now)


async def _ask(
    runtime: Runtime,
    company_id: str,
    sender_id: str,
    day: date,
    fire_id: str,
    *,
    at_once: datetime | None = None,
) -> None:
    searches = runtime.stores.history_searches
    next_at = runtime.now() + timedelta(seconds=runtime.settings.quiet_period_seconds)

    async def ask(transaction: Transaction) -> None:
        item_id = history_search_id(sender_id, day)
        current = await searches.find(company_id, item_id, transaction)
        asked = asked_for(current, sender_id, day, fire_id, next_at)
        asked = wanted_at_once(asked, at_once) if at_once else asked
        searches.put(transaction, company_id, item_id, asked)

    await transact(runtime.stores.db, ask, "open_searches")
