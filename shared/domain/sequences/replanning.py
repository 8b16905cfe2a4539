"""A plan that stands, after something has changed: who must move, who may come earlier, and where to.

Everybody else keeps mailbox and second. It is pure, and asks nothing about what has changed: it looks at the
places that people have, and at the room there is now. Asked again half way, it says what is left to be done.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Sequence as Ordered

from msgspec import Struct

from shared.domain.sequences.plan import Pending, Plan, Promised, Room
from shared.domain.sequences.planner import plan
from shared.domain.sequences.spacing import spread

_TRIES = 3  # to bring people forward, without those who would not come earlier


class Placed(Struct, frozen=True, kw_only=True):
    """An email with the mailbox and the second it has; `item` is the email as it would be planned anew."""

    item: Pending
    mailbox: str
    at: int

    def as_promised(self) -> Promised:
        """The same, as one that keeps its place."""
        item = self.item
        return Promised(
            mailbox=self.mailbox, at=self.at, sequence=item.sequence, hours=item.hours, waits=item.waits
        )


class Replanned(Struct, frozen=True, kw_only=True):
    """The plan of those who move and of those who had no place; `moved` are the former, by id."""

    plan: Plan
    moved: frozenset[str]


def replan(
    placed: Iterable[Placed],
    asked: Iterable[Pending],
    promised: Iterable[Promised],
    room: Room,
    now: int,
    *,
    brings_forward: bool,
) -> Replanned:
    """Move who cannot keep the place; with `brings_forward` also who waits for room that there is now.

    `asked` have no place yet. What is `promised` stays as it is, whatever the room.
    """
    standing, asked, promised = sorted(placed, key=_in_order), list(asked), list(promised)
    moving = who_must_move(standing, promised, room)
    made = _planned(standing, moving, asked, promised, room, now)
    if not brings_forward:
        return Replanned(plan=made, moved=moving)
    kept = [one for one in standing if one.item.id not in moving]
    earlier = who_comes_earlier(kept, made.loads, room, now)
    for _ in range(_TRIES):
        if not earlier:
            break
        tried = _planned(standing, moving | earlier, asked, promised, room, now)
        better = {one.item.id for one in kept if one.item.id in earlier and _is_earlier(one, tried, room)}
        if better == earlier:
            return Replanned(plan=tried, moved=moving | earlier)
        earlier = frozenset(better)
    return Replanned(plan=made, moved=moving)


def who_must_move(standing: Iterable[Placed], promised: Iterable[Promised], room: Room) -> frozenset[str]:
    """Who has a place that is none any more, and on days that are too full those who are too many.

    There follow-ups stay before first emails, and who stays is spread over the day.
    """
    days = room.days
    taken = Counter((one.mailbox, days.of(one.at)) for one in promised)
    groups: dict[tuple[str, int], list[Placed]] = defaultdict(list)
    moving = set[str]()
    for one in standing:
        if _is_possible(one, room):
            groups[one.mailbox, days.of(one.at)].append(one)
        else:
            moving.add(one.item.id)
    for (mailbox, day), group in groups.items():
        left = max(0, room.capacity[mailbox](day) - taken[mailbox, day])
        if len(group) > left:
            moving |= {one.item.id for one in group} - {one.item.id for one in _staying(group, left)}
    return frozenset(moving)


def who_comes_earlier(
    kept: Iterable[Placed], loads: Mapping[tuple[str, int], int], room: Room, now: int
) -> frozenset[str]:
    """Who waits for room that there is on an earlier day: the last ones first, each to the earliest day.

    So as few as possible move, and the plan ends as early as it can.
    """
    free, found = _Free(loads, room, now), set[str]()
    for one in sorted(kept, key=_in_order, reverse=True):
        pool = _pool_of(one, room)
        due = max(one.item.due, now)
        begin, end = max(room.days.of(due), free.first_day(pool)), room.days.of(one.at)
        hours = room.hours[one.item.hours]
        for day in range(begin, end):
            parts = hours.on(day)
            if parts and due < parts[-1][1] and free.take(pool, day, parts):
                found.add(one.item.id)
                break
    return frozenset(found)


class _Free:
    """How much room mailboxes have left, by day; of today only the part that is still to come."""

    def __init__(self, loads: Mapping[tuple[str, int], int], room: Room, now: int) -> None:
        self._loads, self._room, self._now = loads, room, now
        self._today = room.days.of(now)
        self._left: dict[tuple[str, int], int] = {}
        self._open: dict[tuple[tuple[str, ...], int], list[str]] = {}
        self._first: dict[tuple[str, ...], int] = {}

    def first_day(self, pool: tuple[str, ...]) -> int:
        """The first day on which one of the pool may have room."""
        day = self._first.get(pool, self._today)
        while self._open.get((pool, day)) == []:
            day += 1
        self._first[pool] = day
        return day

    def take(self, pool: tuple[str, ...], day: int, parts: Ordered[tuple[int, int, int, int]]) -> bool:
        """Take a place of the pool on that day, if there is one."""
        waiting = self._open.setdefault((pool, day), list(pool))
        while waiting:
            mailbox = waiting[-1]
            left = self._left_on(mailbox, day, parts)
            if left > 0:
                self._left[mailbox, day] = left - 1
                return True
            waiting.pop()
        return False

    def _left_on(self, mailbox: str, day: int, parts: Ordered[tuple[int, int, int, int]]) -> int:
        left = self._left.get((mailbox, day))
        if left is None:
            capacity = self._room.capacity[mailbox](day) if mailbox in self._room.capacity else 0
            left = capacity - self._loads.get((mailbox, day), 0)
            if day == self._today:
                length = sum(until - begin for begin, until, _, _ in parts)
                coming = sum(max(0, until - max(begin, self._now)) for begin, until, _, _ in parts)
                left = min(left, capacity * coming // length)
        return left


def _planned(
    standing: Iterable[Placed],
    moving: frozenset[str],
    asked: Iterable[Pending],
    promised: Iterable[Promised],
    room: Room,
    now: int,
) -> Plan:
    items = [*asked, *(one.item for one in standing if one.item.id in moving)]
    kept = [one.as_promised() for one in standing if one.item.id not in moving]
    return plan(items, [*promised, *kept], room, now)


def _is_possible(one: Placed, room: Room) -> bool:
    """Whether mailbox, second and window of the place still are what the email may have."""
    if one.mailbox not in room.capacity or one.at < one.item.due:
        return False
    if one.mailbox not in _pool_of(one, room):
        return False
    parts = room.hours[one.item.hours].on(room.days.of(one.at))
    return any(begin <= one.at < until for begin, until, _, _ in parts)


def _pool_of(one: Placed, room: Room) -> tuple[str, ...]:
    return (one.item.mailbox,) if one.item.mailbox else tuple(room.pools.get(one.item.sequence, ()))


def _staying(group: Ordered[Placed], left: int) -> list[Placed]:
    followers = [one for one in group if one.item.is_follow_up]
    firsts = [one for one in group if not one.item.is_follow_up]
    most = min(len(followers), left)
    return [*spread(followers, most), *spread(firsts, left - most)]


def _is_earlier(one: Placed, made: Plan, room: Room) -> bool:
    found = made.times.get(one.item.id)
    return found is not None and room.days.of(found[1]) < room.days.of(one.at)


def _in_order(one: Placed) -> tuple[int, str, str]:
    return one.at, one.mailbox, one.item.id
