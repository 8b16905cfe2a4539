"""The clinic with its database behind a proxy, which fails what a test says."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from infra.local.emulators import Emulators
from shared.runtime import Runtime
from tests.faults.grpc_proxy import GrpcProxy
from tests.kit.clinic import Clinic


@pytest_asyncio.fixture
async def proxy(emulators: Emulators) -> AsyncIterator[GrpcProxy]:
    """A proxy before the database."""
    async with GrpcProxy() as proxy:
        proxy.target = emulators.firestore
        yield proxy


@pytest_asyncio.fixture
async def unsure(clinic: Clinic, proxy: GrpcProxy, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Clinic]:
    """The same clinic, with its database behind the proxy."""
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", proxy.address)
    unsure = Clinic(Runtime(clinic.runtime.settings, clinic.runtime.now), clinic.simulator)
    yield unsure
    await unsure.close()
