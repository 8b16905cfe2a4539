"""Use cases against the real emulators and the provider simulators, with jobs run in this process."""

from collections.abc import AsyncIterator
from importlib import import_module
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from infra.local.emulators import Emulators
from infra.local.pubsub_setup import set_up_pubsub
from infra.local.simulator.client import SimulatorClient
from infra.manifest import Trigger, read_manifest
from shared.providers import registry
from shared.runtime import Runtime
from shared.settings import Settings
from tests.kit.buckets import create_bucket
from tests.kit.clinic import Clinic
from tests.kit.clock import Clock
from tests.kit.counting_proxy import CountingProxy
from tests.kit.measured import Measured

# Loaded here, not in the first call of a test, whose short time-out the import would use up.
for vendor in ("twilio", "sendgrid", "ses", "smtp", "meta"):
    for part in ("client", "account"):
        import_module(f"{registry.__package__}.{vendor}.{part}")
import_module("twilio.rest.api.v2010")  # what twilio itself loads late, for a second or two


@pytest_asyncio.fixture
async def clinic(
    emulators: Emulators,
    simulator: SimulatorClient,
    clock: Clock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Clinic]:
    """A company with an SMS and an email sender, in a database and a bucket of its own."""
    for variable, value in emulators.env.items():
        monkeypatch.setenv(variable, value)
    name = f"test-{uuid4().hex[:12]}"
    await create_bucket(emulators, name)
    settings = Settings(
        project_id=name,
        upload_bucket=name,
        public_url="http://127.0.0.1:9",  # nobody listens: receipts are given by the tests
        signing_key="signing-key",
        secrets=str(tmp_path / "secrets.json"),
        provider_base_urls=simulator.base_urls,
        caller_token="caller-token",
        storage_emulator_host=emulators.storage,
        listeners_remembered_seconds=3600,  # counts of reads do not depend on the machine's speed
    )
    clinic = Clinic(Runtime(settings, clock), simulator)
    await clinic.open()
    yield clinic
    await clinic.close()


@pytest_asyncio.fixture
async def measured(
    clinic: Clinic, emulators: Emulators, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Measured]:
    """The same clinic, its database and topics behind proxies."""
    project = clinic.runtime.settings.project_id
    await set_up_pubsub(emulators.pubsub, project, read_manifest().with_trigger(Trigger.WORKER))
    async with CountingProxy() as proxy, CountingProxy() as pubsub:
        proxy.target, pubsub.target = emulators.firestore, emulators.pubsub
        monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", proxy.address)
        behind = Clinic(Runtime(clinic.runtime.settings), clinic.simulator)
        yield Measured(behind, proxy, pubsub)
        await behind.close()
