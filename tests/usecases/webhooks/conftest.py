"""A clinic whose webhooks reach a receiver on this machine."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.kit.clinic import Clinic
from tests.kit.hooks import Hooks, lets_local, running_hooks


@pytest_asyncio.fixture
async def hooks(clinic: Clinic) -> AsyncIterator[Hooks]:
    """Who takes the clinic's webhooks."""
    lets_local(clinic.runtime)
    async with running_hooks() as hooks:
        yield hooks
