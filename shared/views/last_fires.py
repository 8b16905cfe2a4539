"""How the last fires of some campaigns stand: for a list of them, by the same few questions for all."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.reply_option import Disposition
from shared.domain.fires.fire import Ledger
from shared.firestore.kit.collection import VALUES_PER_QUERY
from shared.firestore.queries.messages import FIRE_MESSAGES_BY_DISPOSITION
from shared.runtime import Runtime
from shared.views.message_sums import Fires

READ_OF_A_KIND = 1_000  # answers; of more, each fire's are counted by the database


class LastFire(Struct, frozen=True, kw_only=True):
    """A campaign's last fire: `ledger` as last summed up, None before that; `answered` as it is now."""

    fired_at: datetime
    ledger: Ledger | None
    answered: int


async def last_fires(runtime: Runtime, company_id: str, campaigns: Sequence[Campaign]) -> dict[str, LastFire]:
    """The last fire of each of these campaigns, by its campaign's id, where it has fired.

    Of at most as many campaigns as one question takes values. Raises ValueError for more.
    """
    wanted = {one.id: one.last_fire_id for one in campaigns if one.last_fire_id is not None}
    if len(wanted) > VALUES_PER_QUERY:
        raise ValueError(f"{len(wanted)} campaigns are more than a question takes")
    stores, ids = runtime.stores, tuple(wanted.values())
    fires, summaries, answered = await asyncio.gather(
        stores.fires.find_many(company_id, ids),
        stores.fire_progress.find_many(company_id, ids),
        _answered(runtime, company_id, ids),
    )
    return {
        campaign_id: LastFire(
            fired_at=fires[fire_id].fired_at,
            ledger=summaries[fire_id].ledger if fire_id in summaries else None,
            answered=answered[fire_id],
        )
        for campaign_id, fire_id in wanted.items()
        if fire_id in fires
    }


async def _answered(runtime: Runtime, company_id: str, fires: Fires) -> Counter[str]:
    """How many messages of each fire were answered."""
    if not fires:
        return Counter()
    kinds = await asyncio.gather(*(_of_a_kind(runtime, company_id, fires, kind) for kind in Disposition))
    return sum(kinds, Counter())


async def _of_a_kind(runtime: Runtime, company_id: str, fires: Fires, kind: Disposition) -> Counter[str]:
    messages, query = runtime.stores.messages, FIRE_MESSAGES_BY_DISPOSITION
    values = messages.each_value(company_id, query, fires, kind, field="fire_id", limit=READ_OF_A_KIND)
    found = Counter([str(value) async for value in values])
    if found.total() < READ_OF_A_KIND:
        return found
    counts = await asyncio.gather(*(messages.count(company_id, query, one, kind) for one in fires))
    return Counter(dict(zip(fires, counts, strict=True)))
