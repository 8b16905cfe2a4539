"""End a session, or all sessions of a user."""

from dataclasses import replace

from shared.domain.companies.user import User
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime


async def sign_out(runtime: Runtime, company_id: str, session_id: str) -> None:
    """End one session; one that has ended is no error."""
    await runtime.stores.sessions.remove(company_id, [session_id])


async def sign_out_everywhere(runtime: Runtime, company_id: str, user_id: str) -> User:
    """End all sessions of the user, wherever they are. Raises NotFound."""
    users = runtime.stores.users

    async def end(transaction: Transaction) -> User:
        user = replace(await users.get(company_id, user_id, transaction), sessions_since=runtime.now())
        users.put(transaction, company_id, user_id, user)
        return user

    return await transact(runtime.stores.db, end)
