"""The documents are followed in the clinic of the use case tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from infra.local.emulators import Emulators
from shared.domain.record import replace
from tests.kit.clinic import Clinic
from tests.kit.docs.desk import Desk
from tests.usecases.conftest import clinic

__all__ = ["clinic"]


@pytest_asyncio.fixture
async def desk(clinic: Clinic, emulators: Emulators, tmp_path: Path) -> AsyncIterator[Desk]:
    """The clinic's API, with something of everything in it."""
    runtime = clinic.runtime
    runtime.settings = replace(runtime.settings, storage_public_url=emulators.storage)
    (folder := tmp_path / "desk").mkdir()
    desk = Desk(clinic, folder)
    await desk.open()
    yield desk
    await desk.close()
