"""The planner keeps what it promises, whatever the mailboxes, windows, zones and clock changes."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.campaigns import window
from shared.domain.campaigns.window import ContactWindow
from shared.domain.sequences.hours import Hours
from shared.domain.sequences.plan import Pending, Promised, Room
from shared.domain.sequences.planner import plan
from tests.kit.plans import DAYS, HOME, Case, cases


@settings(deadline=None)
@given(cases(is_varied=True))
def test_no_mailbox_is_above_its_capacity_and_nobody_is_lost(case: Case) -> None:
    made = case.planned()
    loads = case.loads(made)
    assert all(count <= case.capacity(*key) for key, count in loads.items())
    assert all(loads[key] <= count <= case.capacity(*key) for key, count in made.loads.items())
    assert made.times.keys() | set(made.unplaced) == {one.id for one in case.pending}
    assert not made.times.keys() & set(made.unplaced)
    assert len({*made.times.values()}) == len(made.times)  # no two in one second


@settings(deadline=None)
@given(cases(is_varied=True))
def test_each_email_is_in_its_window_from_its_mailbox_and_not_before_it_is_due(case: Case) -> None:
    made = case.planned()
    for one in case.pending:
        if one.id not in made.times:
            continue
        mailbox, at = made.times[one.id]
        rules, zone = case.rules[one.hours]
        assert at >= max(one.due, case.now)
        assert window.is_open(rules, (zone,), datetime.fromtimestamp(at, UTC))
        assert mailbox == one.mailbox if one.mailbox else mailbox in case.pools[one.sequence]


@settings(deadline=None)
@given(cases(is_varied=True))
def test_the_same_input_gives_the_same_plan_in_whatever_order(case: Case) -> None:
    made = case.planned()
    halves = case.pending[::2], case.pending[1::2]
    assert case.planned([*halves[1][::-1], *halves[0]], case.promised[::-1]) == made


@settings(deadline=None)
@given(cases(is_varied=True), st.integers(0, 40))
def test_what_is_planned_keeps_its_time_when_more_comes(case: Case, first: int) -> None:
    before = case.planned(case.pending[:first])
    promised = [*case.promised, *case.kept(before)]
    after = case.planned(case.pending[first:], promised)
    loads = case.loads(after, promised)
    assert all(count <= case.capacity(*key) for key, count in loads.items())
    taken = {(one.mailbox, one.at) for one in promised}
    assert not taken & {*after.times.values()}
    assert after.times.keys() <= {one.id for one in case.pending[first:]}


@settings(deadline=None)
@given(cases(is_varied=True, is_one_window=True))
def test_first_emails_wait_for_follow_ups_of_their_mailbox(case: Case) -> None:
    made = case.planned()
    days, room = case.days, case.room()
    firsts = {made.times[one.id] for one in case.pending if one.id in made.times and not one.is_follow_up}
    busy = {(mailbox, days.of(at)) for mailbox, at in firsts}
    for one in case.pending:
        if not one.mailbox or one.id not in made.times:
            continue
        due, day = days.of(max(one.due, case.now)), days.of(made.times[one.id][1])
        # Of its own day it may be too late.
        waited = [earlier for earlier in range(due + 1, day) if room.hours[one.hours].on(earlier)]
        assert not [earlier for earlier in waited if (one.mailbox, earlier) in busy]


@settings(deadline=None)
@given(cases(is_varied=True, is_one_window=True))
def test_who_is_due_on_an_earlier_day_does_not_go_out_on_a_later_one(case: Case) -> None:
    made = case.planned()
    days = case.days
    rows: dict[tuple[str, str | None], list[tuple[int, int]]] = {}
    for one in case.pending:
        if one.id in made.times:
            at = days.of(made.times[one.id][1])
            rows.setdefault((one.sequence, one.mailbox), []).append((days.of(max(one.due, case.now)), at))
    for row in rows.values():
        for due, day in row:
            assert all(other >= day for later, other in row if later > due)


@settings(deadline=None)
@given(cases(is_varied=True, is_one_window=True, most_waits=1))
def test_the_load_that_a_plan_foresees_holds_while_nothing_changes(case: Case) -> None:
    made = case.planned()
    if not made.unplaced:
        again = case.planned([], [*case.promised, *case.kept(made)])
        assert again.loads == made.loads


@settings(deadline=None)
@given(cases(is_varied=True, is_one_window=True, most_waits=0))
def test_each_day_of_a_mailbox_is_spread_evenly_within_one_slot(case: Case) -> None:
    made = case.planned(promised=[])
    late = {case.days.of(one.due) for one in case.pending} | {case.days.of(case.now)}
    by_day: dict[tuple[str, int], list[int]] = {}
    for mailbox, at in made.times.values():
        by_day.setdefault((mailbox, case.days.of(at)), []).append(at)
    hours = case.room().hours["s1"]
    for (mailbox, day), times in by_day.items():
        parts = hours.on(day)
        if day in late or len(parts) > 1:  # on the day itself not all of the window is left
            continue
        begin, until, start, end = parts[0]
        if (begin, until) != (start, end):
            continue
        slot = (end - start) / case.capacity(mailbox, day)
        for place, at in enumerate(sorted(times)):
            assert -slot < start + place * (end - start) / len(times) - at < slot + 1


@given(st.integers(2, 60), st.lists(st.integers(1, 20), min_size=1, max_size=6))
def test_who_comes_later_is_placed_where_an_even_spread_has_room(capacity: int, counts: list[int]) -> None:
    now = int(datetime(2026, 11, 30, 8, tzinfo=ZoneInfo(HOME)).timestamp())
    rules = ContactWindow(opens=time(9), closes=time(17))
    start, length = now + 3600, 8 * 3600
    room = Room(
        capacity={"m": lambda _: capacity},
        pools={"s": ("m",)},
        hours={"h": Hours(rules, HOME, DAYS, now)},
        days=DAYS,
    )
    times: list[int] = []
    for count in counts:
        asked = [Pending(id=f"{n:02}", sequence="s", hours="h", due=now) for n in range(count)]
        promised = [Promised(mailbox="m", at=at) for at in times]
        made = plan(asked, promised, room, now)
        times += [at for _, at in made.times.values() if at < start + length]
    halves = Counter(2 * (at - start) // length for at in times)
    assert abs(halves[0] - halves[1]) <= 1 + len(counts)


def test_thirty_emails_from_nine_to_five_are_sixteen_minutes_apart() -> None:
    zone = ZoneInfo(HOME)
    now = int(datetime(2026, 11, 30, 8, tzinfo=zone).timestamp())
    rules = ContactWindow(days=(1, 2, 3, 4, 5), opens=time(9), closes=time(17))
    room = Room(
        capacity={"m": lambda _: 30},
        pools={"s": ("m",)},
        hours={"h": Hours(rules, HOME, DAYS, now)},
        days=DAYS,
    )
    made = plan([Pending(id=f"{n:02}", sequence="s", hours="h", due=now) for n in range(45)], [], room, now)
    times = [datetime.fromtimestamp(made.times[one][1], zone) for one in sorted(made.times)]
    assert times[:30] == [
        datetime(2026, 11, 30, 9, tzinfo=zone) + n * timedelta(minutes=16) for n in range(30)
    ]
    assert times[30:] == [
        datetime(2026, 12, 1, 9, tzinfo=zone) + n * timedelta(minutes=32) for n in range(15)
    ]


def test_sequences_that_share_mailboxes_get_equal_parts_of_a_day() -> None:
    now = int(datetime(2026, 11, 30, 13, tzinfo=UTC).timestamp())
    rules = ContactWindow(opens=time(9), closes=time(17))
    pools = {"big": ("m", "n"), "small": ("m", "n"), "other": ("n",)}
    hours = {"h": Hours(rules, HOME, DAYS, now)}
    room = Room(capacity=dict.fromkeys("mn", lambda _: 30), pools=pools, hours=hours, days=DAYS)
    counts = {"big": 500, "small": 30, "other": 30}
    asked = [
        Pending(id=f"{name}{n:03}", sequence=name, hours="h", due=now)
        for name in counts
        for n in range(counts[name])
    ]
    made = plan(asked, [], room, now)
    today = Counter(item_id[:-3] for item_id, (_, at) in made.times.items() if DAYS.of(at) == DAYS.of(now))
    assert today == {"big": 20, "small": 20, "other": 20}
