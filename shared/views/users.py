"""Users: who acts for the company in the portal, and who is signed in."""

import asyncio

from msgspec import Struct

from shared import log
from shared.domain.companies.company import Company
from shared.domain.companies.invitation import Invitation
from shared.domain.companies.second_factor import CONFIRM_WITHIN, purpose_of
from shared.domain.companies.session import Session, is_live
from shared.domain.companies.token import Token
from shared.domain.companies.user import User
from shared.domain.sealing import unsealed
from shared.firestore.queries.lists import USERS
from shared.runtime import Runtime
from shared.views.kit.paging import Page, PageAsked, page_of


class SignedIn(Struct, frozen=True, kw_only=True):
    """Who is signed in, where."""

    company: Company
    user: User
    session: Session

    @property
    def must_add_factor(self) -> bool:
        """Whether nothing is shown before the user has a second factor."""
        is_asked = self.company.requires_second_factor and not self.session.by_issuer
        return is_asked and not self.user.has_second_factor


async def list_users(runtime: Runtime, company_id: str, asked: PageAsked) -> Page[User]:
    """The company's users, newest first; also those who may not sign in."""
    return await page_of(runtime.stores.users, company_id, asked, USERS)


async def get_user(runtime: Runtime, company_id: str, user_id: str) -> User:
    """One user. Raises NotFound."""
    return await runtime.stores.users.get(company_id, user_id)


async def find_session(runtime: Runtime, company_id: str, token: Token) -> SignedIn | None:
    """Who holds a session's token, or None when there is no such session, or it is over."""
    session = await runtime.stores.sessions.find(company_id, token.digest)
    if session is None:
        return None
    user, company = await asyncio.gather(
        runtime.stores.users.find(company_id, session.user_id), runtime.stores.companies.find(company_id)
    )
    if user is None or company is None or company.is_being_deleted:
        return None
    if not is_live(session, user, runtime.now()):
        return None
    return SignedIn(company=company, user=user, session=session)


async def find_invitation(runtime: Runtime, company_id: str, token: Token) -> Invitation | None:
    """The invitation of a link, or None when there is none, it was used, or it is over."""
    found = await runtime.stores.invitations.find(company_id, token.digest)
    return found if found is not None and runtime.now() < found.expires_at else None


def shown_secret(runtime: Runtime, company_id: str, user: User) -> str | None:
    """The secret of the second factor that the user is adding; None when there is none, or it is too late."""
    factor = user.second_factor
    if factor is None or factor.is_confirmed or runtime.now() >= factor.added_at + CONFIRM_WITHIN:
        return None
    secret = unsealed(factor.secret, purpose_of(company_id, user.id), runtime.settings.link_keys)
    log.conceal([secret] if secret else [])
    return secret
