"""Make an API key. Its text is returned once and stored nowhere."""

from collections.abc import Collection
from datetime import datetime

from shared.domain.companies.api_key import ApiKey, Scope, new_key
from shared.domain.errors import InvalidInput, Problem
from shared.domain.ids import random_id
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime


async def create_api_key(
    runtime: Runtime,
    company_id: str,
    name: str,
    scopes: Collection[Scope],
    *,
    expires_at: datetime | None = None,
    key_id: str | None = None,
    made_by: tuple[str, ...] = (),
) -> tuple[ApiKey, str]:
    """The stored key, and the text its owner must keep.

    `made_by` are the users behind who asks (see ApiKey). With the same `key_id` again the key gets a new
    text: the first was never shown. Raises NotFound for an unknown company, InvalidInput for no scope or an
    end that is over.
    """
    now = runtime.now()
    problems = []
    if not scopes:
        problems.append(Problem(field="scopes", reason=f"give at least one of {', '.join(Scope)}"))
    if expires_at is not None and expires_at <= now:
        problems.append(Problem(field="expires_at", reason="is over; give a time to come, or leave it out"))
    if problems:
        raise InvalidInput(*problems)
    await runtime.stores.companies.get(company_id)
    key, text = new_key(company_id, key_id or random_id(), name, scopes, now, expires_at, made_by)
    await runtime.stores.api_keys.save(company_id, key.id, key)
    return key, text


async def revoke_api_key(runtime: Runtime, company_id: str, key_id: str) -> ApiKey:
    """End a key at once and for good; revoking it again changes nothing. Raises NotFound."""
    stores = runtime.stores

    async def revoke(transaction: Transaction) -> ApiKey:
        key = await stores.api_keys.get(company_id, key_id, transaction)
        if key.revoked_at is None:
            key = replace(key, revoked_at=runtime.now())
            stores.api_keys.put(transaction, company_id, key_id, key)
        return key

    return await transact(stores.db, revoke)
