"""An application for the simulators to call back."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.kit.stack.webhook_receiver import Receiver, running_receiver


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Takes and remembers every webhook."""
    async with running_receiver() as running:
        yield running
