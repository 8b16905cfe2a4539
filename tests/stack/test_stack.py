"""The whole stack with small functions: calls reach them, state is kept, and nothing stays behind."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import pytest

from infra.local.ports import HOST, free_ports
from infra.local.processes import Process, ProcessFailed, port_answers
from infra.local.stack import UPLOAD_BUCKET, Stack, StackOptions
from infra.local.state import state_directory
from tests.kit.leftovers import Leftovers, leftovers
from tests.kit.patience import PATIENCE_SECONDS

__all__ = ["leftovers"]

HERE = Path(__file__).parent
KIT = HERE.parent / "kit/stack"


def options(root: Path, **changes: Any) -> StackOptions:  # any of the options
    return StackOptions(
        source=KIT / "sample_functions.py",
        manifest=KIT / "sample_functions.yaml",
        root=root,
        usual_ports=False,
        tick_seconds=0,
        **changes,
    )


async def calls_of(stack: Stack, name: str) -> list[dict[str, Any]]:
    """Wait until the function was called; all its calls."""
    path = stack.directory / "calls"
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
            if calls := [call for call in map(json.loads, lines) if call["name"] == name]:
                return calls
            await asyncio.sleep(0.05)


async def eventually(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not holds():  # what is waited for happens in other processes
            await asyncio.sleep(0.05)


async def document(stack: Stack, method: str) -> dict[str, Any]:
    """One document, written or read by Firestore's REST interface."""
    parent = "projects/rollcall-local/databases/(default)/documents"
    url = f"http://{stack.addresses.firestore}/v1/{parent}/companies/c-1"
    body = {"fields": {"name": {"stringValue": "Clinic"}}} if method == "PATCH" else None
    async with aiohttp.ClientSession() as http, http.request(method, url, json=body) as response:
        found: dict[str, Any] = await response.json()
        return found


async def test_everything_is_called_kept_and_stopped(
    tmp_path: Path, leftovers: Leftovers, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    two = {"messages": 2}
    monkeypatch.setenv("ROLLCALL_TWILIO_BASE_URL", "http://127.0.0.1:9/another's")
    async with Stack(options(tmp_path, keep=True, instances=two), say=said.append) as stack:
        await eventually(lambda: len(psutil.Process(stack.hosts["messages"].pid).children()) == 2)
        shell = await asyncio.create_subprocess_shell(
            f". {stack.directory}/settings.sh && env", stdout=asyncio.subprocess.PIPE
        )
        told = (await shell.communicate())[0].decode().splitlines()
        assert "ROLLCALL_TWILIO_BASE_URL=http://127.0.0.1:9/another's" in told
        assert f"ROLLCALL_META_BASE_URL={stack.addresses.simulator}" in told
        assert {f"{name}={value}" for name, value in stack.settings_env.items()} <= set(told)
        assert await stack.tick_now("choose_work") == 200
        [tick] = await calls_of(stack, "choose_work")
        assert tick["headers"]["x-cloudscheduler-jobname"] == "choose-work"

        async with aiohttp.ClientSession() as http:
            url = f"{stack.addresses.storage}/{UPLOAD_BUCKET}/companies/c-1/uploads/f-1"
            async with http.put(url, data=b"a,b") as response:
                assert response.status == 200
            async with http.get(stack.addresses.simulator) as response:
                assert "Phones and mailboxes" in await response.text()
            async with http.get(f"{stack.addresses.functions['messages']}/any/path") as response:
                assert (await response.json())["name"] == "messages"
        [upload] = await calls_of(stack, "take_upload")
        attributes = json.loads(upload["body"])["message"]["attributes"]
        assert attributes["objectId"] == "companies/c-1/uploads/f-1"

        os.kill(tick["pid"], signal.SIGKILL)  # one instance dies, another takes over
        os.killpg(stack.hosts["messages"].pid, signal.SIGKILL)  # the whole function dies
        await eventually(lambda: any("messages ended with code" in text for text in said))
        await eventually(lambda: _listens(stack.hosts["messages"].port))
        assert await stack.tick_now("choose_work") == 200

        await document(stack, "PATCH")
        token = stack.settings_env["ROLLCALL_CALLER_TOKEN"]
        assert len(leftovers.commands()) > 10
    assert leftovers.commands() == []

    async with Stack(options(tmp_path, keep=True), say=said.append) as stack:
        assert (await document(stack, "GET"))["fields"]["name"] == {"stringValue": "Clinic"}
        assert stack.settings_env["ROLLCALL_CALLER_TOKEN"] == token
        url = f"{stack.addresses.storage}/{UPLOAD_BUCKET}/companies/c-1/uploads/f-1"
        async with aiohttp.ClientSession() as http, http.get(url) as response:
            assert await response.read() == b"a,b"
    assert leftovers.commands() == []


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


@pytest.mark.parametrize("said_before_signal", ["Starting the emulators", "Starting 3 functions"])
async def test_ctrl_c_while_starting_leaves_nothing_behind(
    tmp_path: Path, leftovers: Leftovers, said_before_signal: str
) -> None:
    """A program of its own, as `make up` is: its start is interrupted, and it ends with all it started."""
    script = (
        "import asyncio\n"
        "from pathlib import Path\n"
        "from infra.local.stopping import stop_on_signals\n"
        "from infra.local.stack import Stack\n"
        "from tests.stack.test_stack import options\n"
        "async def main():\n"
        "    stop_on_signals()\n"
        f"    async with Stack(options(Path({str(tmp_path)!r})), say=lambda text: print(text, flush=True)):\n"
        "        await asyncio.Event().wait()\n"
        "try:\n"
        "    asyncio.run(main())\n"
        "except asyncio.CancelledError:\n"
        "    print('stopped')\n"
    )
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE, cwd=HERE.parents[1]
    )
    assert child.stdout is not None
    async with asyncio.timeout(PATIENCE_SECONDS):
        while said_before_signal not in (await child.stdout.readline()).decode():
            assert child.returncode is None
        child.send_signal(signal.SIGINT)
        assert (await child.stdout.readline()).decode() == "Stopping\n"
        child.send_signal(signal.SIGINT)  # an impatient second one must not cut the stopping short
        rest = await child.stdout.read()
        assert await child.wait() == 0
    assert rest.decode().endswith("stopped\n")
    assert leftovers.commands() == []


