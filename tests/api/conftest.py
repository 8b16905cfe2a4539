"""The API over the real emulators, with jobs kept and not run."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from infra.local.emulators import Emulators
from infra.local.simulator.client import SimulatorClient
from shared.runtime import Runtime
from shared.settings import Settings
from tests.api.office import Office

BUCKET = "uploads"


@pytest_asyncio.fixture
async def office(
    emulators: Emulators, simulator: SimulatorClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Office]:
    """Two companies with everything an id can name, and keys of each."""
    for name, value in emulators.env.items():
        monkeypatch.setenv(name, value)
    settings = Settings(
        project_id=f"test-{uuid4().hex[:12]}",
        upload_bucket=BUCKET,
        public_url="http://127.0.0.1:9",
        signing_key="signing-key",
        secrets=str(tmp_path / "secrets.json"),
        twilio_base_url=simulator.address,
        sendgrid_base_url=simulator.address,
        caller_token="caller-token",
        max_upload_bytes=2_000_000,
        storage_public_url=emulators.storage,
        storage_emulator_host=emulators.storage,
    )
    office = Office(Runtime(settings))
    await office.open(simulator)
    yield office
    await office.close()
