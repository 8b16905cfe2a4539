"""Backups and restores by the real emulator's export and import, and what ops and the ticks do then."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from infra.local.emulators import Emulators, running_emulators
from infra.ops.__main__ import ops_parser
from shared.runtime import Runtime
from shared.usecases.evidence.reconcile_sends import reconcile_sends
from shared.usecases.fires.fire_due_campaigns import fire_due_campaigns
from shared.usecases.sending.dispatch_due_batches import dispatch_due_batches
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from tests.kit.clinic import Clinic

MINUTES = timedelta(minutes=1)
TICKS = (sweep_stalled_work, fire_due_campaigns, dispatch_due_batches, reconcile_sends)


async def backup(emulators: Emulators, clinic: Clinic, directory: Path) -> datetime:
    """Export the database as it is, where emulators started in `directory` take it up; when that was."""
    project = clinic.runtime.settings.project_id
    order = {
        "database": f"projects/{project}/databases/(default)",
        "export_directory": str(directory / "new"),
        "export_name": "firestore",
    }
    (directory / "new").mkdir(parents=True)
    at = clinic.runtime.now()
    url = f"http://{emulators.firestore}/emulator/v1/projects/{project}:export"
    async with aiohttp.ClientSession() as http, http.post(url, json=order) as response:
        response.raise_for_status()
    await asyncio.to_thread(shutil.move, directory / "new/firestore", directory / "firestore")
    return at


@asynccontextmanager
async def restored(clinic: Clinic, directory: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Clinic]:
    """The clinic on a new database with what the backup holds; everything else is as it is."""
    settings = clinic.runtime.settings
    async with running_emulators(directory, project_id=settings.project_id, bucket="none") as emulators:
        monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", emulators.firestore)
        again = Clinic(Runtime(settings), clinic.simulator)
        again.runtime.now = clinic.runtime.now
        yield again
        again.stores.db.close()  # type: ignore[no-untyped-call]


async def tick(clinic: Clinic, *, minutes: int = 0) -> list[dict[str, int]]:
    """All ticks, after so many minutes."""
    at = clinic.runtime.now() + minutes * MINUTES
    clinic.stop_clock(at)
    return [await run(clinic.runtime, at) for run in TICKS]


async def ops(clinic: Clinic, *arguments: str) -> dict[str, Any]:
    args = ops_parser().parse_args(arguments)
    answer: dict[str, Any] = await args.run(clinic.runtime, args)
    return answer
