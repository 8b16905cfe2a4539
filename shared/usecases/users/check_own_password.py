"""Ask who is signed in for their password once more: a session alone is not enough for some changes."""

from shared.domain.companies.throttle import MOST_TRIES, Counted, throttle_id
from shared.domain.companies.user import User
from shared.domain.errors import InvalidInput
from shared.runtime import Runtime
from shared.usecases.users.sign_in import verified


async def check_own_password(runtime: Runtime, company_id: str, user: User, password: str) -> None:
    """Raise InvalidInput for what is not the user's password, and after too many tries for any.

    Whoever found a browser that was left signed in has as few tries as at signing in.
    """
    throttles = runtime.stores.throttles
    counted = throttle_id(Counted.OWN_ACCOUNT, company_id, user.id)
    if await throttles.count(counted, runtime.now()) > MOST_TRIES[Counted.OWN_ACCOUNT]:
        raise InvalidInput.at("current", "was wrong too often; for a quarter of an hour none is taken here")
    if not await verified(user.password_hash, password):
        raise InvalidInput.at("current", "is not your password")
    await throttles.forget(counted)
