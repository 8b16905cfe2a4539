"""Somebody follows an invitation's link and sets a password."""

from shared.domain.companies.invitation import Invitation
from shared.domain.companies.token import Token
from shared.domain.companies.user import User
from shared.domain.errors import NotFound
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.users.create_user import checked_password, hashed, new_user, put_user
from shared.views.users import find_invitation


async def accept_invitation(runtime: Runtime, company_id: str, token: Token, password: str) -> User:
    """The user, new or with the new password and no session left. The link holds no more.

    Raises NotFound for a link that was used or is over, InvalidInput for the password, AddressTaken.
    """
    invitation = await find_invitation(runtime, company_id, token)
    if invitation is None:
        raise NotFound("invitation", "this link")
    company = await runtime.stores.companies.get(company_id)
    await checked_password(password, invitation.email, invitation.name, company.name)
    if invitation.user_id is not None:
        return await _reset(runtime, company_id, invitation, invitation.user_id, password)
    user = await new_user(runtime, invitation.email, invitation.name, invitation.role, password)
    stores = runtime.stores

    async def join(transaction: Transaction) -> User:
        used = await stores.invitations.find(company_id, invitation.id, transaction)
        known = await stores.users.find(company_id, user.id, transaction)
        if known is not None:
            return known  # our own commit, applied though it reported an error
        if used is None:
            raise NotFound("invitation", "this link")
        await put_user(runtime, company_id, transaction, user)
        transaction.delete(stores.invitations.ref(company_id, invitation.id))
        return user

    return await transact(stores.db, join)


async def _reset(
    runtime: Runtime, company_id: str, invitation: Invitation, user_id: str, password: str
) -> User:
    stores, password_hash = runtime.stores, await hashed(password)

    async def reset(transaction: Transaction) -> User:
        used = await stores.invitations.find(company_id, invitation.id, transaction)
        user = await stores.users.get(company_id, user_id, transaction)
        if user.password_hash == password_hash:
            return user
        if used is None or user.disabled_at is not None:
            raise NotFound("invitation", "this link")
        user = replace(user, password_hash=password_hash, sessions_since=runtime.now())
        stores.users.put(transaction, company_id, user_id, user)
        transaction.delete(stores.invitations.ref(company_id, invitation.id))
        return user

    return await transact(stores.db, reset)
