"""A run ends when its time is over: what was not reached goes back to the pool, what is in doubt does not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from shared.domain.messages.batch import BatchState
from shared.domain.messages.message import MessageState
from shared.domain.senders.run_limits import RunLimits
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


async def test_two_runs_of_a_sender_never_overlap(clinic: Clinic) -> None:
    """What the first left has its turn after the second, which was planned before it."""
    clinic.stop_clock(NOON)
    await fire(clinic, people(35))
    left, second = sorted(await clinic.batches(), key=lambda one: one.attempt, reverse=True)
    assert (len(left.message_ids), len(second.message_ids)) == (30, 5)
    assert (second.planned_start, left.planned_start) == (NOON + RUN, NOON + 2 * RUN)
