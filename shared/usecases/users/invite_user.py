"""Invite a person to be a user, or a user to set a new password: a link that holds once."""

from shared.domain.companies.invitation import TO_JOIN, TO_RESET, Invitation
from shared.domain.companies.token import Token, new_token
from shared.domain.companies.user import Role
from shared.domain.errors import Conflict
from shared.firestore.kit.transactions import Transaction, transact
from shared.firestore.queries.users import INVITATIONS_OF_ADDRESS
from shared.runtime import Runtime
from shared.usecases.users.create_user import AddressTaken, check_name, checked_email

MOST_LINKS = 100  # of one address: each new one to reset ends those before, and others end after a week


async def invite_user(
    runtime: Runtime, company_id: str, email: str, name: str, role: Role, *, by: str
) -> tuple[Invitation, Token]:
    """The invitation, and the token that its link holds: shown once, stored nowhere.

    That the address is an account of another company is told only to who follows the link. Raises NotFound,
    InvalidInput, and AddressTaken for a user of this company.
    """
    await runtime.stores.companies.get(company_id)
    email = checked_email(email)
    check_name(name)
    login = await runtime.stores.logins.find(email)
    if login is not None and login.company_id == company_id:
        raise AddressTaken("Somebody with this email address is a user already.")
    token, now = new_token(company_id), runtime.now()
    invitation = Invitation(
        id=token.digest,
        email=email,
        name=name.strip(),
        role=role,
        invited_by=by,
        created_at=now,
        expires_at=now + TO_JOIN,
    )
    await runtime.stores.invitations.save(company_id, invitation.id, invitation)
    return invitation, token


async def invite_to_reset(
    runtime: Runtime, company_id: str, user_id: str, *, by: str
) -> tuple[Invitation, Token]:
    """As `invite_user`, for a user who lost the password. Links that were made for them before hold no more.

    Raises NotFound, Conflict for a disabled one.
    """
    stores = runtime.stores
    user = await stores.users.get(company_id, user_id)
    if user.disabled_at is not None:
        raise Conflict(f"{user.name} may not sign in. Let them in again first.")
    token, now = new_token(company_id), runtime.now()
    invitation = Invitation(
        id=token.digest,
        email=user.email,
        name=user.name,
        role=user.role,
        invited_by=by,
        created_at=now,
        expires_at=now + TO_RESET,
        user_id=user.id,
    )

    async def replace_links(transaction: Transaction) -> None:
        known = await stores.invitations.some(
            company_id, INVITATIONS_OF_ADDRESS, user.email, limit=MOST_LINKS, transaction=transaction
        )
        for one in known:
            if one.user_id == user.id and one.id != invitation.id:
                transaction.delete(stores.invitations.ref(company_id, one.id))
        stores.invitations.put(transaction, company_id, invitation.id, invitation)

    await transact(stores.db, replace_links)
    return invitation, token
