"""A fire's chunks are stored a part at a time: who fires waits for the first, and workers go on."""

from collections import Counter
from datetime import timedelta

import pytest

from shared import faults
from shared.domain.fires.fire import ChunkState, Fire, Ledger, ProgressStatus, chunk_id
from shared.domain.record import replace
from shared.faults import Point
from shared.firestore.kit.transactions import ContentionError
from shared.firestore.row_chunks import chunk_of
from shared.usecases.campaigns.cancel_campaign import cancel_campaign
from shared.usecases.files import read_blocks
from shared.usecases.fires import store_chunks
from shared.usecases.fires.fire_campaign import fire_campaign
from shared.usecases.run_job import run_job
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from tests.kit.builders import a_step
from tests.kit.clinic import Clinic, people
from tests.kit.measured import Measured
from tests.machine.campaign_deaths import Moment, dying
from tests.usecases.fires.test_steps import MAIL

COUNT, AT_ONCE = 5, 3
ROWS = [{**person, "Email": f"p{number}@example-clinic.com"} for number, person in enumerate(people(COUNT))]
READS, WRITES = 220, 205  # of a part's chunks, and of what a fire is started with
ALL_SENT = Ledger(planned=2 * COUNT, sent=2 * COUNT)


@pytest.fixture(autouse=True)
def small_parts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "measured" not in request.fixturenames:
        monkeypatch.setattr(read_blocks, "ROWS_PER_CHUNK", 1)
        monkeypatch.setattr(store_chunks, "CHUNKS_AT_ONCE", AT_ONCE)


async def _started(clinic: Clinic) -> Fire:
    """Ten chunks, of which the first part is stored and announced."""
    await clinic.load(*ROWS)
    await clinic.ready(steps=(a_step(), MAIL))
    clinic.runs_jobs = False
    return await clinic.fire()


async def _sweep(clinic: Clinic, **later: float) -> None:
    clinic.stop_clock(clinic.runtime.now() + timedelta(**later))
    await sweep_stalled_work(clinic.runtime, clinic.runtime.now())


async def _check_sent_once(clinic: Clinic, fire: Fire) -> None:
    assert (await clinic.report(fire)).ledger == ALL_SENT
    counts = await clinic.sent_counts()
    assert (len(counts), set(counts.values())) == (2 * COUNT, {1})


async def _chunks(clinic: Clinic, fire: Fire) -> dict[tuple[str, int], tuple[int, ChunkState]]:
    page = await clinic.stores.chunks.page(clinic.company_id, limit=100)
    assert {one.id for one in page.items} == {chunk_id(fire.id, c.step_id, c.number) for c in page.items}
    return {(one.step_id, one.number): (one.recipients_before, one.state) for one in page.items}


async def _is_stored(clinic: Clinic, fire: Fire) -> bool:
    return (await clinic.stores.fires.get(clinic.company_id, fire.id)).chunks_stored


async def test_workers_go_on_with_what_the_request_began(clinic: Clinic) -> None:
    fire = await _started(clinic)
    assert (len(clinic.published), fire.chunks_stored) == (AT_ONCE, False)
    assert set(await _chunks(clinic, fire)) == {("sms", 0), ("sms", 1), ("sms", 2)}
    first, *others = clinic.published
    clinic.published = others
    await clinic.run_published()
    assert len(await _chunks(clinic, fire)) == AT_ONCE, "the first of a part alone goes on"
    clinic.published = [first]
    await clinic.run_published()
    assert len(await _chunks(clinic, fire)) == 2 * AT_ONCE
    assert not await _is_stored(clinic, fire)


async def test_all_is_planned_once_in_its_place(clinic: Clinic) -> None:
    fire = await _started(clinic)
    clinic.runs_jobs = True
    await clinic.run_published()
    assert await _chunks(clinic, fire) == {
        (step_id, number): (number, ChunkState.DONE) for step_id in ("sms", "mail") for number in range(COUNT)
    }
    assert await _is_stored(clinic, fire)
    await _check_sent_once(clinic, fire)
    assert (await clinic.report(fire)).status is ProgressStatus.SENT, "closed without a tick"


