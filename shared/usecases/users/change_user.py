"""Change a user: role, whether they may sign in, their own password."""

from collections.abc import Callable

from shared.domain.companies.user import Role, User
from shared.domain.errors import Conflict
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.users.check_own_password import check_own_password
from shared.usecases.users.create_user import checked_password, hashed


async def change_user(
    runtime: Runtime, company_id: str, user_id: str, role: Role, *, may_sign_in: bool, by: str
) -> User:
    """Give the user another role, or take away or give back the right to sign in, at once.

    Raises NotFound, and Conflict for who would take the right to manage users from themselves.
    """
    if by == user_id and (role is not Role.ADMIN or not may_sign_in):
        raise Conflict("You cannot take this from yourself: ask another admin.")

    def change(user: User) -> User:
        disabled_at = None if may_sign_in else user.disabled_at or runtime.now()
        return replace(user, role=role, disabled_at=disabled_at)

    return await _changed(runtime, company_id, user_id, change)


async def change_password(
    runtime: Runtime, company_id: str, user_id: str, current: str, password: str
) -> User:
    """Set a new password for who knows the current one; all sessions end. Raises InvalidInput."""
    user = await runtime.stores.users.get(company_id, user_id)
    company = await runtime.stores.companies.get(company_id)
    await check_own_password(runtime, company_id, user, current)
    await checked_password(password, user.email, user.name, company.name)
    password_hash = await hashed(password)

    def change(user: User) -> User:
        return replace(user, password_hash=password_hash, sessions_since=runtime.now())

    return await _changed(runtime, company_id, user_id, change)


async def _changed(runtime: Runtime, company_id: str, user_id: str, change: Callable[[User], User]) -> User:
    users = runtime.stores.users

    async def apply(transaction: Transaction) -> User:
        user = change(await users.get(company_id, user_id, transaction))
        users.put(transaction, company_id, user_id, user)
        return user

    return await transact(runtime.stores.db, apply)
