"""An application for the simulators to call back, and a running stack with a company."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from infra.local.stack import Stack
from tests.kit.stack.office import Office, open_office, stack_options
from tests.kit.stack.webhook_receiver import Receiver, running_receiver


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Takes and remembers every webhook."""
    async with running_receiver() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """The stack as `make up` starts it, with ticks only on demand."""
    async with Stack(stack_options(tmp_path_factory.mktemp("stack"))) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def office(stack: Stack) -> AsyncIterator[Office]:
    """A new company on the stack."""
    async with open_office(stack) as opened:
        await opened.simulator.clear_messages()
        yield opened
