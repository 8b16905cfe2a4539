"""Writes what a commit stores of a company in the midst of its work.

`python -m tests.kit.upgrade.export --commit HEAD`

The commit's own code does the work, in a copy of it. Do this before a change of what is stored, and check the
result in: the upgrade test goes on from there with the code of the day. (The first export is of a commit
that had no such script yet; this one was copied into it.)
"""

import argparse
import asyncio
import base64
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from infra.local.emulators import Emulators, running_emulators
from infra.local.simulator.app import running_simulator
from infra.local.simulator.client import base_urls, simulator_client
from infra.local.simulator.faults import Delays
from shared.runtime import Runtime
from shared.settings import Settings
from tests.kit.clinic import Clinic
from tests.kit.documents import all_documents, to_json
from tests.kit.upgrade.company import work

REPOSITORY = Path(__file__).resolve().parents[3]
EXPORT = Path(__file__).parent / "data/documents.json"


async def export() -> dict[str, Any]:
    """The company's documents and uploads, and what the providers accepted by then."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        async with (
            running_emulators(place, project_id="rollcall-upgrade", bucket="uploads") as emulators,
            running_simulator(place / "simulator.sqlite", delays=Delays(receipt=0.01, slow=0.2)) as address,
            simulator_client(address) as simulator,
        ):
            os.environ.update(emulators.env)
            clinic = Clinic(Runtime(_settings(emulators, address, place)), simulator)
            key = await work(clinic)
            accepted = [
                {name: message[name] for name in ("channel", "handset", "subject", "body")}
                for message in await clinic.accepted()
            ]
            exported = {
                "exported_at": clinic.runtime.now().isoformat(),
                "company_id": clinic.company_id,
                "key": key,
                "accepted": accepted,
                "objects": await _objects(clinic),
                "documents": to_json(await all_documents(clinic.stores.db)),
            }
            await clinic.close()
            return exported


def _settings(emulators: Emulators, simulator: str, place: Path) -> Settings:
    return Settings(
        project_id=emulators.project_id,
        upload_bucket="uploads",
        public_url="http://127.0.0.1:9",
        signing_key="signing-key",
        secrets=str(place / "secrets.json"),
        provider_base_urls=base_urls(simulator),
        caller_token="caller-token",
        provider_timeout_seconds=5.0,
        storage_emulator_host=emulators.storage,
    )


async def _objects(clinic: Clinic) -> dict[str, str]:
    found = {}
    for file in (await clinic.stores.files.page(clinic.company_id, limit=100)).items:
        for name in (file.object_name, file.rejected_object_name):
            if name and await clinic.runtime.files.find(name):
                content = b"".join([piece async for piece in clinic.runtime.files.read(name)])
                found[name] = base64.b64encode(content).decode()
    return found


def _by_commit(commit: str) -> dict[str, Any]:
    """The export as that commit's own code and scripts make it, in a copy."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        git = ["git", "-C", str(REPOSITORY)]
        archive = subprocess.run([*git, "archive", commit], check=True, capture_output=True).stdout  # noqa: S603
        subprocess.run(["tar", "-x", "-C", folder], input=archive, check=True)  # noqa: S603, S607
        command = [sys.executable, "-m", "tests.kit.upgrade.export", "--here", str(copy / "export.json")]
        subprocess.run(command, cwd=copy, check=True)  # noqa: S603
        exported: dict[str, Any] = json.loads((copy / "export.json").read_text())
        named = subprocess.run([*git, "rev-parse", commit], check=True, capture_output=True, text=True)  # noqa: S603
        return {"commit": named.stdout.strip(), **exported}


def _written(exported: dict[str, Any]) -> str:
    """JSON with a document a line, so that changes can be read."""
    documents = exported.pop("documents")
    facts = json.dumps(exported, indent=1, ensure_ascii=False).removesuffix("\n}")
    lines = ",\n".join(
        f"  {json.dumps(path)}: {json.dumps(fields, sort_keys=True, ensure_ascii=False)}"
        for path, fields in sorted(documents.items())
    )
    return f'{facts},\n "documents": {{\n{lines}\n }}\n}}\n'


def main() -> None:
    """Read the options and write the export."""
    parser = argparse.ArgumentParser(prog="python -m tests.kit.upgrade.export", description=__doc__)
    parser.add_argument("--commit", help="whose code does the work, such as HEAD or main")
    parser.add_argument("--here", type=Path, help="write what the code in this directory stores to this file")
    options = parser.parse_args()
    if options.here:
        options.here.write_text(json.dumps(asyncio.run(export())))
    else:
        EXPORT.write_text(_written(_by_commit(options.commit or "HEAD")), encoding="utf-8")


if __name__ == "__main__":
    main()
