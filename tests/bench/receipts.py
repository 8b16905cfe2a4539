"""Receipts while a campaign is sending: `python -m tests.bench.receipts --channel=sms --per-second=300`.

One campaign has gone out; while another is sending, receipts of both come at that rate. Prints one JSON
object: how long the webhook took to answer, how long it took until all was recorded, whether anything was
lost, and how long from a reply until its disposition can be read.
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

from tests.bench import fire

REPOSITORY = Path(__file__).resolve().parents[2]
REPLIES = 10
PATIENCE_SECONDS = 300


async def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Run the stack, both campaigns and the receipts once."""
    from infra.local import demo_company  # of the tree that is measured
    from infra.local.ports import free_ports
    from infra.local.stack import Stack, StackOptions

    demo_company.RATE_PER_SECOND = fire.RATE_PER_SECOND
    [port] = free_ports([0])
    provider = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        urls = {"ROLLCALL_TWILIO_BASE_URL": provider, "ROLLCALL_SENDGRID_BASE_URL": provider}
        stack_options = StackOptions(root=Path(folder), usual_ports=False, tick_seconds=5, settings=urls)
        async with Stack(stack_options, say=lambda _: None) as stack:
            command = [sys.executable, "-m", "tests.bench.telling", f"--port={port}"]
            command += [f"--latency={options.latency}", f"--behind={stack.addresses.simulator}"]
            process = subprocess.Popen(command, cwd=REPOSITORY)  # noqa: S603, ASYNC220 - our own, started once
            try:
                return await _Run(stack, provider, options).measure()
            finally:
                process.terminate()
                process.wait()


