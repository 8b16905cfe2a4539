"""Starts the official Firestore and Pub/Sub emulators and a Cloud Storage emulator on free ports."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiohttp
from msgspec import Struct

from infra.local.ports import HOST, free_ports
from infra.local.processes import Process, url_answers
from infra.local.waiting import STILL_SECONDS

EXPORT_SECONDS = 120
# The emulators live for minutes: to compile and collect for hours took them half their processor time.
SHORT_LIVED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
# The ports Google's own tools use.
FIRESTORE_PORT, PUBSUB_PORT, STORAGE_PORT = 8080, 8085, 9023


class Emulators(Struct, frozen=True, kw_only=True):
    """Where the running emulators answer: `firestore` and `pubsub` as host:port, `storage` as a URL."""

    project_id: str
    firestore: str
    pubsub: str
    storage: str

    @property
    def env(self) -> dict[str, str]:
        """What makes Google's client libraries talk to the emulators."""
        return {
            "FIRESTORE_EMULATOR_HOST": self.firestore,
            "PUBSUB_EMULATOR_HOST": self.pubsub,
            "STORAGE_EMULATOR_HOST": self.storage,
            "GOOGLE_CLOUD_PROJECT": self.project_id,
        }


@asynccontextmanager
async def running_emulators(
    directory: Path,
    *,
    project_id: str,
    bucket: str,
    upload_topic: str = "",
    keep: bool = False,
    usual_ports: bool = False,
    is_lasting: bool = False,
    say: Callable[[str], None] = print,
) -> AsyncIterator[Emulators]:
    """All three emulators, stopped on leaving. Raises ProcessFailed when one does not start.

    New objects in `bucket` are announced on `upload_topic`. With `keep`, documents and objects are there
    again the next time; messages in flight in Pub/Sub are not (its emulator has only memory), which the
    sweeps find like any lost publish. With `is_lasting` they are compiled for long work, as Google starts
    them.
    """
    usual = (FIRESTORE_PORT, PUBSUB_PORT, STORAGE_PORT)
    firestore, pubsub, storage = (
        f"{HOST}:{port}" for port in free_ports(usual if usual_ports else (0, 0, 0))
    )
    emulators = Emulators(
        project_id=project_id, firestore=firestore, pubsub=pubsub, storage=f"http://{storage}"
    )
    commands = {
        "firestore": _firestore_command(directory, firestore),
        "pubsub": _pubsub_command(directory, pubsub),
        "storage": _storage_command(directory, emulators, bucket=bucket, topic=upload_topic),
    }
    say(f"Starting the emulators: Firestore {firestore}, Pub/Sub {pubsub}, Cloud Storage {storage}")
    async with AsyncExitStack() as started:
        java = _java(is_lasting=is_lasting)
        processes = [await _start(started, directory, *one, java) for one in commands.items()]
        async with asyncio.TaskGroup() as waiting:
            for process, address in zip(processes, (firestore, pubsub, storage), strict=True):
                waiting.create_task(_wait_for(process, address))
        if keep:
            started.push_async_callback(_export_documents, directory, emulators, say)
        yield emulators


def _java(*, is_lasting: bool) -> dict[str, str]:
    given = os.environ.get("JAVA_TOOL_OPTIONS", "")
    return {"JAVA_TOOL_OPTIONS": given if is_lasting else f"{SHORT_LIVED} {given}"}


async def _start(
    started: AsyncExitStack, directory: Path, name: str, command: list[str], java: dict[str, str]
) -> Process:
    log_path = directory / "logs" / f"{name}.log"
    process = await Process.start(name, command, env=java, log_path=log_path)
    started.push_async_callback(process.stop)
    return process


async def _wait_for(process: Process, address: str) -> None:
    await process.wait_until(lambda: url_answers(f"http://{address}"), still_seconds=STILL_SECONDS)


def _firestore_command(directory: Path, address: str) -> list[str]:
    command = ["gcloud", "emulators", "firestore", "start", f"--host-port={address}", "--quiet"]
    metadata = _exported(directory) / "firestore.overall_export_metadata"
    return [*command, f"--import-data={metadata}"] if metadata.exists() else command


def _pubsub_command(directory: Path, address: str) -> list[str]:
    data_directory = directory / "pubsub"
    data_directory.mkdir(parents=True, exist_ok=True)  # gcloud does not make it
    options = [f"--host-port={address}", f"--data-dir={data_directory}", "--quiet"]
    return ["gcloud", "beta", "emulators", "pubsub", "start", *options]


def _storage_command(directory: Path, emulators: Emulators, *, bucket: str, topic: str) -> list[str]:
    command = [sys.executable, "-m", "infra.local.storage_server"]
    options = {
        "--port": emulators.storage.rpartition(":")[2],
        "--directory": str(directory / "storage"),
        "--bucket": bucket,
        "--pubsub": emulators.pubsub,
        "--topic": f"projects/{emulators.project_id}/topics/{topic}" if topic else "",
    }
    return [*command, *(f"{option}={value}" for option, value in options.items())]


def _exported(directory: Path) -> Path:
    return directory / "firestore"


async def _export_documents(directory: Path, emulators: Emulators, say: Callable[[str], None]) -> None:
    """Write all documents to disk, the way Firebase's own tools ask for it.

    gcloud's `--export-on-exit` wrote nothing with emulator 1.19.9, however it was stopped.
    """
    say("Keeping the documents for the next start")
    database = f"projects/{emulators.project_id}/databases/(default)"
    url = f"http://{emulators.firestore}/emulator/v1/projects/{emulators.project_id}:export"
    new = directory / "new"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir()
    order = {"database": database, "export_directory": str(new), "export_name": "firestore"}
    timeout = aiohttp.ClientTimeout(total=EXPORT_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as http, http.post(url, json=order) as response:
        response.raise_for_status()
    # Only a whole export takes the place of the one before.
    shutil.rmtree(_exported(directory), ignore_errors=True)
    (new / "firestore").rename(_exported(directory))
    new.rmdir()
