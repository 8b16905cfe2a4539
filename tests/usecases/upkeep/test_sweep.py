"""Never lost: whatever was dropped is found by a later tick, and sweeping twice changes nothing."""

from datetime import timedelta
from typing import Any

import pytest

from infra.local.simulator.outcomes import Answer
from shared.domain.fires.fire import ChunkState, Fire, FireState, Ledger, ProgressStatus
from shared.domain.job import SendBatch
from shared.domain.messages.batch import BatchState
from shared.domain.messages.message import MessageState
from shared.domain.record import replace
from shared.usecases.sending.dispatch_due_batches import dispatch_due_batches
from shared.usecases.sending.send_batch import send_batch
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from tests.kit.clinic import Clinic, people

COUNT = 3


async def lost(clinic: Clinic, rounds: int) -> Fire:
    """A fire whose jobs were lost after `rounds` of them were done."""
    await clinic.load(*people(COUNT))
    await clinic.ready()
    clinic.runs_jobs = False
    fire = await clinic.fire()
    for _ in range(rounds):
        await clinic.run_published()
    clinic.published = []
    clinic.runs_jobs = True
    return fire


async def sweep(clinic: Clinic, **later: float) -> dict[str, int]:
    clinic.stop_clock(clinic.runtime.now() + timedelta(**later))
    return await sweep_stalled_work(clinic.runtime, clinic.runtime.now())


async def check_sent_once(clinic: Clinic, fire: Fire) -> None:
    """All is sent, the books are closed, and another sweep changes nothing of them."""
    assert (await clinic.report(fire)).ledger == Ledger(planned=COUNT, sent=COUNT)
    before = (await clinic.messages(), await clinic.batches(), await clinic.campaign())
    done = await sweep(clinic, minutes=30)
    assert {kind for kind, count in done.items() if count} <= {"sums"}  # of the fire that closed
    assert (await clinic.messages(), await clinic.batches(), await clinic.campaign()) == before
    assert (await clinic.stores.fires.get(clinic.company_id, fire.id)).is_closed
    counts = await clinic.sent_counts()
    assert (len(counts), set(counts.values())) == (COUNT, {1})


async def change_batch(clinic: Clinic, **changes: Any) -> None:
    [batch] = await clinic.batches()
    await clinic.stores.batches.save(clinic.company_id, batch.id, replace(batch, **changes))


async def test_a_fire_whose_chunks_were_not_stored(clinic: Clinic) -> None:
    fire = await lost(clinic, 0)
    page = await clinic.stores.chunks.page(clinic.company_id, limit=10)
    for chunk in page.items:
        await clinic.stores.chunks.ref(clinic.company_id, chunk.id).delete()
    await clinic.stores.fires.save(clinic.company_id, fire.id, replace(fire, chunks_stored=False))
    assert (await sweep(clinic))["fires"] == 0, "it may be storing them this moment"
    assert (await sweep(clinic, seconds=31))["fires"] == 1
    await check_sent_once(clinic, fire)


async def test_a_chunk_whose_announcement_was_lost(clinic: Clinic) -> None:
    fire = await lost(clinic, 0)
    assert (await sweep(clinic))["chunks"] == 0
    assert (await sweep(clinic, minutes=11))["chunks"] == 1
    await check_sent_once(clinic, fire)


async def test_a_chunk_whose_worker_died(clinic: Clinic) -> None:
    fire = await lost(clinic, 0)
    [chunk] = (await clinic.stores.chunks.page(clinic.company_id, limit=10)).items
    now = clinic.runtime.now()
    leased = replace(
        chunk,
        state=ChunkState.LEASED,
        lease_token="dead",
        lease_until=now + timedelta(minutes=1),
        planned_at=now,
    )
    await clinic.stores.chunks.save(clinic.company_id, chunk.id, leased)
    assert (await sweep(clinic))["chunks"] == 0
    assert (await sweep(clinic, seconds=61))["chunks"] == 1
    await check_sent_once(clinic, fire)


async def test_a_batch_that_was_never_taken(clinic: Clinic) -> None:
    fire = await lost(clinic, 1)
    assert (await sweep(clinic))["batches"] == 0
    assert (await sweep(clinic, minutes=11))["batches"] == 1
    await check_sent_once(clinic, fire)


async def test_a_batch_whose_worker_died_before_it_marked_anything(clinic: Clinic) -> None:
    fire = await lost(clinic, 1)
    until = clinic.runtime.now() + timedelta(minutes=9)
    await change_batch(clinic, state=BatchState.LEASED, lease_token="dead", lease_until=until, attempt=1)
    assert (await sweep(clinic))["batches"] == 0
    assert (await sweep(clinic, minutes=10))["batches"] == 1
    await check_sent_once(clinic, fire)


async def test_a_batch_that_was_held_just_as_its_fire_went_on(clinic: Clinic) -> None:
    fire = await lost(clinic, 1)
    await change_batch(clinic, state=BatchState.HELD)
    paused = await clinic.stores.fires.get(clinic.company_id, fire.id)
    await clinic.stores.fires.save(clinic.company_id, fire.id, replace(paused, state=FireState.PAUSED))
    assert (await sweep(clinic))["batches"] == 0
    await clinic.stores.fires.save(clinic.company_id, fire.id, paused)
    assert (await sweep(clinic))["batches"] == 1
    await check_sent_once(clinic, fire)