class _Run:
    """One measurement on a stack that runs."""

    def __init__(self, stack: Any, provider: str, options: argparse.Namespace) -> None:
        from shared.runtime import Runtime
        from shared.settings import Settings

        os.environ.update(stack.emulator_env)
        self.runtime = Runtime(Settings.from_env(stack.settings_env))
        self.stack, self.provider, self.options = stack, provider, options

    async def measure(self) -> dict[str, Any]:
        """Both campaigns, the receipts meanwhile, and what came of them."""
        import aiohttp

        from infra.local.api_client import ApiClient
        from infra.local.demo_company import open_company
        from infra.local.simulator.client import simulator_client

        options = self.options
        async with (
            simulator_client(self.stack.addresses.simulator) as simulator,
            aiohttp.ClientSession() as http,
        ):
            self.http = http
            self.company = await open_company(self.runtime, simulator)
            self.api = ApiClient(self.stack.addresses.functions["api"], self.company.key, http)
            before = await self._fire(options.before)
            await fire._until(self.api, f"/fires/{before}", "percent", 100)
            # Other people: an answer is meant for one message where no other is open.
            while_sending = await self._fire(options.before + options.count, first=options.before)
            order = await self._order()
            begun = time.monotonic()
            async with http.post(f"{self.provider}/telling", json=order) as answer:
                answer.raise_for_status()
            replies = await self._replies(order) if options.channel == "sms" else []
            told = await self._done()
            ended = time.monotonic()
            sent = await self._count_sent(while_sending)
            lost = await self._recorded(told.pop("delivered"))
            return {
                "channel": options.channel,
                "per_second": round(told["receipts"] / (ended - begun), 1),
                "receipts": told["receipts"],
                "statuses": told["statuses"],
                "first_answer_ms": round(told["first"] * 1000),
                "answer_p50_ms": round(told["p50"] * 1000),
                "answer_p99_ms": round(told["p99"] * 1000),
                "answer_longest_ms": round(told["longest"] * 1000),
                "recorded_after_seconds": round(time.monotonic() - ended, 2),
                "lost": lost,
                "sent_meanwhile": sent,
                "reply_longest_ms": round(max(replies, default=0) * 1000),
                "replies_ms": [round(one * 1000) for one in replies],
            }

    async def _fire(self, count: int, first: int = 0) -> str:
        campaign_id, _ = await fire._campaign(
            self.api, self.company, self.options.channel, count, first=first
        )
        await self.api.post(f"/campaigns/{campaign_id}/ready", {})
        fired: str = (await self.api.post(f"/campaigns/{campaign_id}/fire"))["id"]
        return fired

    async def _order(self) -> dict[str, Any]:
        """What the provider is to tell, and how it signs."""
        company, options = self.company, self.options
        texts = await self._credentials(company.sms_sender_id)
        mails = await self._credentials(company.email_sender_id)
        from infra.local.simulator.callbacks import new_signing_key, verification_key

        events_url = f"{self.stack.addresses.functions['messages']}/messages/events"
        key = new_signing_key()
        await self._set(company.email_sender_id, mails | {"webhook_public_key": verification_key(key)})
        return {
            "channel": options.channel,
            "per_second": options.per_second,
            "seconds": options.seconds,
            "events": options.events,
            "events_url": f"{events_url}?company={company.company_id}&sender={company.email_sender_id}",
            "account": texts["account_sid"],
            "token": texts["auth_token"],
            "signing_key": key,
        }

    async def _credentials(self, sender_id: str) -> dict[str, str]:
        [live] = await self.runtime.secrets.values(self.company.company_id, sender_id)
        return dict(live.fields)

    async def _set(self, sender_id: str, fields: dict[str, str]) -> None:
        await self.runtime.secrets.delete(self.company.company_id, sender_id)
        await self.runtime.secrets.add(self.company.company_id, sender_id, fields, self.runtime.now())

    async def _replies(self, order: dict[str, Any]) -> list[float]:
        """Have people answer one after the other while receipts come; seconds until each can be read."""
        from infra.local.demo_company import SMS_NUMBER

        company, base = self.company, self.stack.addresses.functions["messages"]
        url = f"{base}/messages/incoming?company={company.company_id}&sender={company.sms_sender_id}"
        page = await self.api.get("/messages", state="sent", limit=str(REPLIES))
        took = []
        for message in page["items"]:
            begun = time.monotonic()
            body = {"order": order, "from": message["address"], "to": SMS_NUMBER, "body": "1", "url": url}
            async with self.http.post(f"{self.provider}/replies", json=body) as answer:
                answer.raise_for_status()
            await fire._until(self.api, f"/messages/{message['id']}", "disposition", "confirmed")
            took.append(time.monotonic() - begun)
        return took

    async def _done(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                async with self.http.get(f"{self.provider}/telling") as answer:
                    told: dict[str, Any] = await answer.json()
                if told["is_done"]:
                    return told
                await asyncio.sleep(0.1)

    async def _count_sent(self, fire_id: str) -> int:
        from shared.firestore.queries.messages import FIRE_MESSAGES_BY_STATE

        return await self.runtime.stores.messages.count(
            self.company.company_id, FIRE_MESSAGES_BY_STATE, fire_id, "sent"
        )

    async def _recorded(self, delivered: list[str]) -> int:
        """Wait until no bundle waits; how many messages do not say what was told of them last."""
        stores, company_id = self.runtime.stores, self.company.company_id
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (await stores.receipt_bundles.page(company_id, limit=1)).items:
                await asyncio.sleep(0.05)
        found = await stores.messages.find_field(company_id, delivered, "delivery")
        return sum(found.get(item_id) != "delivered" for item_id in delivered)


def main() -> None:
    """Measure once and print the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channel", choices=("sms", "email"), default="sms")
    parser.add_argument("--per-second", type=float, default=300)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--events", type=int, default=30, help="mails told of in a post")
    parser.add_argument("--before", type=int, default=1_000, help="messages that went out before")
    parser.add_argument("--count", type=int, default=5_000, help="messages of the campaign that is sending")
    parser.add_argument("--latency", type=float, default=0.1)
    options = parser.parse_args()
    print(json.dumps(asyncio.run(measure(options))))


if __name__ == "__main__":
    main()
