"""Use a code of a user's second factor up."""

from shared.domain.companies.second_factor import purpose_of, used
from shared.domain.companies.throttle import MOST_TRIES, Counted, throttle_id
from shared.domain.companies.user import User
from shared.domain.ids import random_id
from shared.domain.record import replace
from shared.domain.sealing import sealed, unsealed
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.users.sign_in import TooManyTries


async def use_code(runtime: Runtime, company_id: str, user_id: str, code: str) -> User | None:
    """The user after the code was used, or None when it does not hold. Raises NotFound, TooManyTries.

    Of several at once with the same code one gets through. The secret is sealed anew, by the present key.
    """
    counted = await count_try(runtime, company_id, Counted.CODE, company_id, user_id)
    users, use, settings = runtime.stores.users, random_id(), runtime.settings
    purpose = purpose_of(company_id, user_id)

    async def take(transaction: Transaction) -> User | None:
        user = await users.get(company_id, user_id, transaction)
        factor = user.second_factor
        if factor is None or factor.last_use == use:
            return user if factor else None  # our own commit, applied though it reported an error
        secret = unsealed(factor.secret, purpose, settings.link_keys)
        after = used(factor, secret, code, runtime.now(), use) if secret else None
        if secret is None or after is None:
            return None
        after = replace(after, secret=sealed(secret, purpose, settings.link_keys[0]))
        changed = replace(user, second_factor=after)
        users.put(transaction, company_id, user_id, changed)
        return changed

    taken = await transact(runtime.stores.db, take)
    if taken is not None:
        await runtime.stores.throttles.forget(counted)
    return taken


async def count_try(runtime: Runtime, company_id: str, counted: Counted, *what: str) -> str:
    """Count a try at a code; under what it is counted. Raises TooManyTries, so that no code is looked at."""
    counted_by = throttle_id(counted, *what)
    if await runtime.stores.throttles.count(counted_by, runtime.now()) > MOST_TRIES[counted]:
        raise TooManyTries("Too many tries. For a quarter of an hour no code is taken here; wait.")
    return counted_by
