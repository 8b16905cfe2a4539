"""The portal over the real emulators: two companies, and people with browsers."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest_asyncio

from shared.domain.companies.user import Role
from shared.usecases.users.create_user import create_user
from tests.api.conftest import office
from tests.kit.api.office import OURS, Office
from tests.kit.clinic import Clinic
from tests.kit.portal.visitor import Visitor

__all__ = ["office"]
PASSWORD = "lamp river wagon 7"
SignedIn = Callable[..., Awaitable[Visitor]]


@pytest_asyncio.fixture
async def visitor(office: Office) -> AsyncIterator[Visitor]:
    """Somebody who is not signed in."""
    opened = Visitor(office.runtime)
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def signed_in(office: Office) -> AsyncIterator[SignedIn]:
    """Makes a user of a role, of a company, who is signed in."""
    opened: list[Visitor] = []

    async def make(role: Role, company_id: str = OURS) -> Visitor:
        email = f"{role}@{company_id}.example.org"
        if await office.stores.logins.find(email) is None:
            await create_user(office.runtime, company_id, email, f"{role} of {company_id}", role, PASSWORD)
        person = Visitor(office.runtime)
        opened.append(person)
        answer = await person.sign_in(email, PASSWORD)
        assert answer.status_code == 303, answer.text
        return person

    yield make
    for person in opened:
        await person.close()


@pytest_asyncio.fixture
async def approver(clinic: Clinic) -> AsyncIterator[Visitor]:
    """An approver of the clinic, who is signed in."""
    email = "kim@clinic.example.org"
    await create_user(clinic.runtime, clinic.company_id, email, "Kim", Role.APPROVER, PASSWORD)
    person = Visitor(clinic.runtime)
    await person.sign_in(email, PASSWORD)
    yield person
    await person.close()
