"""An application for the simulators to call back, and a company on the running stack."""

from collections.abc import AsyncIterator

import pytest_asyncio

from infra.local.stack import Stack
from tests.kit.stack.office import Office, open_office
from tests.kit.stack.webhook_receiver import Receiver, running_receiver


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Takes and remembers every webhook."""
    async with running_receiver() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def office(stack: Stack) -> AsyncIterator[Office]:
    """A new company on the stack."""
    async with open_office(stack) as opened:
        await opened.simulator.clear_messages()
        yield opened
