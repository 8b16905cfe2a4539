"""Looks for what the local stack needs, and says in one line each what is missing and how to get it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

SUPPORTED_PYTHON = ((3, 11), (3, 13))
OLDEST_JAVA = 11


class SetupIncomplete(Exception):
    """Something the local stack needs is missing; each line says what and how to get it."""


def check_setup() -> None:
    """Raise SetupIncomplete with one line per missing thing."""
    if missing := missing_parts():
        raise SetupIncomplete("\n".join(missing))


def missing_parts() -> list[str]:
    """One line for each missing thing: what it is, and the command that gets it."""
    return [line for line in (_python(), _java(), *_gcloud()) if line]


def _python() -> str | None:
    oldest, newest = SUPPORTED_PYTHON
    if oldest <= sys.version_info[:2] <= newest:
        return None
    found = ".".join(map(str, sys.version_info[:2]))
    return (
        f"Python 3.11 to 3.13 is needed, this is {found}: create the environment with `uv venv --python 3.12`"
    )


def _java() -> str | None:
    remedy = "the emulators need it: `apt-get install default-jre-headless` or https://adoptium.net"
    java = shutil.which("java")
    if java is None:
        return f"java is missing, {remedy}"
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)  # noqa: S603  # found on PATH
    version = re.search(r'version "(\d+)', said.stderr + said.stdout)
    if version is None or int(version[1]) < OLDEST_JAVA:
        return f"java {OLDEST_JAVA} or newer is missing, {remedy}"
    return None


def _gcloud() -> list[str]:
    gcloud = shutil.which("gcloud")
    if gcloud is None:
        return ["gcloud is missing, it brings the emulators: https://cloud.google.com/sdk/docs/install"]
    said = subprocess.run(  # noqa: S603  # found on PATH
        [gcloud, "info", "--format=value(installation.sdk_root)"], capture_output=True, text=True, check=False
    )
    platform = Path(said.stdout.strip()) / "platform"
    return [
        f"the {name} emulator is missing: `gcloud components install {component}` "
        f"or `apt-get install google-cloud-cli-{package}`"
        for name, folder, component, package in (
            ("Firestore", "cloud-firestore-emulator", "cloud-firestore-emulator", "firestore-emulator"),
            ("Pub/Sub", "pubsub-emulator", "beta pubsub-emulator", "pubsub-emulator"),
        )
        if not (platform / folder).is_dir()
    ]
