"""Ask for the sums of fires that have none stored: those that closed before there were sums."""

from collections.abc import Iterable

from google.api_core.exceptions import AlreadyExists

from shared.domain.fires.fire_sums import StoredSums
from shared.firestore.kit.transactions import commit
from shared.runtime import Runtime


async def ask_sums(runtime: Runtime, company_id: str, fire_ids: Iterable[str]) -> None:
    """Have the sweep count them: at most as many as a commit takes."""
    asked = [StoredSums(id=fire_id, due_at=runtime.now()) for fire_id in fire_ids]
    if not asked:
        return
    writer = runtime.stores.db.batch()
    for sums in asked:
        runtime.stores.fire_sums.create(writer, company_id, sums.id, sums)
    try:
        await commit(writer)
    except AlreadyExists:  # another asks too: who still misses some asks again
        return
