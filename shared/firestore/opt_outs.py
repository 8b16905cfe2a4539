"""Opt-outs, each under the hash of its channel and address."""

import asyncio
from collections import OrderedDict
from collections.abc import Collection as Sized

from google.cloud.firestore import AsyncClient

from shared.domain.contacts.opt_out import OptOut, active
from shared.firestore.kit.collection import Collection
from shared.firestore.queries.messages import OPT_OUTS_THAT_HOLD

KEPT_FIRES = 8
MOST_KEPT = 10_000
WORTH_READING = 4  # all of them are read where a fire has so many times more recipients


class OptOuts(Collection[OptOut]):
    """Who refused, or is out of reach."""

    def __init__(self, db: AsyncClient) -> None:
        super().__init__(db, "opt_outs", OptOut, "opt-out")
        self._of_fires: OrderedDict[tuple[str, str], dict[str, OptOut] | None] = OrderedDict()
        self._reading = asyncio.Lock()

    async def ahead(
        self, company_id: str, fire_id: str, planned: int, item_ids: Sized[str]
    ) -> dict[str, OptOut]:
        """Those of these opt-outs that hold, by id, for planning a fire of so many recipients.

        A company with few has all of them read, once for the fire, and not one by one. What came
        since then is not among them: the intent reads each again.
        """
        async with self._reading:
            known = await self._known(company_id, fire_id, planned)
        if known is None:
            return active((await self.find_many(company_id, item_ids)).values())
        return {item_id: known[item_id] for item_id in item_ids if item_id in known}

    async def _known(self, company_id: str, fire_id: str, planned: int) -> dict[str, OptOut] | None:
        """All that hold; None when they are too many for that."""
        key = (company_id, fire_id)
        if key not in self._of_fires:
            self._of_fires[key] = await self._read_all(company_id, min(MOST_KEPT, planned // WORTH_READING))
            if len(self._of_fires) > KEPT_FIRES:
                self._of_fires.popitem(last=False)
        return self._of_fires[key]

    async def _read_all(self, company_id: str, most: int) -> dict[str, OptOut] | None:
        count = await self.count(company_id, OPT_OUTS_THAT_HOLD, True)
        if count > most:
            return None
        found = await self.some(company_id, OPT_OUTS_THAT_HOLD, True, limit=most) if count else []
        return active(found)
