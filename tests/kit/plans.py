"""Inputs of the planner that Hypothesis makes up: mailboxes that warm up, windows, zones, clock changes."""

from collections import Counter
from collections.abc import Sequence as Ordered
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from msgspec import Struct, field

from shared.domain.campaigns.window import ContactWindow
from shared.domain.record import replace
from shared.domain.sequences.hours import Days, Hours
from shared.domain.sequences.plan import Pending, Plan, Promised, Room
from shared.domain.sequences.planner import plan

# Clocks that change at two, at one, at midnight (Havana, Cairo), an hour before it (Santiago), by half an
# hour (Lord Howe), by two hours (Troll), in the other half of the year, and never.
ZONES = (
    "America/New_York",
    "Europe/London",
    "America/Los_Angeles",
    "America/Havana",
    "Africa/Cairo",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Antarctica/Troll",
    "Asia/Tokyo",
)
DAY = 86_400
HOME = "America/New_York"
DAYS = Days(HOME)


def _changes(zone: str) -> list[datetime]:
    """The days of 2026 on which clocks change there."""
    clock, first = ZoneInfo(zone), datetime(2026, 1, 1, tzinfo=UTC)
    days = [first + timedelta(days=number) for number in range(366)]
    return [
        before
        for before, after in pairwise(days)
        if before.astimezone(clock).utcoffset() != after.astimezone(clock).utcoffset()
    ]


CHANGES = {zone: _changes(zone) for zone in ZONES}


class Case(Struct, frozen=True, kw_only=True):
    """What is planned, with all that says where and when.

    `ramps` are how a mailbox warms up: emails of the first day, and how many more each day. `home` is the
    company's zone.
    """

    pending: tuple[Pending, ...]
    promised: tuple[Promised, ...]
    capacities: dict[str, int]
    rules: dict[str, tuple[ContactWindow, str]]
    pools: dict[str, tuple[str, ...]]
    now: int
    home: str = HOME
    ramps: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def days(self) -> Days:
        """The company's days."""
        return Days(self.home)

    def capacity(self, mailbox: str, day: int) -> int:
        """How many the mailbox may send on a day."""
        most = self.capacities[mailbox]
        first, more = self.ramps.get(mailbox, (most, 0))
        return min(most, first + more * max(0, day - self.days.of(self.now)))

    def room(self) -> Room:
        """New hours each time: they remember what they were asked."""
        days = self.days
        return Room(
            capacity={name: partial(self.capacity, name) for name in self.capacities},
            pools=self.pools,
            hours={name: Hours(rules, zone, days, self.now) for name, (rules, zone) in self.rules.items()},
            days=days,
        )

    def planned(
        self, pending: Ordered[Pending] | None = None, promised: Ordered[Promised] | None = None
    ) -> Plan:
        """The plan of these, or of all."""
        asked = self.pending if pending is None else pending
        return plan(asked, self.promised if promised is None else promised, self.room(), self.now)

    def kept(self, made: Plan) -> list[Promised]:
        """What was planned, as it is told to the next plan."""
        known = {one.id: one for one in self.pending}
        return [
            Promised(
                mailbox=mailbox,
                at=at,
                sequence=known[item_id].sequence,
                hours=known[item_id].hours,
                waits=known[item_id].waits,
            )
            for item_id, (mailbox, at) in made.times.items()
        ]

    def loads(self, made: Plan, promised: Ordered[Promised] | None = None) -> Counter[tuple[str, int]]:
        """What each mailbox really sends on each day of the company."""
        return loads_of(made, self.promised if promised is None else promised, self.days)


def loads_of(made: Plan, promised: Ordered[Promised], days: Days = DAYS) -> Counter[tuple[str, int]]:
    """What each mailbox really sends on each day."""
    times = [*made.times.values(), *((one.mailbox, one.at) for one in promised)]
    return Counter((mailbox, days.of(at)) for mailbox, at in times)


@st.composite
def moments(draw: st.DrawFn) -> int:
    """A second within some days of a clock change, in one zone or another."""
    zone = draw(st.sampled_from(ZONES[:-1]))
    change = draw(st.sampled_from(CHANGES[zone]))
    return int(change.timestamp()) - draw(st.integers(-DAY, 4 * DAY))


@st.composite
def windows(draw: st.DrawFn) -> ContactWindow:
    """Some minutes or most of a day, also such as lie in the hour that clocks leave out."""
    opens = draw(st.one_of(st.integers(0, 23 * 60), st.sampled_from([0, 5, 90, 125, 150])))
    closes = draw(st.integers(opens + 7, 24 * 60 - 1))
    days = draw(st.sets(st.integers(1, 7), min_size=1))
    closed = draw(st.lists(st.dates(date(2026, 1, 1), date(2027, 2, 1)), max_size=2))
    return ContactWindow(
        days=tuple(sorted(days)),
        opens=time(*divmod(opens, 60)),
        closes=time(*divmod(closes, 60)),
        closed_days=tuple(closed),
    )


@st.composite
def cases(
    draw: st.DrawFn, *, is_varied: bool = False, is_one_window: bool = False, most_waits: int = 2
) -> Case:
    """Two sequences that may share mailboxes.

    `is_varied`: the company is anywhere, and mailboxes may warm up. `is_one_window`: all people have the same
    hours.
    """
    now = draw(moments())
    capacities = draw(st.dictionaries(st.sampled_from("abcd"), st.integers(0, 9), min_size=1))
    names = sorted(capacities)
    pools = {
        name: tuple(draw(st.lists(st.sampled_from(names), min_size=1, unique=True))) for name in ("s", "t")
    }
    one = draw(windows()), draw(st.sampled_from(ZONES))
    rules = {
        f"{name}{number}": one if is_one_window else (draw(windows()), draw(st.sampled_from(ZONES)))
        for name in "st"
        for number in "12"
    }
    case = Case(pending=(), promised=(), capacities=capacities, rules=rules, pools=pools, now=now)
    if is_varied:
        ramps = draw(st.dictionaries(st.sampled_from(names), st.tuples(st.integers(0, 3), st.integers(1, 3))))
        case = replace(case, home=draw(st.sampled_from(ZONES)), ramps=ramps)
    pending = _pending(draw, case, is_one_window=is_one_window, most_waits=most_waits)
    return replace(case, pending=pending, promised=_promised(draw, case))


def _pending(draw: st.DrawFn, case: Case, *, is_one_window: bool, most_waits: int) -> tuple[Pending, ...]:
    names = sorted(case.capacities)
    found: list[Pending] = []
    for number in range(draw(st.integers(1, 40))):
        sequence, is_follow_up = draw(st.sampled_from("st")), draw(st.booleans())
        found.append(
            Pending(
                id=f"{number:03}",
                sequence=sequence,
                hours="s1" if is_one_window else sequence + draw(st.sampled_from("12")),
                due=case.now + draw(st.integers(-DAY, 6 * DAY)),
                mailbox=draw(st.sampled_from(names)) if is_follow_up else None,
                is_follow_up=is_follow_up,
                waits=tuple(draw(st.lists(st.integers(1, 4), max_size=most_waits))),
            )
        )
    return tuple(found)


def _promised(draw: st.DrawFn, case: Case) -> tuple[Promised, ...]:
    """Some emails that have their time already, none above its mailbox's capacity."""
    wanted = draw(st.lists(st.sampled_from(sorted(case.capacities)), max_size=3, unique=True))
    found = [Promised(mailbox=name, at=case.now + draw(st.integers(0, 2 * DAY))) for name in wanted]
    return tuple(one for one in found if case.capacity(one.mailbox, case.days.of(one.at)))
