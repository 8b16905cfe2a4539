"""Count what a fire that is over came to, and store it: reports of many fires read that."""

from shared.domain.fires.fire import Fire
from shared.domain.fires.fire_sums import CountedSums, as_counts, counted_again_at, may_be_summed
from shared.runtime import Runtime
from shared.views.fire_sums import count_all
from shared.views.ledger import kept_progress
from shared.views.range_sums import TALLIED


async def count_sums(runtime: Runtime, company_id: str, fire_id: str) -> bool:
    """Whether they were counted and stored, if it is time for that.

    They are taken for true only when all that was changed under the last mark is committed, and nobody has
    marked them since they were looked at.
    """
    sums, now = runtime.stores.fire_sums, runtime.now()
    version = await sums.find_version(company_id, fire_id)
    if version is None or not version.record.is_wanted(now):
        return False
    fire = await runtime.stores.fires.find(company_id, fire_id)
    if fire is None or await kept_progress(runtime, company_id, fire) is not None:
        await sums.remove(company_id, [fire_id])  # its messages are deleted: its last summary is what is left
        return False
    if not may_be_summed(fire, now):  # it goes on; others come first until it is over
        await sums.change_version(company_id, fire_id, version, due_at=now)
        return False
    counted = await _count(runtime, company_id, fire)
    is_true = version.record.is_settled(now) and not any(one.ledger.pending for one in counted.steps)
    again = {"due_at": counted_again_at(fire, now)} if is_true else {}
    return await sums.change_version(company_id, fire_id, version, counts=as_counts(counted), **again)


async def _count(runtime: Runtime, company_id: str, fire: Fire) -> CountedSums:
    at = runtime.now()
    books, found, _ = await count_all(runtime, company_id, fire, TALLIED)
    return CountedSums(at=at, steps=books.steps, sums=found)
