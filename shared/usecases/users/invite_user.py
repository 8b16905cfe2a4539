"""Invite a person to be a user, or a user to set a new password: a link that holds once."""

from shared.domain.companies.invitation import TO_JOIN, TO_RESET, Invitation
from shared.domain.companies.token import Token, new_token
from shared.domain.companies.user import Role
from shared.domain.errors import Conflict
from shared.runtime import Runtime
from shared.usecases.users.create_user import AddressTaken, check_name, checked_email


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
    """As `invite_user`, for a user who lost the password. Raises NotFound, Conflict for a disabled one."""
    user = await runtime.stores.users.get(company_id, user_id)
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
    await runtime.stores.invitations.save(company_id, invitation.id, invitation)
    return invitation, token
