"""Brings jobs to the workers as Pub/Sub's push does, out of pull subscriptions in its emulator.

The emulator's own push keeps two requests of a subscription under way at most, repeats every second, follows
redirects, takes 202 for a failure and never names the delivery attempt.
https://cloud.google.com/pubsub/docs/push
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from typing import Any

import aiohttp

from infra.local.push_window import PushWindow
from infra.manifest import Function

ACKNOWLEDGED = frozenset({102, 200, 201, 202, 204})
LONGEST_LEASE_SECONDS = 600
MOST_PULLED = 1_000
# An empty pull is answered late, so there is no time-out; a machine that was busy may miss a connection.
NO_TIMEOUT = aiohttp.ClientTimeout(total=None)
PULL_AGAIN_SECONDS = 0.2


class PushRelay:
    """Pushes the jobs of subscriptions in the emulator at `host`, each from `subscribe` to `unsubscribe`."""

    def __init__(self, host: str, project_id: str) -> None:
        self._project = f"projects/{project_id}"
        self._emulator_url = f"http://{host}/v1/{self._project}/"
        self._running: dict[str, asyncio.Task[None]] = {}

    @asynccontextmanager
    async def started(self) -> AsyncIterator["PushRelay"]:
        """The relay with its connections; leaving ends all deliveries, which then count as not made."""
        connector = aiohttp.TCPConnector(limit=0)
        async with (
            aiohttp.ClientSession(base_url=self._emulator_url, timeout=NO_TIMEOUT) as self._emulator,
            aiohttp.ClientSession(connector=connector) as self._workers,
        ):
            try:
                yield self
            finally:
                for name in list(self._running):
                    await self.unsubscribe(name)

    def subscribe(self, name: str, worker: Function, endpoint: str, *, instances: int = 1) -> None:
        """Push the jobs of the pull subscription `name` to `endpoint`, with `worker`'s times."""
        window = PushWindow(worker.concurrency * instances)
        deliver = self._deliver_all(name, worker, endpoint, window)
        self._running[name] = asyncio.create_task(deliver, name=f"push {name}")

    async def unsubscribe(self, name: str) -> None:
        """Push nothing more of it. What was under way comes again when its lease ends."""
        task = self._running.pop(name)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    async def _deliver_all(self, name: str, worker: Function, endpoint: str, window: PushWindow) -> None:
        async with asyncio.TaskGroup() as deliveries:
            while True:
                free = await window.wait_free()
                for received in await self._pull(name, free):
                    deliveries.create_task(self._deliver(name, worker, endpoint, window, received))
                    await asyncio.sleep(0)  # let it take its place before more is pulled

    async def _pull(self, name: str, limit: int) -> list[dict[str, Any]]:
        try:
            answer = await self._ask(name, "pull", {"maxMessages": min(limit, MOST_PULLED)})
        except aiohttp.ClientError:  # the emulator is busy, or stops
            await asyncio.sleep(PULL_AGAIN_SECONDS)
            return []
        received: list[dict[str, Any]] = answer.get("receivedMessages", [])
        return received

    async def _deliver(
        self, name: str, worker: Function, endpoint: str, window: PushWindow, received: dict[str, Any]
    ) -> None:
        """One delivery: acknowledged, or after its back-off given back for another."""
        async with window.place():
            is_taken = await self._push(name, worker, endpoint, received)
            await window.learn(is_success=is_taken)
        with suppress(aiohttp.ClientError):  # then it comes again when its lease ends
            if is_taken:
                await self._ask(name, "acknowledge", {"ackIds": [received["ackId"]]})
                return
            await self._lease(name, received, LONGEST_LEASE_SECONDS)
            await asyncio.sleep(backoff_seconds(worker, received["deliveryAttempt"]))
            await self._lease(name, received, 0)

    async def _push(self, name: str, worker: Function, endpoint: str, received: dict[str, Any]) -> bool:
        message = received["message"]
        names = {"message_id": message["messageId"], "publish_time": message["publishTime"]}
        envelope = {
            "message": message | names,  # the service says both twice
            "subscription": f"{self._project}/subscriptions/{name}",
            "deliveryAttempt": received["deliveryAttempt"],
        }
        timeout = aiohttp.ClientTimeout(total=worker.ack_deadline_seconds)
        try:
            async with self._workers.post(
                endpoint, json=envelope, timeout=timeout, allow_redirects=False
            ) as response:
                return response.status in ACKNOWLEDGED
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def _lease(self, name: str, received: dict[str, Any], seconds: int) -> None:
        body = {"ackIds": [received["ackId"]], "ackDeadlineSeconds": seconds}
        await self._ask(name, "modifyAckDeadline", body)

    async def _ask(self, name: str, method: str, body: dict[str, Any]) -> dict[str, Any]:
        async with self._emulator.post(f"subscriptions/{name}:{method}", json=body) as response:
            if response.status != HTTPStatus.OK:
                response.raise_for_status()
            answer: dict[str, Any] = await response.json()
            return answer


def backoff_seconds(worker: Function, attempt: int) -> float:
    """How long a delivery waits after its `attempt`-th failure: the least time, doubled each time."""
    doubled = worker.minimum_backoff_seconds * 2.0 ** min(attempt - 1, 16)
    return min(doubled, worker.maximum_backoff_seconds)
