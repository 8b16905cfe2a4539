"""A bucket for one test, so that what others uploaded for a company of the same name is not in it."""

import ssl

import httpx

from infra.local.emulators import Emulators

PATIENCE = 60.0  # seconds: on a busy machine five are not enough for a connection
_TLS = ssl.create_default_context()  # made once: it reads every certificate there is


async def create_bucket(emulators: Emulators, name: str) -> None:
    """Make an empty bucket in the Cloud Storage emulator."""
    async with httpx.AsyncClient(base_url=emulators.storage, timeout=PATIENCE, verify=_TLS) as client:
        answer = await client.post("/storage/v1/b", json={"name": name})
        answer.raise_for_status()
