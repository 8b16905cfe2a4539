"""Add a second factor to one's account: a secret for an app, then a code that shows that the app has it."""

from shared import log
from shared.domain.companies.second_factor import (
    CONFIRM_WITHIN,
    SecondFactor,
    new_recovery_codes,
    new_secret,
    purpose_of,
    recovery_digest,
)
from shared.domain.companies.user import User
from shared.domain.errors import Conflict, InvalidInput
from shared.domain.record import replace
from shared.domain.sealing import sealed
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.users.check_own_password import check_own_password
from shared.usecases.users.use_code import use_code

_HAS_ONE = "Your account has a second factor already. Remove it first, to add another."


async def add_second_factor(runtime: Runtime, company_id: str, user_id: str, password: str) -> str:
    """The secret of a second factor that is still to be confirmed; shown to its owner once, stored sealed.

    Asked for again it is another. Raises NotFound, InvalidInput for a wrong password, Conflict for who has
    one.
    """
    users, secret = runtime.stores.users, new_secret()
    log.conceal([secret])
    user = await users.get(company_id, user_id)
    await check_own_password(runtime, company_id, user, password)
    hidden = sealed(secret, purpose_of(company_id, user_id), runtime.settings.link_keys[0])
    added = SecondFactor(secret=hidden, added_at=runtime.now())

    async def add(transaction: Transaction) -> None:
        current = await users.get(company_id, user_id, transaction)
        if current.has_second_factor:
            raise Conflict(_HAS_ONE)
        users.put(transaction, company_id, user_id, replace(current, second_factor=added))

    await transact(runtime.stores.db, add)
    return secret


async def confirm_second_factor(
    runtime: Runtime, company_id: str, user_id: str, code: str
) -> tuple[User, list[str]]:
    """From now on a code is asked for. All sessions end. The recovery codes are shown once, stored hashed.

    Raises NotFound, InvalidInput for a wrong code, Conflict when none was begun to be added, or long ago.
    """
    users, now = runtime.stores.users, runtime.now()
    begun = (await users.get(company_id, user_id)).second_factor
    if begun is None or begun.is_confirmed or now >= begun.added_at + CONFIRM_WITHIN:
        raise Conflict("No second factor waits for its first code. Begin again.")
    after = await use_code(runtime, company_id, user_id, code)
    if after is None or after.second_factor is None:
        raise InvalidInput.at("code", "is not the one your app shows now; check that its clock is right")
    codes, use = new_recovery_codes(), after.second_factor.last_use
    digests = tuple(recovery_digest(one) for one in codes)

    async def confirm(transaction: Transaction) -> User:
        current = await users.get(company_id, user_id, transaction)
        factor = current.second_factor
        if factor is None or factor.last_use != use or factor.recovery not in ((), digests):
            raise Conflict("Your account was changed meanwhile. Look at it again.")
        factor = replace(factor, confirmed_at=now, recovery=digests)
        changed = replace(current, second_factor=factor, sessions_since=now)
        users.put(transaction, company_id, user_id, changed)
        return changed

    user = await transact(runtime.stores.db, confirm)
    log.event("second factor added", user_id=user_id)
    return user, codes


async def renew_recovery_codes(runtime: Runtime, company_id: str, user_id: str, code: str) -> list[str]:
    """New recovery codes for who gives a code of the app; the ones before hold no more.

    Raises NotFound, InvalidInput for a wrong code.
    """
    users = runtime.stores.users
    after = await use_code(runtime, company_id, user_id, code)
    if after is None or not after.has_second_factor:
        raise InvalidInput.at("code", "is not the one your app shows now")
    codes = new_recovery_codes()
    digests = tuple(recovery_digest(one) for one in codes)

    async def renew(transaction: Transaction) -> None:
        current = await users.get(company_id, user_id, transaction)
        if current.second_factor is None:
            raise Conflict("Your account was changed meanwhile. Look at it again.")
        factor = replace(current.second_factor, recovery=digests)
        users.put(transaction, company_id, user_id, replace(current, second_factor=factor))

    await transact(runtime.stores.db, renew)
    log.event("recovery codes renewed", user_id=user_id)
    return codes
