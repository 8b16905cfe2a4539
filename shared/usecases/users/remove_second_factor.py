"""Take a user's second factor away: by themselves, or by an admin when the phone is lost."""

from shared import log
from shared.domain.companies.user import User
from shared.domain.errors import InvalidInput
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.users.use_code import use_code


async def remove_own_second_factor(runtime: Runtime, company_id: str, user_id: str, code: str) -> User:
    """Without it, for who gives a code. Raises NotFound, InvalidInput for a wrong code."""
    if await use_code(runtime, company_id, user_id, code) is None:
        raise InvalidInput.at("code", "does not hold; wait for the next one, or use a recovery code")
    return await remove_second_factor(runtime, company_id, user_id, by=user_id)


async def remove_second_factor(runtime: Runtime, company_id: str, user_id: str, *, by: str) -> User:
    """Without it; all sessions end. Where the company requires one, the next sign-in leads to a new one.

    `by` is the user who does it. Raises NotFound.
    """
    users = runtime.stores.users

    async def remove(transaction: Transaction) -> User:
        current = await users.get(company_id, user_id, transaction)
        changed = replace(current, second_factor=None, sessions_since=runtime.now())
        users.put(transaction, company_id, user_id, changed)
        return changed

    user = await transact(runtime.stores.db, remove)
    log.event("second factor removed", user_id=user_id, by=by)
    return user
