"""A batch on its way: taken by one worker at a time, and closed by who has it."""

from datetime import timedelta

import pytest

from shared.domain.job import SendBatch
from shared.domain.messages.batch import Batch, BatchState, batch_of, closed, send_job, taken
from shared.domain.record import replace
from shared.domain.repeats import NO_REPEATS, Repeats
from tests.kit.builders import NOON, a_message

SOON = NOON + timedelta(minutes=5)
BATCH = Batch(
    id="b1",
    company_id="acme",
    fire_id="f1",
    sender_id="texts",
    message_ids=("m1", "m2"),
    planned_start=NOON,
    state=BatchState.DISPATCHED,
    dispatched_at=NOON,
)
LEASED = replace(
    BATCH,
    state=BatchState.LEASED,
    lease_token="ours",
    lease_until=NOON + timedelta(seconds=60),
    attempt=1,
)


@pytest.mark.parametrize("state", [BatchState.WAITING, BatchState.HELD, BatchState.DISPATCHED])
def test_a_free_batch_is_taken(state: BatchState) -> None:
    assert taken(replace(BATCH, state=state), "ours", NOON, 60) == LEASED


def test_one_that_is_done_or_anothers_is_not_until_the_lease_is_over() -> None:
    assert taken(replace(BATCH, state=BatchState.DONE), "ours", NOON, 60) is None
    assert taken(LEASED, "another", NOON + timedelta(seconds=59), 60) is None
    again = taken(LEASED, "another", NOON + timedelta(seconds=60), 60)
    assert again == replace(
        LEASED, lease_token="another", lease_until=NOON + timedelta(seconds=120), attempt=2
    )


def test_it_ends_done_or_waits_or_is_held() -> None:
    free = replace(LEASED, lease_until=None)
    assert closed(LEASED, "ours", None, is_paused=False) == replace(free, state=BatchState.DONE)
    assert closed(LEASED, "ours", None, is_paused=True) == replace(free, state=BatchState.DONE)
    waiting = replace(free, state=BatchState.WAITING, planned_start=SOON)
    assert closed(LEASED, "ours", SOON, is_paused=False) == waiting
    assert closed(LEASED, "ours", SOON, is_paused=True) == replace(waiting, state=BatchState.HELD)


def test_who_has_it_no_more_changes_nothing() -> None:
    assert closed(LEASED, "another", None, is_paused=False) == LEASED
    for state in set(BatchState) - {BatchState.LEASED}:
        other = replace(LEASED, state=state)
        assert closed(other, "ours", None, is_paused=False) == other


def test_its_job_names_it() -> None:
    assert send_job(BATCH) == SendBatch(company_id="acme", batch_id="b1", fire_id="f1")


def test_one_that_starts_by_the_next_tick_is_announced_at_once() -> None:
    members = [a_message(id="m1"), a_message(id="m2")]
    soon = batch_of("acme", "f1", "texts", members, SOON, NOON, SOON)
    assert soon == replace(BATCH, id=soon.id, planned_start=SOON)
    later = batch_of("acme", "f1", "texts", members, SOON + timedelta(seconds=1), NOON, SOON)
    assert (later.state, later.dispatched_at) == (BatchState.WAITING, None)
    assert len({soon.id, later.id}) == 2
    assert batch_of("acme", "f1", "texts", members[:1], SOON, NOON, SOON).id == soon.id
    other_fire = batch_of("acme", "f2", "texts", members, SOON, NOON, SOON)
    other_first = batch_of("acme", "f1", "texts", members[1:], SOON, NOON, SOON)
    assert len({soon.id, later.id, other_fire.id, other_first.id}) == 4


def test_one_that_is_taken_is_announced_again_from_the_first_wait_on() -> None:
    often = replace(BATCH, repeats=Repeats(count=3, last_at=NOON))
    assert taken(often, "ours", NOON, 60) == LEASED
    assert LEASED.repeats == NO_REPEATS