async def test_an_impatient_second_ctrl_c_does_not_cut_the_stopping_short() -> None:
    script = (
        "import asyncio, os, signal\n"
        "from infra.local.stopping import stop_on_signals\n"
        "async def main():\n"
        "    stop_on_signals()\n"
        "    try:\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "        await asyncio.sleep(60)\n"
        "    finally:\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "        await asyncio.sleep(0.1)\n"
        "        print('stopped in order')\n"
        "try:\n"
        "    asyncio.run(main())\n"
        "except asyncio.CancelledError:\n"
        "    pass\n"
    )
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE, cwd=HERE.parents[1]
    )
    async with asyncio.timeout(PATIENCE_SECONDS):
        printed, _ = await child.communicate()
    assert printed.decode() == "stopped in order\n"


async def test_a_function_that_cannot_start_is_named_with_its_log(tmp_path: Path) -> None:
    process = await Process.start(
        "broken",
        [sys.executable, "-c", "raise SystemExit('no such table')"],
        log_path=tmp_path / "broken.log",
    )
    with pytest.raises(ProcessFailed) as failure:
        await process.wait_until(lambda: port_answers(HOST, 1), still_seconds=PATIENCE_SECONDS)
    assert "broken ended with code 1" in str(failure.value)
    assert "no such table" in str(failure.value)
    await process.stop()


async def test_what_ignores_sigterm_is_killed_with_its_children(tmp_path: Path) -> None:
    script = "trap '' TERM; sleep 600 & echo started; wait; wait"
    process = await Process.start("stubborn", ["sh", "-c", script], log_path=tmp_path / "stubborn.log")
    await eventually(lambda: "started" in process.log_path.read_text())
    members = {child.pid for child in psutil.Process(process.pid).children()} | {process.pid}
    assert len(members) == 2
    await process.stop(grace_seconds=0.3)
    assert not [pid for pid in members if psutil.pid_exists(pid) and not _is_zombie(pid)]


def _is_zombie(pid: int) -> bool:
    return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)


def test_a_taken_port_is_replaced_by_a_free_one() -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        [other, free] = free_ports([port, 0])
    assert len({port, other, free}) == 3
    assert free_ports([other]) == [other]


def test_two_stacks_never_share_a_state_directory(tmp_path: Path) -> None:
    with (
        state_directory(tmp_path, keep=True) as first,
        state_directory(tmp_path, keep=True) as second,
        state_directory(tmp_path, keep=False) as fresh,
    ):
        assert len({first, second, fresh}) == 3
        (first / "kept").touch()
        (fresh / "gone").touch()
    with state_directory(tmp_path, keep=True) as again, state_directory(tmp_path, keep=False) as emptied:
        assert (again / "kept").exists()
        assert not (emptied / "gone").exists()
