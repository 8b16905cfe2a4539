"""Scenarios of what is planned later than its fire: steps that wait for others, and broadcasts."""

from collections.abc import Iterator
from functools import partial

from tests.faults import disturbances
from tests.faults.disturbances import Passage
from tests.faults.scenario import LEAVES_UNKNOWN, Scenario


def later_steps() -> Iterator[Scenario]:
    """A step that is planned when the one before has ended: it comes once, and nobody is left out."""
    for name, disturb in (
        ("ticks fired five times at once", disturbances.five_ticks),
        ("every job three times, new ids, shuffled", partial(disturbances.repeat, 3, same_id=False)),
    ):
        yield Scenario(name=f"later step, {name}", disturb=disturb, has_later_step=True)
    for passage in (
        ("send_batch.call", "after"),
        ("close_batch", "before"),
        ("summarize_fire.store", "after"),
    ):
        yield Scenario(
            name=f"later step, kill {passage[1]} {passage[0]}",
            disturb=partial(disturbances.kill, [passage], replies=False),
            may_be_unknown=passage[0] == "send_batch.call",
            has_later_step=True,
        )


def broadcasts() -> Iterator[Scenario]:
    """Broadcasts: nobody gets a wave twice, whatever dies at the making, in a run, or reading statuses."""
    passages: tuple[Passage, ...] = (
        ("start_fire", "after"),
        ("gather_people.begin", "before"),
        ("queue_messages.publish", "before"),
        ("intend_messages", "after"),
        ("send_batch.call", "before"),
        ("send_batch.call", "after"),
        ("close_batch", "before"),
        ("summarize_fire.close", "before"),
        ("search_history.page", "before"),
        ("search_history.page", "after"),
        ("search_history.store", "before"),
        ("search_history.store", "after"),
    )
    for passage in passages:
        yield Scenario(
            name=f"broadcast, kill {passage[1]} {passage[0]}",
            disturb=partial(disturbances.kill, [passage], replies=False),
            may_be_unknown=passage in LEAVES_UNKNOWN,
            is_broadcast=True,
        )
    yield Scenario(
        name="broadcast, ticks fired five times at once", disturb=disturbances.five_ticks, is_broadcast=True
    )
