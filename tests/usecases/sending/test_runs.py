"""A run ends when its time is over: what was not reached goes back to the pool, what is in doubt does not."""

import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from shared import faults
from shared.domain.messages.batch import BatchState, send_job
from shared.domain.messages.message import MessageState
from shared.domain.record import replace
from shared.domain.senders.run_limits import RunLimits
from shared.usecases.run_job import run_job
from shared.usecases.sending.dispatch_due_batches import dispatch_due_batches
from tests.kit.builders import an_sms_sender
from tests.kit.clinic import LOST, Clinic, people

NOON = datetime(2026, 11, 23, 17, tzinfo=UTC)
RUN = timedelta(seconds=200)  # a sender that sends 0.15 a second needs so long for thirty


async def fire(clinic: Clinic, rows: list[dict[str, str]]) -> None:
    """A fire in runs of thirty, of which the second message's turn comes when the time is over."""
    await clinic.stores.senders.save(clinic.company_id, "texts", an_sms_sender(rate_per_second=0.15))
    # Nothing is announced before its time: a worker would wait for that, on no test's clock.
    clinic.runtime.settings = replace(clinic.runtime.settings, tick_interval_seconds=1.0)
    await clinic.load(*rows)
    await clinic.ready(runs=RunLimits(size=30, seconds=5))
    await clinic.fire()


async def test_what_a_run_did_not_reach_is_taken_by_later_ones(clinic: Clinic) -> None:
    clock = clinic.stop_clock(NOON)
    await fire(clinic, people(3))
    states = [MessageState.SENT, MessageState.QUEUED, MessageState.QUEUED]
    assert [one.state for one in await clinic.messages()] == states
    [batch] = await clinic.batches()
    assert (batch.state, batch.planned_start) == (BatchState.WAITING, NOON + RUN)
    for number in (1, 2):
        clock.at = NOON + number * RUN
        await dispatch_due_batches(clinic.runtime, clock.at)
        assert len(await clinic.accepted()) == number + 1
    [batch] = await clinic.batches()
    assert (batch.state, batch.attempt) == (BatchState.DONE, 3)
    assert set((await clinic.sent_counts()).values()) == {1}


async def test_what_may_have_gone_out_never_goes_back(clinic: Clinic) -> None:
    clock = clinic.stop_clock(NOON)
    await fire(clinic, [{"Patient": "Lost", "Phone": LOST}, *people(1)])
    assert [one.state for one in await clinic.messages()] == [MessageState.UNKNOWN, MessageState.QUEUED]
    clock.at = NOON + RUN
    await dispatch_due_batches(clinic.runtime, clock.at)
    assert [one.state for one in await clinic.messages()] == [MessageState.UNKNOWN, MessageState.SENT]
    assert set((await clinic.sent_counts()).values()) == {1}


async def test_runs_that_an_outage_held_up_go_out_one_after_the_other(clinic: Clinic) -> None:
    """Both are due by then. The first in turn gets the time that is now, the other the one after it."""
    clock = clinic.stop_clock(NOON)
    clinic.runs_jobs = False
    await fire(clinic, people(35))
    await clinic.run_published()  # queued; nobody sends
    clinic.published.clear()
    clock.at = NOON + 3 * RUN
    clinic.runs_jobs = True
    for batch in await clinic.batches():
        await run_job(clinic.runtime, send_job(batch))
    assert len(await clinic.accepted()) == 1
    starts = [one.planned_start for one in await clinic.batches()]
    assert starts == [NOON + 4 * RUN, NOON + 5 * RUN]


async def test_calls_keep_the_pace_however_long_what_is_before_them_takes(
    clinic: Clinic,
) -> None:
    """One a second, as the runs say, of a sender that could do more."""
    delays, calls = iter((0.7, 0.0, 0.7, 0.0)), list[float]()

    def hold_up(point: faults.Point, moment: str) -> None:
        if (point, moment) == ("intend_messages", "before"):
            time.sleep(next(delays))
        if (point, moment) == ("send_batch.call", "before"):
            calls.append(time.monotonic())

    faults.install(hold_up)
    try:
        await clinic.fire_for(*(f"+1 212 555 200{n}" for n in range(4)), runs=RunLimits(size=4))
    finally:
        faults.install(None)
    assert len(await clinic.accepted()) == 4
    gaps = [after - before for before, after in pairwise(calls)]
    assert len(gaps) == 3
    assert min(gaps) >= 0.99, gaps


async def test_two_runs_of_a_sender_never_overlap(clinic: Clinic) -> None:
    """What the first left has its turn after the second, which was planned before it."""
    clinic.stop_clock(NOON)
    await fire(clinic, people(35))
    left, second = sorted(await clinic.batches(), key=lambda one: one.attempt, reverse=True)
    assert (len(left.message_ids), len(second.message_ids)) == (30, 5)
    assert (second.planned_start, left.planned_start) == (NOON + RUN, NOON + 2 * RUN)
