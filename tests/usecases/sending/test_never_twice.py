"""No recipient gets the same message twice: repeated jobs, many workers, lost leases, answers that lie."""

import asyncio
from datetime import timedelta

from shared.domain.fires.fire import ProgressStatus
from shared.domain.job import QueueMessages, SendBatch
from shared.domain.messages.batch import BatchState
from shared.domain.messages.message import MessageState
from shared.domain.record import replace
from shared.usecases.fires.queue_messages import queue_messages
from shared.usecases.fires.start_fire import start_fire
from shared.usecases.sending.send_batch import send_batch
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from tests.kit.clinic import Clinic, people


async def test_jobs_delivered_many_times_at_once_send_once(clinic: Clinic) -> None:
    await clinic.load(*people(30))
    await clinic.ready()
    clinic.runs_jobs = False
    await clinic.fire()
    chunks = [job for job in clinic.published if isinstance(job, QueueMessages)]
    await asyncio.gather(*(queue_messages(clinic.runtime, job) for job in chunks * 4))
    batches = [job for job in clinic.published if isinstance(job, SendBatch)]
    await asyncio.gather(*(send_batch(clinic.runtime, job) for job in batches * 8))
    counts = await clinic.sent_counts()
    assert len(counts) == 30
    assert set(counts.values()) == {1}


async def test_the_same_slot_fires_once(clinic: Clinic) -> None:
    await clinic.load(*people(5))
    campaign = await clinic.ready()
    now = clinic.runtime.now()
    fires = await asyncio.gather(
        *(start_fire(clinic.runtime, clinic.company_id, campaign, "slot", now) for _ in range(5))
    )
    assert len({fire.id for fire in fires}) == 1
    assert set((await clinic.sent_counts()).values()) == {1}


async def test_a_worker_that_died_while_calling_leaves_unknown_and_nothing_is_sent_again(
    clinic: Clinic,
) -> None:
    await clinic.load(*people(3))
    await clinic.ready()
    fire, job = await clinic.fire_and_queue()
    await clinic.die_after_intent(job)
    clinic.runs_jobs = True
    await sweep_stalled_work(clinic.runtime, clinic.runtime.now())
    states = [message.state for message in await clinic.messages()]
    assert states.count(MessageState.UNKNOWN) == 1
    assert states.count(MessageState.SENT) == 2
    report = await clinic.report(fire)
    assert report.status is ProgressStatus.NEEDS_ATTENTION
    assert report.ledger.is_balanced
    assert sum((await clinic.sent_counts()).values()) == 2


async def test_a_batch_another_worker_has_is_left_alone(clinic: Clinic) -> None:
    await clinic.load(*people(2))
    await clinic.ready()
    _, job = await clinic.fire_and_queue()
    batch = await clinic.stores.batches.get(clinic.company_id, job.batch_id)
    until = clinic.runtime.now() + timedelta(minutes=5)
    leased = replace(batch, state=BatchState.LEASED, lease_token="other", lease_until=until, attempt=1)
    await clinic.stores.batches.save(clinic.company_id, batch.id, leased)
    await send_batch(clinic.runtime, job)
    assert await clinic.sent_counts() == {}
    assert await clinic.stores.batches.get(clinic.company_id, job.batch_id) == leased
