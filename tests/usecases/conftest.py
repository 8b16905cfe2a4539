"""Use cases against the real emulators and the provider simulators, with jobs run in this process."""

from collections.abc import AsyncIterator
from importlib import import_module
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from infra.local.emulators import Emulators
from infra.local.simulator.client import SimulatorClient
from shared.providers import registry
from shared.runtime import Runtime
from shared.settings import Settings
from tests.kit.clinic import Clinic
from tests.kit.clock import Clock

BUCKET = "uploads"
# Loaded here, not in the first call of a test, whose short time-out the import would use up.
for vendor in ("twilio", "sendgrid"):
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
    """A company with an SMS and an email sender, in a database of its own."""
    for name, value in emulators.env.items():
        monkeypatch.setenv(name, value)
    settings = Settings(
        project_id=f"test-{uuid4().hex[:12]}",
        upload_bucket=BUCKET,
        public_url="http://127.0.0.1:9",  # nobody listens: receipts are given by the tests
        signing_key="signing-key",
        secrets=str(tmp_path / "secrets.json"),
        provider_base_urls=simulator.base_urls,
        caller_token="caller-token",
        storage_emulator_host=emulators.storage,
    )
    clinic = Clinic(Runtime(settings, clock), simulator)
    await clinic.open()
    yield clinic
    await clinic.close()
