"""Note, before something is changed that fires' stored sums are made of, that they are not true any more."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta

from google.api_core.exceptions import NotFound

from shared.domain.fires.fire_sums import MARKED_FOR
from shared.firestore.kit.transactions import commit
from shared.runtime import Runtime

MOST_REMEMBERED = 10_000  # forgetting a mark costs one write more


async def mark_sums(runtime: Runtime, company_id: str, fire_ids: Iterable[str]) -> None:
    """Mark those of the fires that have sums stored; of the others nothing is to be noted.

    A process marks a fire once in MARKED_FOR, whatever it changes meanwhile: sums are taken for true no
    sooner than SETTLED_AFTER the last mark. So a mark is some writes an hour, and not one for each message.
    """
    marked, now = runtime.sums_marked, runtime.now()
    wanted = [
        fire_id
        for fire_id in set(fire_ids)
        if not timedelta() <= now - marked.get((company_id, fire_id), now - MARKED_FOR) < MARKED_FOR
    ]
    await asyncio.gather(*(_mark(runtime, company_id, fire_id) for fire_id in wanted))
    if len(marked) > MOST_REMEMBERED:
        marked.clear()
    marked.update({(company_id, fire_id): now for fire_id in wanted})


async def _mark(runtime: Runtime, company_id: str, fire_id: str) -> None:
    writer = runtime.stores.db.batch()
    runtime.stores.fire_sums.change(writer, company_id, fire_id, due_at=runtime.now())
    try:
        await commit(writer)
    except NotFound:  # none are stored: who wants them counts
        return
