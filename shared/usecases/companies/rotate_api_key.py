"""Replace an API key by another like it; the one before works on for a while."""

from datetime import timedelta

from shared.domain.companies.api_key import ApiKey, makers_of_next, new_key
from shared.domain.errors import Conflict
from shared.domain.ids import random_id
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime

MOST_OVERLAP_HOURS = 24 * 30


async def rotate_api_key(
    runtime: Runtime,
    company_id: str,
    key_id: str,
    overlap: timedelta,
    *,
    new_key_id: str | None = None,
    made_by: tuple[str, ...] = (),
) -> tuple[ApiKey, str]:
    """The new key, with the name and scopes of the one before, and its text, which is kept nowhere.

    The one before ends after `overlap`, or at its own end if that is sooner. A key that was to end gets as
    long a life again. `made_by` are the users behind who asks. With the same `new_key_id` again the key gets
    a new text. Raises NotFound, and Conflict for a key that has ended or was rotated already.
    """
    keys, now = runtime.stores.api_keys, runtime.now()
    new_id = new_key_id or random_id()

    async def rotate(transaction: Transaction) -> tuple[ApiKey, str]:
        old = await keys.get(company_id, key_id, transaction)
        if not old.is_live(now):
            raise Conflict("This key has ended. Make a new one.")
        if old.rotated_to not in (None, new_id):
            raise Conflict("This key was rotated already. Rotate the one that took its place.")
        lasts = old.expires_at - old.created_at if old.expires_at and old.rotated_to is None else None
        makers, end = makers_of_next(old, made_by), now + lasts if lasts else None
        made, text = new_key(company_id, new_id, old.name, old.scopes, now, end, makers)
        ends_at = min(filter(None, (old.expires_at, now + overlap)))
        keys.put(transaction, company_id, old.id, replace(old, expires_at=ends_at, rotated_to=new_id))
        keys.put(transaction, company_id, made.id, made)
        return made, text

    return await transact(runtime.stores.db, rotate)
