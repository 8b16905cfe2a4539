"""A deploy in mid-campaign: workers of the previous commit beside those of today, on the same topics.

The previous version is the commit before this one, out of the repository's own history. Where there is none
(an export without .git, a shallow clone) the row runs with the code of today in its place, and says so.
"""

import asyncio
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp

from infra.local.function_host import FunctionHost
from infra.local.ports import free_ports
from infra.local.pubsub_setup import subscription_of
from infra.local.stack import PROJECT_ID
from tests.faults.laboratory import REPOSITORY, Laboratory
from tests.faults.scenario import Scenario
from tests.faults.trial import Trial

WORKERS = ("queue_messages", "send_batch")
BEFORE = "PREVIOUS_COMMIT"  # in the environment: another commit than the one before, such as a release's tag
OUTLIVES = 3  # seconds: what an old worker does may come after the fire was closed


GIT = ("git", "-C", str(REPOSITORY))


def previous_commit() -> str | None:
    """The commit before, or the one that is asked for; None where there is no such commit here."""
    wanted = f"{os.environ.get(BEFORE, 'HEAD~1')}^{{commit}}"
    command = [*GIT, "rev-parse", "--verify", "--quiet", wanted]
    found = subprocess.run(command, capture_output=True, text=True)  # noqa: S603
    return found.stdout.strip() if found.returncode == 0 else None


def previous_version(folder: Path) -> Path:
    """Where the previous version's code is: written to `folder`, or the code of today."""
    commit = previous_commit()
    if commit is None:
        return REPOSITORY
    archive = subprocess.run([*GIT, "archive", commit], check=True, capture_output=True).stdout  # noqa: S603
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive, check=True)  # noqa: S603, S607
    return folder


async def both_at_once(lab: Laboratory, trial: Trial) -> None:
    """Every job goes to a worker of each version at the same time."""
    opened = asyncio.Event()
    trial.meanwhile(_old_workers_beside(lab, trial, opened))
    await opened.wait()


async def _old_workers_beside(lab: Laboratory, trial: Trial, opened: asyncio.Event) -> None:
    with tempfile.TemporaryDirectory() as folder:
        version = await asyncio.to_thread(previous_version, Path(folder))
        try:
            async with AsyncExitStack() as started:
                for name in WORKERS:
                    host = _host(lab, version, name, free_ports([0])[0])
                    await host.start()
                    started.push_async_callback(host.stop)
                    await _subscribe(lab, host, f"{host.function.subscription}-before")
                    started.push_async_callback(_unsubscribe, lab, f"{host.function.subscription}-before")
                opened.set()
                await _closed(trial)
                await asyncio.sleep(OUTLIVES)
        finally:
            opened.set()


async def one_after_the_other(lab: Laboratory, trial: Trial) -> None:
    """The workers are of the previous version; while they send, each is stopped and a new one started."""
    folder = tempfile.TemporaryDirectory()
    version = await asyncio.to_thread(previous_version, Path(folder.name))
    today = {name: lab.stack.hosts[name] for name in WORKERS}
    for name in WORKERS:
        await _replace(lab, name, _host(lab, version, name, today[name].port))

    async def deploy() -> None:
        try:
            await _sending(trial)
        finally:
            for name in WORKERS:
                await _replace(lab, name, today[name])
            folder.cleanup()

    trial.meanwhile(deploy())


async def _replace(lab: Laboratory, name: str, host: FunctionHost) -> None:
    """Stop what serves the function, which has ten seconds to end its requests, and start the other."""
    await lab.stack.hosts[name].stop()
    await host.start()
    lab.stack.hosts[name] = host


def _host(lab: Laboratory, folder: Path, name: str, port: int) -> FunctionHost:
    """The function as the version in `folder` has it."""
    settings = lab.stack.settings_env
    secrets = lab.stack.directory / "secrets-of-before.json"
    kept = json.loads(Path(settings["ROLLCALL_SECRETS"]).read_text(encoding="utf-8"))
    newest = {
        company: {who: v[0]["fields"] for who, v in senders.items()} for company, senders in kept.items()
    }
    secrets.touch(mode=0o600)
    secrets.write_text(json.dumps(newest), encoding="utf-8")  # a form that both versions can read
    places = {"ROLLCALL_SECRETS": str(secrets), "ROLLCALL_SECRETS_PATH": str(secrets)}
    return FunctionHost(
        lab.stack.hosts[name].function,
        source=folder / "main.py",
        port=port,
        env={**settings, **places, "PYTHONPATH": str(folder)},
        log_directory=lab.stack.directory / "logs" / "before",
        instances=2,
        say=lambda _: None,
    )


async def _subscribe(lab: Laboratory, host: FunctionHost, name: str) -> None:
    body = subscription_of(PROJECT_ID, host.function)
    async with lab.http.put(_subscription(lab, name), json=body) as response:
        response.raise_for_status()
    lab.stack.push_to(name, host)


async def _unsubscribe(lab: Laboratory, name: str) -> None:
    await lab.stack.relay.unsubscribe(name)
    async with aiohttp.ClientSession() as http, http.delete(_subscription(lab, name)) as response:
        response.raise_for_status()


def _subscription(lab: Laboratory, name: str) -> str:
    return f"http://{lab.stack.addresses.pubsub}/v1/projects/{PROJECT_ID}/subscriptions/{name}"


async def _sending(trial: Trial) -> None:
    async def has_begun() -> bool:
        return len(await trial.accepted()) >= 2

    await trial.until(has_begun, seconds=60)


async def _closed(trial: Trial) -> None:
    async def is_closed() -> bool:
        fire = await trial.fire()
        return fire is not None and fire.is_closed

    await trial.until(is_closed, seconds=150)


def deployments() -> Iterator[Scenario]:
    """Rows in which two versions work on one campaign."""
    commit = previous_commit()
    version = commit[:8] if commit else "no previous commit here: the same code"
    yield Scenario(name=f"old and new workers at once ({version})", disturb=both_at_once)
    # A worker that is stopped has ten seconds; one that needs longer is killed in the midst of its call.
    yield Scenario(
        name=f"workers replaced while they send ({version})",
        disturb=one_after_the_other,
        may_be_unknown=True,
    )
