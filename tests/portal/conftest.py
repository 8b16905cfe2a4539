"""The portal over the real emulators: two companies, and people with browsers."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

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


@asynccontextmanager
async def _of_clinic(clinic: Clinic, name: str, role: Role) -> AsyncIterator[Visitor]:
    email = f"{name.lower()}@clinic.example.org"
    await create_user(clinic.runtime, clinic.company_id, email, name, role, PASSWORD)
    person = Visitor(clinic.runtime)
    await person.sign_in(email, PASSWORD)
    yield person
    await person.close()


@pytest_asyncio.fixture
async def approver(clinic: Clinic) -> AsyncIterator[Visitor]:
    """An approver of the clinic, who is signed in."""
    async with _of_clinic(clinic, "Kim", Role.APPROVER) as person:
        yield person


@pytest_asyncio.fixture
async def clinic_editor(clinic: Clinic) -> AsyncIterator[Visitor]:
    """An editor of the clinic, who is signed in."""
    async with _of_clinic(clinic, "Eva", Role.EDITOR) as person:
        yield person
