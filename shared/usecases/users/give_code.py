"""Give the second factor's code after the password: only then does the session begin."""

from shared import log
from shared.domain.companies.session import Session, may_give_code
from shared.domain.companies.throttle import Counted
from shared.domain.companies.token import Token
from shared.domain.errors import NotFound
from shared.runtime import Runtime
from shared.usecases.users.note_sign_in import note_refusal
from shared.usecases.users.sign_in import NewSession, SignInRefused, begin_session
from shared.usecases.users.use_code import count_try, use_code


async def give_code(runtime: Runtime, company_id: str, token: Token, code: str, address: str) -> NewSession:
    """A session in place of the one that awaited the code. A code holds once, also a recovery code.

    `token` is that of the waiting session. Raises NotFound when that is over: begin again with the password;
    SignInRefused for a code that does not hold, whatever the reason; TooManyTries.
    """
    waiting = await find_waiting(runtime, company_id, token)
    if waiting is None:
        raise NotFound("session", "this sign-in")
    await count_try(runtime, company_id, Counted.ADDRESS, address)
    user = await use_code(runtime, company_id, waiting.user_id, code)
    if user is None:
        log.event("second factor refused", user_id=waiting.user_id)
        await note_refusal(
            runtime, company_id, await runtime.stores.users.get(company_id, waiting.user_id), address
        )
        raise SignInRefused(
            "This code does not hold. Wait for the next one, or use a recovery code that you have not used."
        )
    await runtime.stores.sessions.remove(company_id, [waiting.id])
    return await begin_session(runtime, company_id, user, gave_code=True, came_from=address)


async def find_waiting(runtime: Runtime, company_id: str, token: Token) -> Session | None:
    """The session that awaits a code, or None when there is no such, or its time is over."""
    session = await runtime.stores.sessions.find(company_id, token.digest)
    user = await runtime.stores.users.find(company_id, session.user_id) if session else None
    if session is None or user is None or not may_give_code(session, user, runtime.now()):
        return None
    return session
