"""What does not heal by itself raises an alert, and ops can see why and mend it."""

import base64
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from infra.local.emulators import Emulators
from infra.local.pubsub_setup import set_up_pubsub
from infra.manifest import Trigger, read_manifest
from infra.ops.__main__ import ops_parser
from shared.domain.fires.fire import ChunkState
from shared.domain.messages.batch import BatchState
from shared.domain.messages.message import MessageState
from shared.domain.record import replace
from shared.usecases.evidence.reconcile_sends import reconcile_sends
from shared.usecases.sending.pause_sender import pause_sender
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from shared.usecases.upkeep.watch_work import watch_work
from shared.views.stuck_work import StuckKind, list_stuck_work
from tests.kit.clinic import Clinic

JOB = b'{"company_id": "acme", "batch_id": "b1"}'


class Alerts(logging.Handler):
    """The alerts that were logged."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep an alert's fields."""
        if record.getMessage() == "alert":
            assert record.levelno == logging.ERROR
            self.found.append(record.__dict__["fields"])

    def of(self, metric: str) -> list[dict[str, Any]]:
        """Those of one metric."""
        return [fields for fields in self.found if fields["metric"] == metric]


@pytest.fixture
def alerts() -> Iterator[Alerts]:
    """What is logged as an alert during the test."""
    handler, logger = Alerts(), logging.getLogger("rollcall")
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)


@pytest.fixture
def watched(clinic: Clinic) -> Clinic:
    """A clinic whose jobs need no topics."""
    clinic.runtime.settings = replace(clinic.runtime.settings, bus="inline")
    return clinic


async def watch(clinic: Clinic) -> dict[str, int]:
    return await watch_work(clinic.runtime, clinic.runtime.now())


async def sweep(clinic: Clinic) -> None:
    await sweep_stalled_work(clinic.runtime, clinic.runtime.now())


async def test_nothing_is_raised_while_all_is_well(watched: Clinic, alerts: Alerts) -> None:
    assert await watch(watched) == {}  # a new installation, that has not swept yet
    await watched.load({})
    await watched.ready()
    await watched.fire()
    await sweep(watched)
    assert await watch(watched) == {}
    assert alerts.found == []


async def test_a_silent_sweep(watched: Clinic, alerts: Alerts) -> None:
    await watch(watched)
    assert (await watch(watched)).keys() == {"sweep_silent"}  # it never ran
    await sweep(watched)
    assert await watch(watched) == {}
    watched.later(timedelta(minutes=6))  # the next one may be at work
    assert await watch(watched) == {}
    watched.later(timedelta(minutes=4))  # five after the one it missed
    assert (await watch(watched)).keys() == {"sweep_silent"}
    assert alerts.of("sweep_silent")[-1]["value"] >= 600
    await sweep(watched)
    assert await watch(watched) == {}


async def stalled_batch(clinic: Clinic, **changes: Any) -> str:
    """A batch in trouble."""
    await clinic.load({})
    await clinic.ready()
    await clinic.fire()
    [batch] = (await clinic.stores.batches.page(clinic.company_id, limit=9)).items
    await clinic.stores.batches.save(clinic.company_id, batch.id, replace(batch, **changes))
    return batch.id


async def test_a_batch_that_nobody_takes_up_again(watched: Clinic, alerts: Alerts) -> None:
    await sweep(watched)
    until = watched.runtime.now()
    item_id = await stalled_batch(
        watched, state=BatchState.LEASED, lease_token="dead", lease_until=until, planned_start=until
    )
    assert await watch(watched) == {}  # the sweep has not had its turn
    watched.later(timedelta(minutes=5.1))
    assert (await watch(watched))["stuck_work"] == 1
    [alert] = alerts.of("stuck_work")
    assert alert["kinds"] == {"lost_batch": 1}
    assert alert["examples"] == [f"acme/{item_id}"]


async def test_an_announced_batch_that_no_worker_takes(watched: Clinic, alerts: Alerts) -> None:
    announced = watched.runtime.now()
    await stalled_batch(
        watched, state=BatchState.DISPATCHED, dispatched_at=announced, planned_start=announced
    )
    watched.later(timedelta(minutes=15.1))
    assert (await watch(watched))["stuck_work"] == 1
    assert alerts.of("stuck_work")[0]["kinds"] == {"untaken_batch": 1}


async def test_a_batch_whose_start_has_passed_and_a_chunk_that_no_worker_takes(
    watched: Clinic, alerts: Alerts
) -> None:
    start = watched.runtime.now()
    await stalled_batch(watched, state=BatchState.WAITING, planned_start=start)
    [chunk] = (await watched.stores.chunks.page(watched.company_id, limit=9)).items
    waiting = replace(chunk, state=ChunkState.WAITING, published_at=start)
    await watched.stores.chunks.save(watched.company_id, chunk.id, waiting)
    watched.later(timedelta(minutes=14))
    assert "stuck_work" not in await watch(watched)
    watched.later(timedelta(minutes=1.1))
    assert (await watch(watched))["stuck_work"] == 2
    assert alerts.of("stuck_work")[0]["kinds"] == {"overdue_batch": 1, "untaken_chunk": 1}


async def test_what_cannot_be_looked_at_is_an_alert_and_keeps_no_other_quiet(
    watched: Clinic, alerts: Alerts
) -> None:
    await watch(watched)
    broken = {"state": "unknown", "search_at": watched.runtime.now()}  # a document that is no message
    await watched.stores.messages.ref(watched.company_id, "broken").set(broken)
    with pytest.raises(ExceptionGroup, match="Not everything"):
        await watch(watched)
    assert alerts.of("unknown_growing")[0]["value"] == -1
    assert alerts.of("sweep_silent")


