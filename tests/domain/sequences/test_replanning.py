"""A plan that stands moves as few people as it can, whatever happens to mailboxes, windows and holidays."""

from collections import Counter
from collections.abc import Iterable
from collections.abc import Sequence as Ordered
from datetime import UTC, datetime, time
from functools import partial
from itertools import pairwise

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from shared.domain.campaigns import window
from shared.domain.campaigns.window import ContactWindow
from shared.domain.record import replace
from shared.domain.sequences.hours import Hours
from shared.domain.sequences.plan import Pending, Promised, Room
from shared.domain.sequences.planner import plan
from shared.domain.sequences.replanning import Placed, Replanned, replan
from tests.kit.plans import DAYS, HOME, Case, cases, loads_of, windows

NINE_TO_FIVE = ContactWindow(days=(1, 2, 3, 4, 5), opens=time(9), closes=time(17))


def placed_of(case: Case) -> tuple[list[Placed], list[Pending]]:
    """Everybody by the case's plan: who has a place, and who has none."""
    made = case.planned()
    placed = [
        Placed(item=one, mailbox=made.times[one.id][0], at=made.times[one.id][1])
        for one in case.pending
        if one.id in made.times
    ]
    return placed, [one for one in case.pending if one.id in made.unplaced]


@st.composite
def changed(draw: st.DrawFn, case: Case) -> Case:
    """The case after a mailbox was lost, got another capacity, or a window changed."""
    capacities, rules, pools = dict(case.capacities), dict(case.rules), dict(case.pools)
    kind = draw(st.sampled_from(("lost", "capacity", "window", "pool", "new")))
    name = draw(st.sampled_from(sorted(capacities)))
    if kind == "lost":
        del capacities[name]
    elif kind == "capacity":
        capacities[name] = draw(st.integers(0, 9))
    elif kind == "window":
        which = draw(st.sampled_from(sorted(rules)))
        rules[which] = (draw(windows()), rules[which][1])
    elif kind == "pool":
        pools["s"] = tuple(one for one in pools["s"] if one != name) or ("d",)
    else:
        capacities["new"] = draw(st.integers(1, 9))
        pools = {which: (*pool, "new") for which, pool in pools.items()}
    return replace(case, capacities=capacities, rules=rules, pools=pools)


def replanned(
    after: Case, placed: Iterable[Placed], asked: Iterable[Pending], *, brings_forward: bool = False
) -> Replanned:
    promised = list(after.promised)
    return replan(placed, asked, promised, after.room(), after.now, brings_forward=brings_forward)


def stands(one: Placed, after: Case) -> bool:
    """Whether the place is one by what holds now."""
    rules, zone = after.rules[one.item.hours]
    pool = (one.item.mailbox,) if one.item.mailbox else after.pools[one.item.sequence]
    is_open = window.is_open(rules, (zone,), datetime.fromtimestamp(one.at, UTC))
    return one.mailbox in pool and one.mailbox in after.capacities and is_open and one.at >= one.item.due


def excess(placed: Iterable[Placed], after: Case) -> int:
    """How many are too many on their days."""
    taken = Counter((one.mailbox, DAYS.of(one.at)) for one in after.promised)
    days = Counter((one.mailbox, DAYS.of(one.at)) for one in placed)
    left = {key: max(0, after.capacities[key[0]] - taken[key]) for key in days}
    return sum(max(0, count - left[key]) for key, count in days.items())


@settings(deadline=None)
@given(st.data(), cases())
def test_only_who_must_moves_and_everybody_else_keeps_the_second(data: st.DataObject, case: Case) -> None:
    after = data.draw(changed(case))
    placed, asked = placed_of(case)
    made = replanned(after, placed, asked)
    standing = [one for one in placed if stands(one, after)]
    assert len(made.moved) == len(placed) - len(standing) + excess(standing, after)
    assert {one.item.id for one in placed if not stands(one, after)} <= made.moved
    assert not (made.plan.times.keys() - made.moved - {one.id for one in asked})


@settings(deadline=None)
@given(st.data(), cases(), st.booleans())
def test_what_comes_of_it_keeps_every_promise(data: st.DataObject, case: Case, brings: bool) -> None:
    after = data.draw(changed(case))
    placed, asked = placed_of(case)
    made = replanned(after, placed, asked, brings_forward=brings)
    kept = [one.as_promised() for one in placed if one.item.id not in made.moved]
    loads = loads_of(made.plan, kept)
    fixed = Counter((one.mailbox, DAYS.of(one.at)) for one in after.promised)
    for key, count in loads.items():
        assert count <= max(0, after.capacities.get(key[0], 0) - fixed[key])
    items = {one.id: one for one in case.pending}
    for item_id, (mailbox, at) in made.plan.times.items():
        item = items[item_id]
        bound = item.mailbox if item.mailbox in after.capacities else None
        assert stands(Placed(item=replace(item, mailbox=bound), mailbox=mailbox, at=at), after)


@settings(deadline=None)
@given(st.data(), cases(), st.booleans())
def test_the_same_in_another_order_is_the_same(data: st.DataObject, case: Case, brings: bool) -> None:
    after = data.draw(changed(case))
    placed, asked = placed_of(case)
    made = replanned(after, placed, asked, brings_forward=brings)
    assert replanned(after, placed[::-1], asked[::-1], brings_forward=brings) == made


