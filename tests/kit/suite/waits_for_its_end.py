"""A test that never ends by itself, on the real emulators: for the tests of how a run is ended."""

import asyncio
import os
from pathlib import Path

from infra.local.emulators import Emulators


async def test_until_the_run_is_ended(emulators: Emulators) -> None:
    Path(os.environ["TELLS"]).touch()  # noqa: ASYNC240 - nobody waits for it here
    await asyncio.Event().wait()