async def test_unknown_messages_raise_an_alert_when_there_are_more(watched: Clinic, alerts: Alerts) -> None:
    await watch(watched)
    await sweep(watched)
    await watched.load({"Phone": "+1 212 555 0005"}, {"Phone": "+1 212 555 0006"})
    await watched.ready()
    fire = await watched.fire()
    assert (await watch(watched))["unknown_growing"] == 2
    assert alerts.of("unknown_growing")[0]["fires"] == [f"acme/{fire.id}"]
    assert await watch(watched) == {}  # known by now
    [first, *_] = [m for m in await watched.messages() if m.state is MessageState.UNKNOWN]
    more = replace(first, id="more")
    await watched.stores.messages.save(watched.company_id, more.id, more)
    assert (await watch(watched))["unknown_growing"] == 1
    watched.later(timedelta(minutes=300))
    await reconcile_sends(watched.runtime, watched.runtime.now())
    await sweep(watched)
    assert "unknown_growing" not in await watch(watched)


async def test_a_paused_sender_is_an_alert_and_held_work_says_why(watched: Clinic, alerts: Alerts) -> None:
    await watch(watched)
    await sweep(watched)
    for _ in range(2):
        await pause_sender(watched.runtime, watched.company_id, "texts", "The account is suspended.")
    assert len(alerts.of("sender_paused")) == 1
    await watched.stores.senders.save(
        watched.company_id,
        "texts",
        replace(await watched.stores.senders.get(watched.company_id, "texts"), is_paused=False),
    )
    await watched.load({})
    await watched.ready()
    watched.runs_jobs = False
    await watched.fire()
    await watched.run_published()
    await pause_sender(watched.runtime, watched.company_id, "texts", "The account is suspended.")
    await watched.run_published()
    [held] = [one async for one in list_stuck_work(watched.runtime, watched.runtime.now())]
    assert held.kind is StuckKind.HELD_BATCH
    assert held.why == "The sender +12125550100 is paused: The account is suspended."
    assert "stuck_work" not in await watch(watched)  # it is said already


async def topics(clinic: Clinic, emulators: Emulators) -> str:
    """All topics of the manifest, in a project of the clinic's own; its address."""
    project = clinic.runtime.settings.project_id
    await set_up_pubsub(emulators.pubsub, project, read_manifest().with_trigger(Trigger.WORKER))
    clinic.runtime.settings = replace(clinic.runtime.settings, pubsub_emulator_host=emulators.pubsub)
    return f"http://{emulators.pubsub}/v1/projects/{project}"


async def post(url: str, body: dict[str, Any], method: str = "POST") -> dict[str, Any]:
    async with aiohttp.ClientSession() as http, http.request(method, url, json=body) as response:
        response.raise_for_status()
        answer: dict[str, Any] = await response.json()
        return answer


async def run_command(clinic: Clinic, *arguments: str) -> dict[str, Any]:
    args = ops_parser().parse_args(arguments)
    answer: dict[str, Any] = await args.run(clinic.runtime, args)
    return answer


async def test_dead_letters_are_seen_listed_and_replayed(
    clinic: Clinic, emulators: Emulators, alerts: Alerts
) -> None:
    address = await topics(clinic, emulators)
    project = clinic.runtime.settings.project_id
    await post(f"{address}/subscriptions/seen", {"topic": f"projects/{project}/topics/send-batch"}, "PUT")
    letter = {
        "data": base64.b64encode(JOB).decode(),
        "attributes": {"CloudPubSubDeadLetterSourceDeliveryCount": "20", "kind": "own"},
    }
    await sweep(clinic)
    assert await watch(clinic) == {}
    await post(f"{address}/topics/send-batch-dead:publish", {"messages": [letter]})
    for _ in range(2):  # looking takes nothing away
        assert (await watch(clinic))["dead_letters"] == 1
        [shown] = (await run_command(clinic, "dead-letters", "list"))["dead_letters"]
        assert (shown["topic"], shown["job"]) == ("send-batch", JOB.decode())
    assert alerts.of("dead_letters")[0]["topics"] == {"send-batch": 1}
    replayed = await run_command(clinic, "dead-letters", "replay", "--topic", "send-batch")
    assert replayed == {"replayed": {"send-batch": 1}}
    pulled = await post(f"{address}/subscriptions/seen:pull", {"maxMessages": 5})
    [again] = pulled["receivedMessages"]
    assert base64.b64decode(again["message"]["data"]) == JOB
    assert again["message"]["attributes"] == {"kind": "own"}
    assert await watch(clinic) == {}
    assert (await run_command(clinic, "dead-letters", "list"))["dead_letters"] == []
    assert (await run_command(clinic, "stuck")) == {"stuck": [], "count": 0}
    await clinic.runtime.dead_letters.close()


async def test_topics_that_cannot_be_read_are_an_alert_too(
    clinic: Clinic, emulators: Emulators, alerts: Alerts
) -> None:
    clinic.runtime.settings = replace(clinic.runtime.settings, pubsub_emulator_host=emulators.pubsub)
    await watch(clinic)
    assert {alert["value"] for alert in alerts.of("dead_letters")} == {-1}
    await clinic.runtime.dead_letters.close()
