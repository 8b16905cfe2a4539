"""A bucket for one test, so that what others uploaded for a company of the same name is not in it."""

import httpx

from infra.local.emulators import Emulators


async def create_bucket(emulators: Emulators, name: str) -> None:
    """Make an empty bucket in the Cloud Storage emulator."""
    async with httpx.AsyncClient(base_url=emulators.storage) as client:
        answer = await client.post("/storage/v1/b", json={"name": name})
        answer.raise_for_status()
