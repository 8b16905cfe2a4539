"""What the simulator answered is on the disk: it is the judge of what was sent."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import aiohttp

from infra.local.ports import free_ports
from infra.local.processes import Process, url_answers
from infra.local.simulator.app import running_simulator
from infra.local.simulator.client import TwilioAccount, simulator_client
from tests.kit.patience import PATIENCE_SECONDS

OURS = "+14155559000"
ENOUGH = 100


async def test_every_text_that_was_answered_survives_a_kill(tmp_path: Path) -> None:
    [port] = free_ports([0])
    address, state = f"http://127.0.0.1:{port}", tmp_path / "state.sqlite"
    command = [sys.executable, "-m", "infra.local.simulator", f"--port={port}", f"--state={state}"]
    process = await Process.start("simulator", command, log_path=tmp_path / "simulator.log")
    try:
        await process.wait_until(lambda: url_answers(address), still_seconds=PATIENCE_SECONDS)
        async with simulator_client(address) as simulator:
            account = await simulator.add_account()
            await simulator.add_number(account, OURS)
        answered: list[str] = []
        enough = asyncio.Event()
        senders = [
            asyncio.create_task(send_until_it_breaks(address, account, answered, enough)) for _ in range(8)
        ]
        async with asyncio.timeout(PATIENCE_SECONDS):
            await enough.wait()
        os.kill(process.pid, signal.SIGKILL)
        await asyncio.gather(*senders)
    finally:
        await process.stop()
    async with running_simulator(state) as address, simulator_client(address) as simulator:
        stored = {message["provider_id"] for message in await simulator.messages()}
    assert set(answered) <= stored


async def send_until_it_breaks(
    address: str, account: TwilioAccount, answered: list[str], enough: asyncio.Event
) -> None:
    headers = {"Authorization": aiohttp.encode_basic_auth(account.sid, account.token)}
    url = f"{address}/2010-04-01/Accounts/{account.sid}/Messages.json"
    async with aiohttp.ClientSession(headers=headers) as http:
        while True:
            form = {"To": "+14155551234", "From": OURS, "Body": f"text {len(answered)}"}
            try:
                async with http.post(url, data=form) as response:
                    answered.append((await response.json())["sid"])
            except aiohttp.ClientError:
                return
            if len(answered) >= ENOUGH:
                enough.set()