@settings(deadline=None)
@given(st.data(), cases(), st.integers(0, 40))
def test_stopped_half_way_it_goes_on_without_moving_anybody_more(
    data: st.DataObject, case: Case, count: int
) -> None:
    after = data.draw(changed(case))
    placed, asked = placed_of(case)
    made = replanned(after, placed, asked)
    done = dict(sorted(made.plan.times.items())[:count])
    now_placed = [
        replace(one, mailbox=done[one.item.id][0], at=done[one.item.id][1]) if one.item.id in done else one
        for one in placed
        if not (one.item.id in done and one.item.mailbox)  # theirs is another mailbox from now on
    ]
    assume(len(now_placed) == len(placed))
    still = [one for one in asked if one.id not in done]
    fresh = [Placed(item=one, mailbox=done[one.id][0], at=done[one.id][1]) for one in asked if one.id in done]
    again = replanned(after, [*now_placed, *fresh], still)
    assert len(again.moved) == len(made.moved - done.keys())


@settings(deadline=None)
@given(cases(), st.integers(1, 9))
def test_with_more_room_nobody_comes_later_and_who_moves_comes_earlier(case: Case, capacity: int) -> None:
    placed, asked = placed_of(case)
    pools = {which: (*pool, "new") for which, pool in case.pools.items()}
    more = replace(case, capacities={**case.capacities, "new": capacity}, pools=pools)
    made = replanned(more, placed, asked, brings_forward=True)
    before = {one.item.id: one.at for one in placed}
    for item_id in made.moved:
        assert DAYS.of(made.plan.times[item_id][1]) < DAYS.of(before[item_id])


def _office(now: int, capacity: dict[str, int]) -> Room:
    return Room(
        capacity={name: partial(_always, count) for name, count in capacity.items()},
        pools={"s": tuple(capacity)},
        hours={"h": Hours(NINE_TO_FIVE, HOME, DAYS, now)},
        days=DAYS,
    )


def _always(count: int, _: int) -> int:
    return count


def _placed(items: Ordered[Pending], room: Room, now: int) -> list[Placed]:
    times = plan(items, (), room, now).times
    return [Placed(item=one, mailbox=times[one.id][0], at=times[one.id][1]) for one in items]


MONDAY = int(datetime(2026, 11, 30, 13, 30, tzinfo=UTC).timestamp())  # half past eight in New York


def _people(count: int) -> list[Pending]:
    return [Pending(id=f"{n:04}", sequence="s", hours="h", due=MONDAY) for n in range(count)]


def test_new_mailboxes_take_the_last_ones_and_nobody_else() -> None:
    before = _office(MONDAY, {"a": 10, "b": 10})
    placed = _placed(_people(200), before, MONDAY)  # ten days of twenty
    after = _office(MONDAY, {"a": 10, "b": 10, "c": 20})
    made = replan(placed, (), (), after, MONDAY, brings_forward=True)
    assert len(made.moved) == 100  # five days of twenty more
    ends = {DAYS.of(at) for _, at in made.plan.times.values()}
    assert max(made.plan.ends.values()) < max(one.at for one in placed)
    assert len(ends) == 5


def test_a_lost_mailboxs_people_are_shared_out_fairly() -> None:
    before = _office(MONDAY, dict.fromkeys("abcde", 20))
    placed = _placed(_people(60), before, MONDAY)
    after = _office(MONDAY, dict.fromkeys("bcde", 20))
    made = replan(placed, (), (), after, MONDAY, brings_forward=False)
    assert made.moved == {one.item.id for one in placed if one.mailbox == "a"}
    assert Counter(mailbox for mailbox, _ in made.plan.times.values()) == dict.fromkeys("bcde", 3)


def test_of_a_day_that_is_too_full_those_stay_who_are_spread_over_it() -> None:
    placed = _placed(_people(20), _office(MONDAY, {"a": 20}), MONDAY)
    made = replan(placed, (), (), _office(MONDAY, {"a": 10}), MONDAY, brings_forward=False)
    staying = sorted(one.at for one in placed if one.item.id not in made.moved)
    assert len(staying) == 10
    gaps = {later - earlier for earlier, later in pairwise(staying)}
    assert gaps == {2 * 8 * 3600 // 20}


def test_a_holiday_moves_its_day_and_nothing_else() -> None:
    placed = _placed(_people(40), _office(MONDAY, {"a": 10}), MONDAY)
    second = datetime(2026, 12, 1, tzinfo=UTC).date()
    closed = replace(NINE_TO_FIVE, closed_days=(second,))
    after = replace(_office(MONDAY, {"a": 10}), hours={"h": Hours(closed, HOME, DAYS, MONDAY)})
    made = replan(placed, (), (), after, MONDAY, brings_forward=False)
    of_day = {one.item.id for one in placed if DAYS.of(one.at) == second.toordinal()}
    assert made.moved == of_day
    assert {DAYS.of(at) for _, at in made.plan.times.values()} == {second.toordinal() + 3}


def test_what_was_promised_stays_even_without_its_mailbox() -> None:
    sent = [Promised(mailbox="gone", at=MONDAY - 60)]
    made = replan([], _people(3), sent, _office(MONDAY, {"a": 3}), MONDAY, brings_forward=True)
    assert len(made.plan.times) == 3
    assert not made.moved
