"""Note that an API key is in use, so that a company sees which ones it needs no more."""

from shared.domain.companies.api_key import NOTED_EVERY, ApiKey
from shared.firestore.kit.transactions import commit
from shared.runtime import Runtime


async def note_key(runtime: Runtime, company_id: str, key: ApiKey) -> None:
    """Note it once in a while; reading must not be a write each time."""
    now = runtime.now()
    if key.last_used_at is not None and now < key.last_used_at + NOTED_EVERY:
        return
    writer = runtime.stores.db.batch()
    runtime.stores.api_keys.change(writer, company_id, key.id, last_used_at=now)
    await commit(writer)
