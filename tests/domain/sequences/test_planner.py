"""The planner keeps what it promises, whatever the mailboxes, windows, zones and clock changes."""

from collections import Counter
from collections.abc import Sequence as Ordered
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.campaigns import window
from shared.domain.campaigns.window import ContactWindow
from shared.domain.sequences.hours import Days, Hours
from shared.domain.sequences.plan import Pending, Plan, Promised, Room
from shared.domain.sequences.planner import plan

HOME = "America/New_York"
ZONES = (HOME, "Europe/London", "America/Los_Angeles", "Australia/Lord_Howe", "Asia/Tokyo")
DAYS = Days(HOME)
# Around both clock changes of 2026, of a year's end, and on an ordinary day.
BEGINNINGS = [
    datetime.fromisoformat(f"{at}Z")
    for at in ("2026-03-06T12:00", "2026-10-30T03:00", "2026-12-30T15:00", "2026-06-02T13:07:31")
]


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is planned, with all that says where and when."""

    pending: tuple[Pending, ...]
    promised: tuple[Promised, ...]
    capacities: dict[str, int]
    rules: dict[str, tuple[ContactWindow, str]]
    pools: dict[str, tuple[str, ...]]
    now: int

    def room(self) -> Room:
        """New hours each time: they remember what they were asked."""
        hours = {name: Hours(rules, zone, DAYS, self.now) for name, (rules, zone) in self.rules.items()}
        capacity = {name: partial(_always, count) for name, count in self.capacities.items()}
        return Room(capacity=capacity, pools=self.pools, hours=hours, days=DAYS)

    def planned(
        self, pending: Ordered[Pending] | None = None, promised: Ordered[Promised] | None = None
    ) -> Plan:
        """The plan of these, or of all."""
        asked = self.pending if pending is None else pending
        return plan(asked, self.promised if promised is None else promised, self.room(), self.now)


def _always(count: int, _: int) -> int:
    return count


@st.composite
def windows(draw: st.DrawFn) -> ContactWindow:
    opens = draw(st.integers(0, 20))
    closes = draw(st.integers(opens + 1, 23))
    days = draw(st.sets(st.integers(1, 7), min_size=1))
    closed = draw(st.lists(st.dates(date(2026, 1, 1), date(2027, 2, 1)), max_size=2))
    return ContactWindow(
        days=tuple(sorted(days)), opens=time(opens, 30), closes=time(closes, 45), closed_days=tuple(closed)
    )


@st.composite
def cases(draw: st.DrawFn, most: int = 40) -> Case:
    now = int(draw(st.sampled_from(BEGINNINGS)).timestamp())
    capacities = draw(st.dictionaries(st.sampled_from("abcd"), st.integers(0, 9), min_size=1))
    names = sorted(capacities)
    pools = {
        name: tuple(draw(st.lists(st.sampled_from(names), min_size=1, unique=True))) for name in ("s", "t")
    }
    rules = {
        f"{name}{number}": (draw(windows()), draw(st.sampled_from(ZONES))) for name in "st" for number in "12"
    }
    pending = []
    for number in range(draw(st.integers(1, most))):
        sequence = draw(st.sampled_from("st"))
        is_follow_up = draw(st.booleans())
        pending.append(
            Pending(
                id=f"{number:03}",
                sequence=sequence,
                hours=sequence + draw(st.sampled_from("12")),
                due=now + draw(st.integers(-86_400, 6 * 86_400)),
                mailbox=draw(st.sampled_from(names)) if is_follow_up else None,
                is_follow_up=is_follow_up,
                waits=tuple(draw(st.lists(st.integers(1, 4), max_size=2))),
            )
        )
    promised = tuple(
        Promised(mailbox=mailbox, at=now + draw(st.integers(0, 2 * 86_400)))
        for mailbox in draw(st.lists(st.sampled_from(names), max_size=3, unique=True))
        if capacities[mailbox]
    )
    return Case(
        pending=tuple(pending), promised=promised, capacities=capacities, rules=rules, pools=pools, now=now
    )


def loads_of(made: Plan, promised: Ordered[Promised]) -> Counter[tuple[str, int]]:
    """What each mailbox really sends on each day of the company."""
    times = [*made.times.values(), *((one.mailbox, one.at) for one in promised)]
    return Counter((mailbox, DAYS.of(at)) for mailbox, at in times)


@settings(deadline=None)
@given(cases())
def test_no_mailbox_is_above_its_capacity_and_nobody_is_lost(case: Case) -> None:
    made = case.planned()
    loads = loads_of(made, case.promised)
    assert all(count <= case.capacities[mailbox] for (mailbox, _), count in loads.items())
    assert all(loads[key] <= count <= case.capacities[key[0]] for key, count in made.loads.items())
    assert made.times.keys() | set(made.unplaced) == {one.id for one in case.pending}
    assert not made.times.keys() & set(made.unplaced)
    assert len({*made.times.values()}) == len(made.times)  # no two in one second


@settings(deadline=None)
@given(cases())
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
@given(cases())
def test_the_same_input_gives_the_same_plan_in_whatever_order(case: Case) -> None:
    made = case.planned()
    halves = case.pending[::2], case.pending[1::2]
    assert case.planned([*halves[1][::-1], *halves[0]], case.promised[::-1]) == made


@settings(deadline=None)
@given(cases(), st.integers(0, 40))
def test_what_is_planned_keeps_its_time_when_more_comes(case: Case, first: int) -> None:
    before = case.planned(case.pending[:first])
    waits = {one.id: one for one in case.pending}
    kept = [
        Promised(
            mailbox=mailbox,
            at=at,
            sequence=waits[item_id].sequence,
            hours=waits[item_id].hours,
            waits=waits[item_id].waits,
        )
        for item_id, (mailbox, at) in before.times.items()
    ]
    promised = [*case.promised, *kept]
    after = case.planned(case.pending[first:], promised)
    loads = loads_of(after, promised)
    assert all(count <= case.capacities[mailbox] for (mailbox, _), count in loads.items())
    assert not before.times.keys() & after.times.keys()


@settings(deadline=None)
@given(cases())
def test_first_emails_wait_for_follow_ups_of_their_mailbox(case: Case) -> None:
    made = case.planned()
    firsts = {made.times[one.id][0]: set[int]() for one in case.pending if one.id in made.times}
    for one in case.pending:
        if one.id in made.times and not one.mailbox:
            mailbox, at = made.times[one.id]
            firsts[mailbox].add(DAYS.of(at))
    room = case.room()
    for one in case.pending:
        if not one.mailbox or one.id not in made.times:
            continue
        due, day = max(one.due, case.now), DAYS.of(made.times[one.id][1])
        for earlier in range(DAYS.of(due) + 1, day):  # on the day itself it may be too late
            is_open = bool(room.hours[one.hours].on(earlier))
            assert not (is_open and earlier in firsts.get(one.mailbox, ())) or _shares(case, one.mailbox)


def _shares(case: Case, mailbox: str) -> bool:
    """Whether windows differ on the mailbox: one may be open when the other has no slot left."""
    return len({case.rules[one.hours] for one in case.pending}) > 1


@given(st.integers(1, 60), st.integers(1, 60), st.sampled_from(BEGINNINGS), st.sampled_from(ZONES))
def test_a_day_is_spread_evenly_within_one_slot(
    count: int, capacity: int, begins: datetime, zone: str
) -> None:
    rules = ContactWindow(opens=time(0, 30), closes=time(21, 45))
    now = int((begins + timedelta(days=1)).timestamp())
    hours = Hours(rules, zone, Days(zone), now)
    room = Room(capacity={"m": lambda _: capacity}, pools={"s": ("m",)}, hours={"h": hours}, days=Days(zone))
    asked = [Pending(id=f"{n:02}", sequence="s", hours="h", due=now) for n in range(count)]
    made = plan(asked, [], room, now)
    by_day: dict[int, list[int]] = {}
    for _, at in sorted(made.times.values(), key=lambda one: one[1]):
        by_day.setdefault(Days(zone).of(at), []).append(at)
    for day, times in sorted(by_day.items())[1:]:  # of the first one a part is over
        [(_, _, start, end)] = hours.on(day)
        slot = (end - start) / capacity
        for place, at in enumerate(times):
            assert -1 < start + place * (end - start) / len(times) - at < slot + 1
    assert sorted(made.times) == [one.id for one in asked]


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
