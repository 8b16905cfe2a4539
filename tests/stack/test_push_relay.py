"""Jobs reach workers as Pub/Sub pushes them: many at once, again after a failure, then as dead letters."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from msgspec import Struct, field

from infra.local.emulators import Emulators
from infra.local.pubsub_setup import set_up_pubsub
from infra.local.push_relay import PushRelay
from infra.manifest import Function, read_manifest
from tests.kit.patience import PATIENCE_SECONDS

AT_ONCE = {"minimum_backoff_seconds": 0, "maximum_backoff_seconds": 0}


def a_worker(name: str, **changes: int) -> Function:
    """The manifest's upload worker under another name and with other times."""
    template = read_manifest().get("ingest_file")
    values = {field: getattr(template, field) for field in Function.__struct_fields__}
    return Function(**{**values, "name": name, "concurrency": 80, **changes})


class Endpoint(Struct, kw_only=True):
    """A worker that answers with `statuses` in turn, then with 204; it holds requests while `is_holding`."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    is_holding: bool = False
    bodies: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    open: int = 0
    most_open: int = 0
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def handle(self, request: web.Request) -> web.Response:
        """Take any push."""
        async with self.changed:
            self.paths.append(f"{request.method} {request.path_qs}")
            self.bodies.append(await request.json())
            self.open += 1
            self.most_open = max(self.most_open, self.open)
            self.changed.notify_all()
            await self.changed.wait_for(lambda: not self.is_holding)
            self.open -= 1
        status = self.statuses.pop(0) if self.statuses else 204
        return web.Response(status=status, headers={"Location": "/elsewhere"} if status == 302 else {})

    async def wait_for(self, is_enough: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        """Wait until enough came."""
        async with asyncio.timeout(PATIENCE_SECONDS), self.changed:
            await self.changed.wait_for(lambda: is_enough(self.bodies))
            return list(self.bodies)

    async def go_on(self) -> None:
        """Answer what is held."""
        async with self.changed:
            self.is_holding = False
            self.changed.notify_all()


@pytest_asyncio.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    """The worker's address."""
    endpoint, app = Endpoint(), web.Application()
    app.router.add_route("*", "/{path:.*}", endpoint.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    endpoint.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    yield endpoint
    await runner.cleanup()


class Topics(Struct, frozen=True):
    """Subscriptions of workers, made and pushed."""

    emulators: Emulators
    relay: PushRelay

    async def subscribe(self, worker: Function, url: str, **changes: int) -> None:
        """Make topic and subscription, and push its jobs."""
        await set_up_pubsub(self.emulators.pubsub, self.emulators.project_id, [worker])
        self.relay.subscribe(worker.subscription, worker, url, **changes)

    async def ask(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """One call of the emulator."""
        url = f"http://{self.emulators.pubsub}/v1/projects/{self.emulators.project_id}/{path}"
        async with aiohttp.ClientSession() as http, http.post(url, json=body) as response:
            response.raise_for_status()
            answer: dict[str, Any] = await response.json()
            return answer

    async def publish(self, worker: Function, *jobs: bytes) -> None:
        """Announce jobs."""
        messages = [{"data": base64.b64encode(job).decode()} for job in jobs]
        await self.ask(f"topics/{worker.topic}:publish", {"messages": messages})


@pytest_asyncio.fixture
async def topics(emulators: Emulators) -> AsyncIterator[Topics]:
    """A relay of the test's own."""
    async with PushRelay(emulators.pubsub, emulators.project_id).started() as relay:
        yield Topics(emulators, relay)


async def test_a_job_comes_again_until_it_is_taken(topics: Topics, endpoint: Endpoint) -> None:
    worker = a_worker("retried_push", **AT_ONCE)
    endpoint.statuses = [503, 500]
    await topics.subscribe(worker, f"{endpoint.url}?token=t")
    await topics.publish(worker, b"job")
    bodies = await endpoint.wait_for(lambda all_: len(all_) == 3)
    assert [body["deliveryAttempt"] for body in bodies] == [1, 2, 3]
    assert set(endpoint.paths) == {"POST /?token=t"}
    message = bodies[0]["message"]
    assert base64.b64decode(message["data"]) == b"job"
    assert message["messageId"] == message["message_id"] == bodies[2]["message"]["messageId"]
    assert message["publishTime"] == message["publish_time"]
    assert bodies[0]["subscription"] == f"projects/{topics.emulators.project_id}/subscriptions/retried-push"


async def test_more_than_two_are_under_way_at_once(topics: Topics, endpoint: Endpoint) -> None:
    worker = a_worker("many_pushes")
    endpoint.is_holding = True
    await topics.subscribe(worker, endpoint.url)
    await topics.publish(worker, *(b"%d" % number for number in range(12)))
    await endpoint.wait_for(lambda all_: len(all_) >= 4)
    await endpoint.go_on()
    bodies = await endpoint.wait_for(lambda all_: len(all_) == 12)
    assert sorted(int(base64.b64decode(body["message"]["data"])) for body in bodies) == list(range(12))


async def test_no_more_come_at_once_than_the_instances_take(topics: Topics, endpoint: Endpoint) -> None:
    worker = a_worker("few_pushes", concurrency=1)
    endpoint.is_holding = True
    await topics.subscribe(worker, endpoint.url, instances=2)
    await topics.publish(worker, *(b"%d" % number for number in range(9)))
    await endpoint.wait_for(lambda all_: len(all_) >= 2)
    await endpoint.go_on()
    await endpoint.wait_for(lambda all_: len(all_) == 9)
    assert endpoint.most_open == 2


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_these_answers_acknowledge(topics: Topics, endpoint: Endpoint, status: int) -> None:
    worker = a_worker(f"taken_with_{status}", concurrency=1, **AT_ONCE)
    endpoint.statuses = [status]
    await topics.subscribe(worker, endpoint.url)
    await topics.publish(worker, b"first")
    await endpoint.wait_for(lambda all_: len(all_) == 1)
    await topics.publish(worker, b"second")  # one at a time, so a repeated first job would come before it
    bodies = await endpoint.wait_for(lambda all_: len(all_) == 2)
    assert base64.b64decode(bodies[1]["message"]["data"]) == b"second"


async def test_a_redirect_is_a_failure_and_not_followed(topics: Topics, endpoint: Endpoint) -> None:
    worker = a_worker("redirected_push", **AT_ONCE)
    endpoint.statuses = [302]
    await topics.subscribe(worker, endpoint.url)
    await topics.publish(worker, b"job")
    bodies = await endpoint.wait_for(lambda all_: len(all_) == 2)
    assert [body["deliveryAttempt"] for body in bodies] == [1, 2]
    assert set(endpoint.paths) == {"POST /"}


async def test_no_answer_by_the_deadline_is_a_failure(topics: Topics, endpoint: Endpoint) -> None:
    worker = a_worker("late_push", ack_deadline_seconds=10, **AT_ONCE)
    await set_up_pubsub(topics.emulators.pubsub, topics.emulators.project_id, [worker])
    endpoint.is_holding = True
    impatient = a_worker("late_push", ack_deadline_seconds=1, **AT_ONCE)  # the emulator takes no less than 10
    topics.relay.subscribe(worker.subscription, impatient, endpoint.url)
    await topics.publish(worker, b"job")
    bodies = await endpoint.wait_for(lambda all_: len(all_) == 2)
    assert [body["deliveryAttempt"] for body in bodies] == [1, 2]
    await endpoint.go_on()


async def test_a_job_nobody_takes_ends_as_a_dead_letter(topics: Topics, endpoint: Endpoint) -> None:
    worker = a_worker("refused_push", max_delivery_attempts=5, **AT_ONCE)
    endpoint.statuses = [503] * 100
    await topics.subscribe(worker, endpoint.url)
    await topics.publish(worker, b"poison")
    letters: list[dict[str, Any]] = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not letters:  # each pull waits at the emulator until there is something, or for a while
            pulled = await topics.ask(f"subscriptions/{worker.dead_letter_topic}:pull", {"maxMessages": 1})
            letters = pulled.get("receivedMessages", [])
    assert base64.b64decode(letters[0]["message"]["data"]) == b"poison"
    assert [body["deliveryAttempt"] for body in endpoint.bodies] == [1, 2, 3, 4, 5]


async def test_what_is_not_pushed_any_more_waits(topics: Topics, endpoint: Endpoint) -> None:
    worker = a_worker("ended_push")
    await topics.subscribe(worker, f"{endpoint.url}old")
    await topics.relay.unsubscribe(worker.subscription)
    await topics.publish(worker, b"job")
    topics.relay.subscribe(worker.subscription, worker, f"{endpoint.url}new")
    await endpoint.wait_for(lambda all_: len(all_) == 1)
    assert endpoint.paths == ["POST /new"]
