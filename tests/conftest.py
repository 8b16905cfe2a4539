"""What tests of several parts share: one set of emulators for the whole run, and a simulator per test."""

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from infra.local.emulators import Emulators, running_emulators
from infra.local.simulator.app import running_simulator
from infra.local.simulator.client import SimulatorClient, simulator_client
from infra.local.simulator.faults import Delays
from infra.local.stack import Stack
from tests.kit.clock import Clock
from tests.kit.stack.office import stack_options

pytest_plugins = (
    "tests.kit.suite.ceiling",
    "tests.kit.suite.moments",
    "tests.kit.suite.orderly_end",
    "tests.kit.suite.sharing",
)
UPLOAD_TOPIC = "ingest-file"
GIVEN_EMULATORS = "TEST_EMULATORS"  # in the environment: those that run already, as JSON


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def emulators(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Emulators]:
    """Firestore, Pub/Sub and Cloud Storage, started once; tests keep apart by company, topic or name."""
    if GIVEN_EMULATORS in os.environ:
        yield Emulators(**json.loads(os.environ[GIVEN_EMULATORS]))
        return
    directory = tmp_path_factory.mktemp("emulators")
    async with running_emulators(
        directory, project_id="rollcall-test", bucket="uploads", upload_topic=UPLOAD_TOPIC
    ) as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """The stack as `make up` starts it, with ticks only on demand: one for the whole run, in its loop.

    Whoever uses it has that loop: `pytestmark = pytest.mark.asyncio(loop_scope="session")`.
    """
    async with Stack(stack_options(tmp_path_factory.mktemp("stack"))) as running:
        yield running


@pytest_asyncio.fixture
async def simulator(tmp_path: Path, clock: Clock) -> AsyncIterator[SimulatorClient]:
    """Twilio, SendGrid and the phone page in this process, with short delays and the test's clock."""
    delays = Delays(receipt=0.01, slow=0.2, timeout=10, ring=60, speech=0)
    async with (
        running_simulator(
            tmp_path / "simulator.sqlite", delays=delays, clock=lambda: clock().timestamp()
        ) as address,
        simulator_client(address) as client,
    ):
        yield client
