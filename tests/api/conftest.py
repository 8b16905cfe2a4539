"""The API over the real emulators, with jobs kept and not run."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from functions.process import current_runtime
from infra.local.emulators import Emulators
from infra.local.simulator.client import SimulatorClient
from shared.runtime import Runtime
from shared.settings import Settings
from tests.kit.api.office import Office
from tests.kit.buckets import create_bucket
from tests.kit.clock import Clock


@pytest_asyncio.fixture
async def office(
    emulators: Emulators,
    simulator: SimulatorClient,
    clock: Clock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Office]:
    """Two companies with everything an id can name, and keys of each."""
    for variable, value in emulators.env.items():
        monkeypatch.setenv(variable, value)
    name = f"test-{uuid4().hex[:12]}"
    await create_bucket(emulators, name)
    settings = Settings(
        project_id=name,
        upload_bucket=name,
        public_url="http://127.0.0.1:9",
        signing_key="signing-key",
        secrets=str(tmp_path / "secrets.json"),
        provider_base_urls=simulator.base_urls,
        caller_token="caller-token",
        max_upload_bytes=2_000_000,
        storage_public_url=emulators.storage,
        storage_emulator_host=emulators.storage,
    )
    office = Office(Runtime(settings, clock))
    await office.open(simulator)
    yield office
    await office.close()


@pytest.fixture
def environment(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """The office's settings as a process gets them, and its clock."""
    settings = office.runtime.settings
    names = ("project_id", "upload_bucket", "public_url", "signing_key", "secrets", "caller_token")
    for name in names:
        monkeypatch.setenv(f"ROLLCALL_{name.upper()}", getattr(settings, name))
    current_runtime.cache_clear()
    current_runtime().now = office.runtime.now
    yield office
    if current_runtime.cache_info().currsize:
        current_runtime().stores.db.close()  # type: ignore[no-untyped-call]
    current_runtime.cache_clear()