async def test_a_fire_that_was_not_closed(clinic: Clinic) -> None:
    fire = await lost(clinic, 2)
    stored = await clinic.stores.fires.get(clinic.company_id, fire.id)
    await clinic.stores.fires.save(clinic.company_id, fire.id, replace(stored, is_closed=False))
    assert (await sweep(clinic))["summaries"] == 1
    await check_sent_once(clinic, fire)


async def test_one_kind_that_cannot_be_swept_keeps_no_other_from_its_turn(
    clinic: Clinic, caplog: pytest.LogCaptureFixture
) -> None:
    fire = await lost(clinic, 1)
    broken = clinic.stores.files.ref(clinic.company_id, "broken")
    await broken.set({"state": "awaiting_upload", "created_at": clinic.runtime.now() - timedelta(hours=1)})
    with pytest.raises(ExceptionGroup):
        await sweep(clinic, minutes=11)
    assert (await clinic.report(fire)).ledger.sent == COUNT
    [logged] = [vars(entry)["fields"] for entry in caplog.records if entry.message == "sweep failed"]
    assert logged["kind"] == "files"


async def job_of(clinic: Clinic) -> SendBatch:
    [batch] = await clinic.batches()
    return SendBatch(company_id=clinic.company_id, batch_id=batch.id)


async def test_what_the_provider_had_no_time_for_is_tried_again_later_and_later(clinic: Clinic) -> None:
    fire = await lost(clinic, 1)
    clock = clinic.stop_clock(clinic.runtime.now() + timedelta(seconds=1))
    await clinic.simulator.ask_fault("twilio", Answer.THROTTLED)
    clinic.runs_jobs = False
    waits = []
    for _ in range(3):
        job = await job_of(clinic)
        await send_batch(clinic.runtime, job)
        [batch] = await clinic.batches()
        waits.append((batch.planned_start - clock.at).total_seconds())
        assert {m.state for m in await clinic.messages()} == {MessageState.QUEUED}
        clock.at = batch.planned_start
    assert waits == sorted(waits)
    assert waits[0] < waits[-1]
    await clinic.simulator.clear_faults()
    clinic.runs_jobs = True
    await clinic.runtime.publisher.publish([await job_of(clinic)])
    assert (await sweep(clinic, minutes=30))["activity"], "noted of the tries, while no job ran"
    await check_sent_once(clinic, fire)


async def test_a_permanent_refusal_is_not_tried_again(clinic: Clinic) -> None:
    await clinic.load({"Phone": "+12125550003"})
    await clinic.ready()
    fire = await clinic.fire()
    assert (await sweep(clinic, minutes=30))["batches"] == 0
    assert await dispatch_due_batches(clinic.runtime, clinic.runtime.now()) == {"dispatched": 0, "left": 0}
    [message] = await clinic.messages()
    assert (message.state, message.attempt) == (MessageState.FAILED, 1)
    report = await clinic.report(fire)
    assert (report.ledger, report.failed) == (Ledger(planned=1, failed=1), {"provider 21610": 1})


async def test_a_sender_without_credentials_delays_and_loses_nothing(clinic: Clinic) -> None:
    kept = await clinic.credentials("texts")
    fire = await lost(clinic, 1)
    await clinic.set_credentials("texts", {})
    clinic.runs_jobs = False
    await sweep(clinic, minutes=11)
    await clinic.run_published()
    clinic.published = []
    report = await clinic.report(fire)
    assert (report.status, report.ledger) == (ProgressStatus.FIRING, Ledger(planned=COUNT, pending=COUNT))
    assert {message.attempt for message in await clinic.messages()} == {0}
    await clinic.set_credentials("texts", kept)
    clinic.runs_jobs = True
    clinic.stop_clock(clinic.runtime.now() + timedelta(minutes=11))
    await dispatch_due_batches(clinic.runtime, clinic.runtime.now())
    await sweep(clinic, minutes=11)
    await check_sent_once(clinic, fire)


async def test_what_nobody_takes_is_announced_later_each_time(clinic: Clinic) -> None:
    """With a tick of five minutes: when it is overdue, and then after 20 and 40 more minutes."""
    fire = await lost(clinic, 1)
    clinic.runs_jobs = False
    announced = []
    for tick in range(16):
        announced.append((await sweep(clinic, minutes=5))["batches"])
        assert len(clinic.published) == announced[-1], tick
        clinic.published = []
    assert announced == [0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0]
    [batch] = await clinic.batches()
    assert batch.repeats.count == 3
    clinic.runs_jobs = True
    await sweep(clinic, minutes=60)
    assert (await clinic.batches())[0].repeats.count == 0  # a worker took it
    await check_sent_once(clinic, fire)


async def test_only_so_many_are_announced_again_at_one_tick(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.usecases.upkeep.announce_again.JOBS_PER_TICK", 2)
    await lost(clinic, 1)
    [batch] = await clinic.batches()
    for number in range(3):
        await clinic.stores.batches.save(clinic.company_id, f"b{number}", replace(batch, id=f"b{number}"))
    clinic.runs_jobs = False
    assert [(await sweep(clinic, minutes=11))["batches"], len(clinic.published)] == [2, 2]
    assert [(await sweep(clinic, minutes=0))["batches"], len(clinic.published)] == [2, 4]
    assert len({job.batch_id for job in clinic.published if isinstance(job, SendBatch)}) == 4
