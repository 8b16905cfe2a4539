"""Without Pub/Sub a campaign goes out from one process; while publishing fails, small work does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, suppress
from datetime import timedelta
from functools import partial

import grpc
import pytest
from google.api_core.exceptions import DeadlineExceeded, GoogleAPIError
from google.pubsub_v1.services.subscriber import SubscriberAsyncClient
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcAsyncIOTransport

from infra.local.emulators import Emulators
from infra.local.pubsub_setup import set_up_pubsub
from infra.manifest import Trigger, read_manifest
from shared import calls
from shared.domain.job import Job
from shared.domain.messages import batch
from shared.domain.messages.batch import Claim
from shared.domain.queue_failure import REMEMBERED, Way
from shared.domain.record import replace
from shared.pubsub import inline
from shared.pubsub.publisher import PubSubPublisher
from shared.runtime import Runtime
from shared.usecases.campaigns.start_preview import start_preview
from shared.usecases.files.store_upload import store_upload
from shared.usecases.run_here import run_here
from shared.usecases.run_job import run_job
from shared.usecases.sending import intend_messages, read_group, send_batch
from shared.usecases.sending.claim_batch import claim_batch
from shared.usecases.sending.dispatch_due_batches import dispatch_due_batches
from shared.usecases.upkeep.note_queue import note_queue
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from shared.views.job_way import job_way
from tests.faults.grpc_proxy import Failing, GrpcProxy
from tests.faults.guards import GUARDS, Guard
from tests.faults.orders import Moment
from tests.kit.builders import a_campaign
from tests.kit.clinic import Clinic, csv_of, people
from tests.kit.patience import PATIENCE_SECONDS

LATER = timedelta(minutes=30)


def without_queue(clinic: Clinic) -> Clinic:
    """The clinic as an installation that has no Pub/Sub: nothing listens where it would be."""
    clinic.runtime.settings = replace(
        clinic.runtime.settings, bus="inline", pubsub_emulator_host="127.0.0.1:9"
    )
    clinic.runtime.do_jobs_here(partial(run_here, clinic.runtime))
    return clinic


async def ticks(clinic: Clinic) -> None:
    """The ticks that find work, each a call of its own. One that cannot announce other work says so."""
    for tick in (sweep_stalled_work, dispatch_due_batches):
        calls.begin(is_waited_for=False)
        with suppress(ExceptionGroup):
            await tick(clinic.runtime, clinic.runtime.now())


async def test_a_campaign_goes_out_with_no_pubsub_at_all(
    clinic: Clinic, tmp_path_factory: pytest.TempPathFactory
) -> None:
    without_queue(clinic)
    path = tmp_path_factory.mktemp("files") / "day.csv"
    path.write_bytes(csv_of(*people(350)))
    calls.begin(is_waited_for=True)
    file = await store_upload(clinic.runtime, clinic.company_id, "appointments", "day.csv", str(path))
    assert (file.state, file.row_count) == ("loaded", 350)
    await clinic.ready()
    fire = await clinic.fire()
    for _ in range(20):
        if (await clinic.stores.fires.get(clinic.company_id, fire.id)).is_closed:
            break
        await ticks(clinic)
    assert set((await clinic.sent_counts()).values()) == {1}
    assert len(await clinic.sent_counts()) == 350
    assert (await clinic.report(fire)).ledger.is_balanced
    assert (await job_way(clinic.runtime)).way is Way.INLINE


async def test_a_request_begins_no_job_when_its_time_is_over_and_a_tick_does_it(clinic: Clinic) -> None:
    without_queue(clinic)
    await clinic.load(*people(3))
    await clinic.ready()
    clinic.runtime.settings = replace(clinic.runtime.settings, inline_seconds=1e-6)
    calls.begin(is_waited_for=True)
    fire = await clinic.fire()
    assert await clinic.messages() == []
    await ticks(clinic)
    assert sorted((await clinic.sent_counts()).values()) == [1, 1, 1]
    assert (await clinic.report(fire)).ledger.sent == 3


@asynccontextmanager
async def failing(
    clinic: Clinic, emulators: Emulators, moment: Moment, most_jobs: int = 10
) -> AsyncIterator[GrpcProxy]:
    """Publishing fails, before Pub/Sub has the jobs or after; `calls` of it are counted by the proxy.

    Where it has them, its workers do each job too, at the same time as this process.
    """
    runtime, project = clinic.runtime, clinic.runtime.settings.project_id
    await set_up_pubsub(emulators.pubsub, project, read_manifest().with_trigger(Trigger.WORKER))

    async def run(job: Job) -> None:
        here = run_here(runtime, job, most_jobs=most_jobs)
        if moment == "after":
            await asyncio.gather(here, run_job(runtime, job))
        else:
            await here

    async with GrpcProxy() as proxy:
        proxy.target = emulators.pubsub
        # An answer that the client does not ask for again.
        proxy.failing = Failing(code=grpc.StatusCode.PERMISSION_DENIED, moment=moment, methods=("Publish",))
        queue = PubSubPublisher(project, proxy.address)
        runtime.publisher = inline.FallingBack(queue, run, partial(note_queue, runtime))
        yield proxy


async def taken_by_pubsub(clinic: Clinic, emulators: Emulators) -> int:
    """How many chunks' jobs Pub/Sub has."""
    channel = grpc.aio.insecure_channel(emulators.pubsub)
    client = SubscriberAsyncClient(transport=SubscriberGrpcAsyncIOTransport(channel=channel))
    name = f"projects/{clinic.runtime.settings.project_id}/subscriptions/queue-messages"
    try:
        answer = await client.pull(subscription=name, max_messages=10, timeout=2, retry=None)
    except DeadlineExceeded:
        return 0
    finally:
        await channel.close()
    return len(answer.received_messages)


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_publish_that_fails_falls_back_once_and_nothing_is_doubled(
    clinic: Clinic, emulators: Emulators, moment: Moment
) -> None:
    async with failing(clinic, emulators, moment) as proxy:
        await clinic.load(*people(5))
        await clinic.ready()
        calls.begin(is_waited_for=True)
        fire = await clinic.fire()
        assert proxy.failed == 1, "while it fails, nobody waits for the queue again"
        assert await taken_by_pubsub(clinic, emulators) == (1 if moment == "after" else 0)
        assert sorted((await clinic.sent_counts()).values()) == [1] * 5
        await ticks(clinic)
        assert sorted((await clinic.sent_counts()).values()) == [1] * 5
    report = await clinic.report(fire)
    assert (report.ledger.sent, report.ledger.is_balanced) == (5, True)


