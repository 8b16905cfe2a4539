"""One fire on the local stack, timed: `python tests/bench/fire.py --tree=… --channel=sms --count=3000`.

It runs inside any checkout (`--tree`), also an older one, and uses only what has not changed: the stack, the
demo's company and the REST API. It prints one JSON object.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

AREAS = (201, 202, 203, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218, 219, 224, 225, 228)
COLUMNS = (("name", "text"), ("phone", "phone"), ("email", "email"), ("visit", "text"), ("note", "text"))
TEXT = "Hello {{ name }}, you come on {{ visit }}. Reply 1 to confirm."
RATE_PER_SECOND = 1_000.0  # the most a sender may have
PATIENCE_SECONDS = 900
HERE = Path(__file__).resolve()


def rows(count: int) -> bytes:
    """A file of `count` people, each with a number and an address of their own; at most 200,000."""
    lines = [",".join(name for name, _ in COLUMNS)]
    for number in range(count):
        phone = f"+1{AREAS[number // 10_000]}555{number % 10_000:04}"
        lines.append(f"Person {number},{phone},p{number}@example.com,Monday at nine,Row {number}")
    return "\n".join(lines).encode()


async def measure(channel: str, count: int, latency: float, workers: int) -> dict[str, Any]:
    """Run one fire; seconds from the order to fire until the last message was accepted, and its costs."""
    from infra.local import demo_company  # of the tree that is measured
    from infra.local.ports import free_ports
    from infra.local.stack import Stack, StackOptions

    demo_company.RATE_PER_SECOND = RATE_PER_SECOND
    [port] = free_ports([0])
    provider = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        options = StackOptions(
            root=Path(folder),
            usual_ports=False,
            tick_seconds=5,
            instances={"send_batch": workers},
            settings={
                "ROLLCALL_TWILIO_BASE_URL": provider,
                "ROLLCALL_SENDGRID_BASE_URL": provider,
            },
        )
        async with Stack(options, say=lambda _: None) as stack:
            command = [sys.executable, str(HERE.with_name("provider.py")), f"--port={port}"]
            command += [f"--latency={latency}", f"--behind={stack.addresses.simulator}"]
            process = subprocess.Popen(command)  # noqa: S603, ASYNC220 - our own program, started once
            try:
                return await _fire(stack, provider, channel, count)
            finally:
                process.terminate()
                process.wait()


async def _fire(stack: Any, provider: str, channel: str, count: int) -> dict[str, Any]:
    import aiohttp

    from infra.local.api_client import ApiClient
    from infra.local.demo_company import open_company
    from infra.local.simulator.client import simulator_client
    from shared.runtime import Runtime
    from shared.settings import Settings

    os.environ.update(stack.emulator_env)
    runtime = Runtime(Settings.from_env(stack.settings_env))
    async with simulator_client(stack.addresses.simulator) as simulator, aiohttp.ClientSession() as http:
        company = await open_company(runtime, simulator)
        api = ApiClient(stack.addresses.functions["api"], company.key, http)
        loading = time.monotonic()
        campaign_id, loaded = await _campaign(api, company, channel, count)
        await api.post(f"/campaigns/{campaign_id}/ready", {})
        begun = time.monotonic()
        fire = await api.post(f"/campaigns/{campaign_id}/fire")
        accepted = await _all_accepted(http, provider, count)
        closed = await _until(api, f"/fires/{fire['id']}", "percent", 100)
        return {
            "channel": channel,
            "count": count,
            "load_seconds": round(loaded - loading, 3),
            "first_seconds": round(accepted["first_at"] - begun, 3),
            "seconds": round(accepted["last_at"] - begun, 3),
            "per_second": round(count / (accepted["last_at"] - begun), 1),
            "accepted": accepted["count"],
            "different": accepted["different"],
            "ledger": closed["ledger"],
        }


async def _campaign(api: Any, company: Any, channel: str, count: int) -> tuple[str, float]:
    """A campaign that is ready to be frozen, and when its file was loaded."""
    columns = [{"column": name, "field": name, "type": kind} for name, kind in COLUMNS]
    source = await api.post("/sources", {"name": "People", "columns": columns})
    link = await api.post("/files", {"source_id": source["id"], "name": "people.csv"})
    await api.put_file(link, rows(count))
    path = f"/files/{link['file']['id']}"
    file = await _until(api, path, "state", "loaded")
    loaded = time.monotonic()
    body = {"name": "Bench", "channel": channel, "body": TEXT}
    template = await api.post("/templates", body | ({"subject": "Visit"} if channel == "email" else {}))
    step = {
        "channel": channel,
        "template_id": template["id"],
        "sender_id": company.sms_sender_id if channel == "sms" else company.email_sender_id,
        "address_field": "phone" if channel == "sms" else "email",
    }
    campaign = await api.post(
        "/campaigns",
        {
            "name": "Bench",
            "audience": {"source_id": source["id"], "file_id": file["id"]},
            "steps": [step],
            "window": {"opens": "00:00", "closes": "00:00"},
            "reply_options": [{"words": ["1"], "disposition": "confirmed"}],
        },
    )
    return campaign["id"], loaded


async def _until(api: Any, path: str, field: str, value: object) -> dict[str, Any]:
    """Read `path` until `field` is `value`."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            found: dict[str, Any] = await api.get(path)
            if found[field] == value:
                return found
            await asyncio.sleep(0.1)


async def _all_accepted(http: Any, provider: str, count: int) -> dict[str, Any]:
    """Wait until the provider has everything; polling costs it next to nothing."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            async with http.get(f"{provider}/accepted") as response:
                accepted: dict[str, Any] = await response.json()
            if accepted["different"] >= count:
                return accepted
            await asyncio.sleep(0.1)


def main() -> None:
    """Measure once and print the result."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tree", type=Path, required=True)
    parser.add_argument("--channel", choices=("sms", "email"), default="sms")
    parser.add_argument("--count", type=int, default=3_000)
    parser.add_argument("--latency", type=float, default=0.1)
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    os.chdir(options.tree)
    sys.path.insert(0, str(options.tree))
    result = asyncio.run(measure(options.channel, options.count, options.latency, options.workers))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
