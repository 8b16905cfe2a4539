"""One fire on the local stack, timed: `python -m tests.bench.fire --tree=… --channel=sms --count=3000`.

It runs inside any checkout (`--tree`), also an older one, and uses only what has not changed: the stack, the
demo's company and the REST API. It prints one JSON object.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from msgspec import Struct

from tests.bench.stub import forget_accepted, free_port, running_provider, wait_for_accepted
from tests.bench.usage import Used, peaks, per_thousand, used

AREAS = (201, 202, 203, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218, 219, 224, 225, 228)
COLUMNS = (("name", "text"), ("phone", "phone"), ("email", "email"), ("visit", "text"), ("note", "text"))
TEXT = "Hello {{ name }}, you come on {{ visit }}. Reply 1 to confirm."
RATE_PER_SECOND = 1_000.0  # the most that a sender of the build before may have
PATIENCE_SECONDS = 900


def rows(count: int, first: int = 0) -> bytes:
    """A file of `count` people from number `first` on, each with a number and an address of their own.

    There are 200,000 of them.
    """
    lines = [",".join(name for name, _ in COLUMNS)]
    for number in range(first, first + count):
        phone = f"+1{AREAS[number // 10_000]}555{number % 10_000:04}"
        lines.append(f"Person {number},{phone},p{number}@example.com,Monday at nine,Row {number}")
    return "\n".join(lines).encode()


async def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Run one fire; seconds from the order to fire until the last message was accepted, and its costs."""
    from infra.local import demo_company  # of the tree that is measured
    from infra.local.stack import Stack, StackOptions
    from infra.local.stopping import stop_on_signals

    stop_on_signals()
    demo_company.RATE_PER_SECOND = RATE_PER_SECOND
    port = free_port()
    provider = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        stack_options = StackOptions(
            root=Path(folder),
            usual_ports=False,
            tick_seconds=60,
            instances={"send_batch": options.workers},
            settings={
                "ROLLCALL_TWILIO_BASE_URL": provider,
                "ROLLCALL_SENDGRID_BASE_URL": provider,
            },
        )
        async with Stack(stack_options, say=lambda _: None) as stack:
            with running_provider(port, options.latency, behind=stack.addresses.simulator):
                return await fires(stack, provider, options)


async def fires(stack: Any, provider: str, options: argparse.Namespace) -> dict[str, Any]:
    """The fire that is measured; with `again`, one before it has sent to other people of the same source."""
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
        bench = _Bench(stack, provider, api, company, await _source(api), options)
        if options.again:
            await bench.fire(first=options.count)
            await asyncio.to_thread(forget_accepted, provider)
        return await bench.fire(first=0)


class _Bench(Struct, frozen=True):
    """One source of one company on a stack that runs."""

    stack: Any
    provider: str
    api: Any
    company: Any
    source_id: str
    options: argparse.Namespace

    async def fire(self, first: int) -> dict[str, Any]:
        """Load a file of people from number `first` on, fire a campaign for it, and measure."""
        channel, count, api = self.options.channel, self.options.count, self.api
        loading = time.monotonic()
        campaign_id, loaded = await _campaign(
            api, self.company, channel, count, source_id=self.source_id, first=first
        )
        await api.post(f"/campaigns/{campaign_id}/ready", {})
        used_before = self._used()
        begun = time.monotonic()
        fire = await api.post(f"/campaigns/{campaign_id}/fire")
        accepted = await asyncio.to_thread(wait_for_accepted, self.provider, count)
        closed = await _until(api, f"/fires/{fire['id']}", "percent", 100)
        used_after = self._used()
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
            "processor": per_thousand(used_before, used_after, count),
            "peak_mib": peaks(used_after),
        }

    def _used(self) -> dict[str, Used]:
        return used({host.pid: name for name, host in self.stack.hosts.items()})


async def _source(api: Any) -> str:
    columns = [{"column": name, "field": name, "type": kind} for name, kind in COLUMNS]
    source = await api.post("/sources", {"name": "People", "columns": columns})
    source_id: str = source["id"]
    return source_id


async def _campaign(
    api: Any, company: Any, channel: str, count: int, *, source_id: str = "", first: int = 0
) -> tuple[str, float]:
    """A campaign that is ready to be frozen, and when its file was loaded; a new source if none is named."""
    source_id = source_id or await _source(api)
    link = await api.post("/files", {"source_id": source_id, "name": "people.csv"})
    await api.put_file(link, rows(count, first))
    file = await _until(api, f"/files/{link['file']['id']}", "state", "loaded")
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
            "audience": {"source_id": source_id, "file_id": file["id"]},
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


def main() -> None:
    """Measure once and print the result."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tree", type=Path, default=Path.cwd())
    parser.add_argument("--channel", choices=("sms", "email"), default="sms")
    parser.add_argument("--count", type=int, default=3_000)
    parser.add_argument("--latency", type=float, default=0.1)
    parser.add_argument("--workers", type=int, default=1, help="processes of send_batch")
    parser.add_argument("--again", action="store_true", help="measure the second fire of its source")
    options = parser.parse_args()
    os.chdir(options.tree)
    sys.path.insert(0, str(options.tree))
    print(json.dumps(asyncio.run(measure(options))))


if __name__ == "__main__":
    main()