@pytest.fixture
def claimed_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither of two workers of a batch goes on before the other has claimed it too."""
    both = asyncio.Barrier(2)

    async def claim(runtime: Runtime, company_id: str, batch_id: str) -> Claim | None:
        found = await claim_batch(runtime, company_id, batch_id)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await both.wait()
        return found

    monkeypatch.setattr(send_batch, "claim_batch", claim)


@pytest.mark.usefixtures("claimed_together")
async def test_without_its_guards_what_comes_twice_would_be_sent_twice(
    clinic: Clinic, emulators: Emulators
) -> None:
    broken = [
        *(GUARDS[name] for name in ("lease on claim", "intent fence")),
        Guard(batch.taken, "if batch.state is BatchState.DONE:", "if False:"),
        Guard(read_group._is_ours, "message.state is MessageState.QUEUED and ", ""),
        Guard(
            intend_messages._leaving,
            "moved(message, MessageState.SENDING, ",
            "replace(message, state=MessageState.SENDING, ",
        ),
    ]
    async with failing(clinic, emulators, "after"):
        await clinic.load(*people(5))
        await clinic.ready()
        with ExitStack() as removed:
            for guard in broken:
                removed.enter_context(guard.removed())
            calls.begin(is_waited_for=True)
            await clinic.fire()
    assert sorted((await clinic.sent_counts()).values()) == [2] * 5


async def test_a_call_does_so_many_jobs_and_the_sweep_does_the_rest(
    clinic: Clinic, emulators: Emulators
) -> None:
    async with failing(clinic, emulators, "before", most_jobs=1):
        await clinic.load(*people(5))
        await clinic.ready()
        calls.begin(is_waited_for=True)
        fire = await clinic.fire()
        assert await clinic.sent_counts() == {}, "the chunk was queued; its batch is one too many"
        clinic.later(LATER)
        await ticks(clinic)
        assert sorted((await clinic.sent_counts()).values()) == [1] * 5
    assert (await clinic.report(fire)).ledger.sent == 5


async def test_the_status_says_since_when_and_that_it_is_over(
    clinic: Clinic, emulators: Emulators, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inline, "TRIED_AGAIN_SECONDS", 0.0)
    runtime = clinic.runtime
    assert (await job_way(runtime)).way is Way.QUEUE
    async with failing(clinic, emulators, "before") as proxy:
        await clinic.load(*people(1))
        await clinic.ready()
        began = runtime.now()
        await clinic.fire()
        clinic.later(timedelta(minutes=5))
        await clinic.ready(id="second")
        await clinic.fire("second")
        way = await job_way(runtime)
        assert way.way is Way.FALLEN_BACK
        assert way.since is not None
        assert began <= way.since < began + timedelta(minutes=1)
        kept = runtime.now
        clinic.later(REMEMBERED)
        assert (await job_way(runtime)).way is Way.QUEUE, "nothing more is heard of it"
        runtime.now = kept
        proxy.failing = None
        await clinic.ready(id="third")
        await clinic.fire("third")
        assert (await job_way(runtime)).way is Way.QUEUE


async def test_what_runs_nowhere_else_is_refused_while_the_queue_fails(
    clinic: Clinic, emulators: Emulators
) -> None:
    async with failing(clinic, emulators, "before"):
        await clinic.load(*people(1))
        await clinic.save(a_campaign())
        with pytest.raises(GoogleAPIError):
            await start_preview(clinic.runtime, clinic.company_id, "reminders")