@pytest.mark.parametrize("point", ["store_chunks.reserve", "store_chunks.store", "store_chunks.publish"])
@pytest.mark.parametrize("moment", ["before", "after"])
async def test_what_a_worker_leaves_is_gone_on_with(clinic: Clinic, point: Point, moment: Moment) -> None:
    fire = await _started(clinic)
    with dying((point, moment)):
        await clinic.run_published()
    clinic.published, clinic.runs_jobs = [], True
    for _ in range(3):
        await _sweep(clinic, minutes=11)
    await _check_sent_once(clinic, fire)


async def test_a_job_that_failed_leaves_its_chunk_to_the_next_try(clinic: Clinic) -> None:
    fire = await _started(clinic)
    first, clinic.runs_jobs = clinic.published[0], True

    def refuse(point: Point, moment: Moment) -> None:
        if point == "store_chunks.store" and moment == "after":
            raise ContentionError("no commit in 8 attempts")

    faults.install(refuse)
    with pytest.raises(ContentionError):
        await run_job(clinic.runtime, first)
    faults.install(None)
    await clinic.run_published()  # the same jobs again at the same moment, the failed one among them
    await _check_sent_once(clinic, fire)


async def test_who_stores_a_chunk_again_leaves_what_became_of_it(clinic: Clinic) -> None:
    fire = await _started(clinic)
    clinic.runs_jobs = True
    await clinic.run_published()
    before = await _chunks(clinic, fire)
    clinic.runs_jobs = False
    await store_chunks.store_all_chunks(clinic.runtime, clinic.company_id, fire)  # as it was read at first
    assert await _chunks(clinic, fire) == before
    await _check_sent_once(clinic, fire)


async def test_what_is_canceled_meanwhile_is_skipped_and_takes_no_time_of_its_senders(clinic: Clinic) -> None:
    fire = await _started(clinic)
    await cancel_campaign(clinic.runtime, clinic.company_id, "reminders")
    clinic.runs_jobs = True
    await clinic.run_published()
    await _sweep(clinic, minutes=1)
    report = await clinic.report(fire)
    assert (report.ledger, report.status) == (
        Ledger(planned=2 * COUNT, skipped=2 * COUNT),
        ProgressStatus.CANCELED,
    )
    for sender_id in ("texts", "mails"):
        timeline = await clinic.stores.sender_timelines.get(clinic.company_id, sender_id)
        assert timeline.reservations == ()


@pytest.mark.parametrize("chunk_count", [250, 1_000])
async def test_who_fires_waits_for_no_more_however_large_the_file_is(
    measured: Measured, chunk_count: int
) -> None:
    """What the database does for the request is the same for 75,000 rows and for 300,000."""
    clinic = measured.clinic
    await clinic.open()
    file = await clinic.load({})
    [row] = await clinic.stores.row_chunks.rows(clinic.company_id, file.id, 0)
    for first in range(0, chunk_count, 250):
        writer = clinic.stores.db.batch()
        for number in range(first, first + 250):
            chunk = replace(chunk_of(file.id, number, 300 * number, [row]), row_count=300)
            clinic.stores.row_chunks.put(writer, clinic.company_id, chunk.id, chunk)
        await writer.commit()
    large = replace(file, row_count=300 * chunk_count, chunk_count=chunk_count)
    await clinic.stores.files.save(clinic.company_id, file.id, large)
    await clinic.ready()
    clinic.runtime.publisher = measured
    before = measured.seen()
    await fire_campaign(clinic.runtime, clinic.company_id, "reminders")
    seen = measured.seen() - before
    assert len(measured.waiting) == store_chunks.CHUNKS_AT_ONCE
    assert seen <= Counter(reads=READS, writes=WRITES, publishes=store_chunks.CHUNKS_AT_ONCE)
