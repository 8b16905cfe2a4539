"""Emails whose time has passed, as nothing ran: each plan gives them another, and moves nobody else."""

from collections import Counter
from datetime import UTC, date, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.record import replace
from shared.domain.sequences.sequence import SequenceState
from shared.domain.sequences.work import make_plan
from tests.bench.sequence_world import World, a_world

HOUR = 3600


def planned(people: int, mailboxes: int) -> World:
    world = a_world(people, mailboxes)
    return world.planned(make_plan(world.work, world.emails, is_replanned=False, brings_forward=False))


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 80), st.integers(2, 5), st.integers(0, 24 * 9), st.booleans())
def test_after_an_outage_of_any_length_nobody_is_late_and_no_mailbox_above_its_capacity(
    people: int, mailboxes: int, hours: int, is_paused: bool
) -> None:
    world = planned(people, mailboxes)
    work = replace(world.work, now=world.work.now + hours * HOUR, _hours={})
    now = datetime.fromtimestamp(work.now, UTC)
    if is_paused:
        paused = {name: replace(one, state=SequenceState.PAUSED) for name, one in work.sequences.items()}
        work = replace(work, sequences=paused)
    made = make_plan(work, world.emails, is_replanned=False, brings_forward=False)
    late = {one.id for one in world.emails if one.is_late(now)}
    assert {one.id for one in made.emails} == (set() if is_paused else late)
    after = world.planned(made).emails
    if is_paused:
        return
    assert all(one.send_at and one.send_at >= now for one in after if one.id in late)
    assert all(one.attempt == 1 for one in after if one.id in late)
    loads = Counter(
        (one.mailbox_id or "", work.days.of(int(one.send_at.timestamp()))) for one in after if one.send_at
    )
    for (name, day), count in loads.items():
        assert count <= work.mailboxes[name].capacity_on(date.fromordinal(day))
