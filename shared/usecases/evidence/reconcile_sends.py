"""The five-minute tick: settle by the providers' own history what receipts left open."""

import logging
import time
from datetime import datetime

from shared import log
from shared.domain.errors import NotFound
from shared.domain.evidence.history_search import HistorySearch
from shared.domain.messages.message import MessageState
from shared.firestore.queries.evidence import SEARCHES_DUE
from shared.runtime import Runtime
from shared.usecases.evidence.end_broadcasts import begin_collecting, end_broadcasts
from shared.usecases.evidence.search_day import search_day
from shared.usecases.evidence.search_unknown import UNASKABLE, search_unknown

RUN_SECONDS = 200.0  # of the tick's 300: a run that is cut short goes on at the next tick


async def reconcile_sends(runtime: Runtime, now: datetime) -> dict[str, int]:
    """Search for unknown messages, then go through days with missing receipts; returns what was settled.

    Broadcasts whose waves are through have their days read at once, and end then.

    What fails does not keep the rest from it. Raises ExceptionGroup after all.
    """
    started = time.monotonic()
    unknown = await search_unknown(runtime, now)
    await begin_collecting(runtime, now)
    receipts = await _search_days(runtime, now, started + RUN_SECONDS, unknown.errors)
    ended = await end_broadcasts(runtime, now)
    if unknown.errors:
        raise ExceptionGroup("Not everything could be searched.", unknown.errors)
    return {
        "searched": unknown.states.total(),
        "sent": unknown.states[MessageState.SENT],
        "failed": unknown.states[MessageState.FAILED],
        "unknown": unknown.states[MessageState.UNKNOWN],
        "receipts": receipts,
        "broadcasts_ended": ended,
    }


async def _search_days(runtime: Runtime, now: datetime, deadline: float, errors: list[Exception]) -> int:
    found = runtime.stores.history_searches.each_across_companies(SEARCHES_DUE, True, now)
    settled = 0
    for company_id, search in [pair async for pair in found]:
        if time.monotonic() >= deadline:
            break
        with log.context(company_id=company_id, sender_id=search.sender_id):
            try:
                settled += await _search_day(runtime, company_id, search, deadline)
            except (*UNASKABLE, NotFound) as error:
                log.event("day not searched", level=logging.WARNING, reason=str(error))
            except Exception as error:  # noqa: BLE001 - raised when the others have had their turn
                log.event("day not searched", level=logging.ERROR, error=error)
                errors.append(error)
    return settled


async def _search_day(runtime: Runtime, company_id: str, search: HistorySearch, deadline: float) -> int:
    sender = await runtime.stores.senders.get(company_id, search.sender_id)
    credentials = await runtime.credentials(company_id, sender)
    history = runtime.provider_history(sender, credentials)
    if history is None:
        return 0
    return await search_day(runtime, company_id, search, sender, history, deadline)
