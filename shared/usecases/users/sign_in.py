"""Sign a user in: equal answers and equal work, whether there is such an account or not."""

import asyncio

from msgspec import Struct

from shared.domain.companies.audit_record import AuditAction
from shared.domain.companies.password import is_password, nobodys_hash
from shared.domain.companies.session import new_session
from shared.domain.companies.throttle import MOST_TRIES, Counted, throttle_id
from shared.domain.companies.token import Token, new_token
from shared.domain.companies.user import User, email_key
from shared.domain.errors import RollcallError
from shared.domain.ids import ID_LENGTH
from shared.firestore.kit.transactions import commit
from shared.runtime import Runtime
from shared.usecases.users.create_user import hashing_turn
from shared.usecases.users.note_sign_in import note_refusal, note_sign_in

_NOBODY = "0" * ID_LENGTH


class SignInRefused(RollcallError):
    """Email and password are not those of an account that may sign in."""


class TooManyTries(RollcallError):
    """So many tries were made for this account, or from this address, that none is looked at."""


class NewSession(Struct, frozen=True, kw_only=True):
    """A session that was begun: the token for its browser, and whether a code must come before any page."""

    token: Token
    awaits_code: bool


async def sign_in(runtime: Runtime, email: str, password: str, address: str) -> NewSession:
    """A session for who gives an account's email and password. `address` is where they ask from.

    Raises SignInRefused, and TooManyTries, for accounts that do not exist as for others.
    """
    account = throttle_id(Counted.ACCOUNT, email_key(email))
    tries = await asyncio.gather(
        runtime.stores.throttles.count(account, runtime.now()),
        runtime.stores.throttles.count(throttle_id(Counted.ADDRESS, address), runtime.now()),
    )
    if tries[0] > MOST_TRIES[Counted.ACCOUNT] or tries[1] > MOST_TRIES[Counted.ADDRESS]:
        raise TooManyTries(
            "Too many tries. For a quarter of an hour no password is taken here; wait, or ask an admin of "
            "your company for a link to set a new one."
        )
    login = await runtime.stores.logins.find(email)
    company_id, user_id = (login.company_id, login.user_id) if login else (_NOBODY, _NOBODY)
    user = await runtime.stores.users.find(company_id, user_id)
    is_right = await verified(user.password_hash if user else None, password)
    if user is None or user.disabled_at is not None or not is_right:
        await note_refusal(runtime, company_id, user, address)
        raise SignInRefused("This email and password do not go together. Check both, and try again.")
    await runtime.stores.throttles.forget(account)
    return await begin_session(runtime, company_id, user, came_from=address)


async def begin_session(
    runtime: Runtime,
    company_id: str,
    user: User,
    *,
    gave_code: bool = False,
    by_issuer: bool = False,
    came_from: str | None = None,
) -> NewSession:
    """A session of the user's; the browser alone keeps its token. Always a new one: none is taken over.

    Of a user with a second factor who has not given its code yet, the session waits for that. `by_issuer`:
    the company's issuer said who it is. Who signs in with it, from the network address `came_from`, is noted
    once they are in; None: the session takes the place of one there was.
    """
    token, now = new_token(company_id), runtime.now()
    awaits_code = user.has_second_factor and not gave_code
    session = new_session(token.digest, user.id, now, awaits_code=awaits_code, by_issuer=by_issuer)
    writer = runtime.stores.db.batch()
    runtime.stores.sessions.put(writer, company_id, session.id, session)
    if not awaits_code:
        runtime.stores.users.change(writer, company_id, user.id, signed_in_at=now)
    if not awaits_code and came_from is not None:
        begun = AuditAction.BEGUN
        note_sign_in(runtime, writer, company_id, user, begun, session_id=session.id, came_from=came_from)
    await commit(writer)
    return NewSession(token=token, awaits_code=awaits_code)


async def verified(password_hash: str | None, password: str) -> bool:
    """Whether the password is right; nobody's takes as long as anybody's."""
    async with hashing_turn(asyncio.get_running_loop()):
        nobodys = await asyncio.to_thread(nobodys_hash)  # in any case: the first time it is work
        is_right = await asyncio.to_thread(is_password, password_hash or nobodys, password)
    return is_right and password_hash is not None
