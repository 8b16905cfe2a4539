"""Make a user, with an email address that is nobody else's account."""

import asyncio
from functools import cache

from shared.domain.channels.address_kinds import AddressInvalid
from shared.domain.channels.email_addresses import normalize_email
from shared.domain.characters import check_characters
from shared.domain.companies.password import check_password, hash_password
from shared.domain.companies.user import EMAIL_CHARACTERS, NAME_CHARACTERS, Role, User
from shared.domain.errors import Conflict, InvalidInput, Problem
from shared.domain.ids import random_id
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime

HASHES_AT_ONCE = 2  # each takes 19 MiB and a processor


class AddressTaken(Conflict):
    """The email address is an account already, of this company or another."""


async def create_user(
    runtime: Runtime, company_id: str, email: str, name: str, role: Role, password: str
) -> User:
    """A new user. Raises InvalidInput for a wrong address, name or password, AddressTaken, NotFound."""
    company = await runtime.stores.companies.get(company_id)
    email = checked_email(email)
    check_name(name)
    await checked_password(password, email, name, company.name)
    user = await new_user(runtime, email, name, role, password)

    async def store(transaction: Transaction) -> User:
        await put_user(runtime, company_id, transaction, user)
        return user

    return await transact(runtime.stores.db, store)


async def new_user(runtime: Runtime, email: str, name: str, role: Role, password: str) -> User:
    """The record of a new user, which is not stored."""
    now = runtime.now()
    return User(
        id=random_id(),
        email=email,
        name=name.strip(),
        role=role,
        password_hash=await hashed(password),
        created_at=now,
        sessions_since=now,
    )


async def put_user(runtime: Runtime, company_id: str, transaction: Transaction, user: User) -> None:
    """Store a new user and their login. Raises AddressTaken."""
    stores = runtime.stores
    taken = await stores.logins.find(user.email, transaction)
    if taken is not None and (taken.company_id, taken.user_id) != (company_id, user.id):
        raise AddressTaken(
            "This email address is an account already. Sign in with it, or take another: an address is one "
            "account of one company."
        )
    stores.logins.put(transaction, company_id, user.id, user.email)
    stores.users.put(transaction, company_id, user.id, user)


def checked_email(email: str) -> str:
    """The address in its one form. Raises InvalidInput."""
    try:
        found = normalize_email(email.strip())
    except AddressInvalid as invalid:
        raise InvalidInput.at("email", invalid.reason) from invalid
    if len(found) > EMAIL_CHARACTERS:
        raise InvalidInput.at("email", f"is longer than {EMAIL_CHARACTERS} characters")
    return found


def check_name(name: str) -> None:
    """Raise InvalidInput for a name that is none."""
    problems = list(check_characters("name", name, is_line=True))
    if not 1 <= len(name.strip()) <= NAME_CHARACTERS:
        problems.append(Problem(field="name", reason=f"must have 1 to {NAME_CHARACTERS} characters"))
    if problems:
        raise InvalidInput(*problems)


async def checked_password(password: str, *known: str) -> None:
    """Raise InvalidInput for a password that is easy to guess for who knows these words of its owner."""
    if problem := await asyncio.to_thread(check_password, password, known):
        raise InvalidInput(problem)


@cache
def hashing_turn(loop: asyncio.AbstractEventLoop) -> asyncio.Semaphore:
    """Whose turn it is to hash in this process: it has one loop, tests have many."""
    return asyncio.Semaphore(HASHES_AT_ONCE)


async def hashed(password: str) -> str:
    """What is stored of the password."""
    async with hashing_turn(asyncio.get_running_loop()):
        return await asyncio.to_thread(hash_password, password)
