"""Asks the real gcloud what it thinks of commands: offline, with a configuration and a login of its own."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from infra.deploy.source import REPOSITORY

SCRIPT = Path(__file__).with_name("parse_with_gcloud.py")
Words = tuple[str, ...]  # without `gcloud`


class Verdict(Struct, frozen=True, kw_only=True):
    """What gcloud made of a command: its refusal, or the requests it went on to, the writing one last."""

    words: Words
    refusal: str | None
    requests: tuple[tuple[str, str, str | None], ...]


class Definition(Struct, frozen=True, kw_only=True):
    """Content for a message of an API, such as monitoring v3's AlertPolicy."""

    place: str
    api: str
    version: str
    kind: str
    content: Any


def try_commands(commands: Sequence[Words], directory: Path) -> list[Verdict]:
    """One verdict per command. `directory` takes gcloud's configuration: the user's is not touched."""
    told = _ask({"commands": commands, "definitions": []}, directory)["verdicts"]
    return [
        Verdict(words=words, refusal=said["refusal"], requests=tuple(map(tuple, said["requests"])))
        for words, said in zip(commands, told, strict=True)
    ]


def unknown_parts(definitions: Sequence[Definition], directory: Path) -> dict[str, list[str]]:
    """By place, what the API would not know of each definition; those without fault are left out."""
    asked = [[one.api, one.version, one.kind, one.content] for one in definitions]
    told = _ask({"commands": [], "definitions": asked}, directory)["unknown"]
    return {one.place: parts for one, parts in zip(definitions, told, strict=True) if parts}


def _ask(asked: Any, directory: Path) -> Any:
    gcloud = shutil.which("gcloud")
    assert gcloud, "gcloud is missing: https://cloud.google.com/sdk/docs/install"
    env = {**os.environ, **_isolated(directory)}
    places = "--format=value[separator=' '](basic.python_location,installation.sdk_root)"
    told = _output([gcloud, "info", places], env)
    python, root = told.split()
    return json.loads(_output([python, "-S", str(SCRIPT), root], env, json.dumps(asked)))


def _output(command: list[str], env: Mapping[str, str], text: str = "") -> str:
    done = subprocess.run(  # noqa: S603
        command, input=text, cwd=REPOSITORY, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _isolated(directory: Path) -> dict[str, str]:
    token = directory / "token"
    token.write_text("no-token")
    return {
        "CLOUDSDK_CONFIG": str(directory / "config"),
        "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE": str(token),
        "CLOUDSDK_AUTH_DISABLE_CREDENTIALS": "1",
        "CLOUDSDK_CORE_DISABLE_PROMPTS": "1",
        "CLOUDSDK_CORE_DISABLE_USAGE_REPORTING": "1",
        "CLOUDSDK_CORE_CHECK_GCE_METADATA": "0",
        "CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK": "1",
        "CLOUDSDK_STORAGE_PROCESS_COUNT": "1",
        "CLOUDSDK_STORAGE_THREAD_COUNT": "1",
    }
