"""The plan of a company's sequences: which mailbox sends which email, and at which second.

It is pure: the same input gives the same plan, in whatever order it comes. Days are gone through one by one.
On each, follow-ups come first, every one from the mailbox of its first email; then first emails, the
sequences taking turns, each from the mailbox of its pool that has the largest part of its day left. What
finds no room waits for the next day. The steps behind an email are planned with it, so that room is kept for
them.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heappush, heapreplace

from shared.domain.sequences.mailbox_day import Entry, MailboxDay
from shared.domain.sequences.plan import Pending, Plan, Promised, Room

# After so many days on which nothing could be placed, nothing ever will be.
IDLE_DAYS = 400
_Queues = dict[str, dict[str, list[Entry]]]  # by sequence, then by hours: heaps
_Key = tuple[int, int, str, str]  # day it was due, turn of its sequence, sequence, id


def plan(pending: Iterable[Pending], promised: Iterable[Promised], room: Room, now: int) -> Plan:
    """Give each pending email a mailbox and a second from `now` on; those that are promised keep theirs."""
    planner = _Planner(room, now)
    planner.promise(promised)
    for one in pending:
        planner.ask(one)
    planner.run()
    return planner.plan


class _Planner:
    def __init__(self, room: Room, now: int) -> None:
        self.plan = Plan()
        self._room, self._now = room, now
        self._first = room.days.of(now)
        self._coming: dict[int, list[Entry]] = defaultdict(list)
        self._taken: dict[tuple[str, int], list[int]] = defaultdict(list)
        self._follow: dict[str, dict[str, list[tuple[_Key, Entry]]]] = defaultdict(dict)
        self._ranks: dict[tuple[str, int, str], int] = defaultdict(int)
        self._homeless: _Queues = defaultdict(dict)
        self._new: _Queues = defaultdict(dict)
        self._mailbox_days: dict[str, MailboxDay] = {}
        self._count = 0

    def promise(self, promised: Iterable[Promised]) -> None:
        """Keep what is promised, and room for what follows it."""
        for one in sorted(promised, key=lambda one: (one.at, one.mailbox, one.sequence)):
            day = self._room.days.of(one.at)
            self._taken[one.mailbox, day].append(one.at)
            self.plan.loads[one.mailbox, day] += 1
            self._note_end(one.sequence, one.at)
            if one.waits:
                mailbox = one.mailbox if one.mailbox in self._room.capacity else ""
                self._follow_on(one.sequence, one.hours, mailbox, one.at, one.waits)

    def ask(self, one: Pending) -> None:
        """Take an email in."""
        mailbox = one.mailbox if one.mailbox and one.mailbox in self._room.capacity else ""
        due = max(one.due, self._now)
        self._come(Entry(due, one.id, one.sequence, one.hours, mailbox, one.is_follow_up, one.waits), 0)

    def run(self) -> None:
        """Go through the days until everything has its place, or nothing finds one any more."""
        day, idle = self._first, 0
        while self._count and idle < IDLE_DAYS:
            before = self._count, len(self.plan.times)
            self._go_through(day)
            idle = 0 if (self._count, len(self.plan.times)) != before else idle + 1
            day += 1
        self.plan.unplaced = sorted(one.id for one in self._left() if one.id)

    def _go_through(self, day: int) -> None:
        self._mailbox_days = {}
        for entry in sorted(self._coming.pop(day, ())):
            self._arrive(entry, day)
        for mailbox in sorted(self._follow):
            self._take_follow_ups(mailbox, day)
        self._deal(self._homeless, day)
        self._deal(self._new, day)
        for mailbox, state in self._mailbox_days.items():
            done, late = state.placed()
            for entry in late:
                self._coming[day + 1].append(entry)
            for entry, at in done:
                self._place(entry, mailbox, day, at)

    def _come(self, entry: Entry, earliest: int) -> None:
        self._count += 1
        self._coming[max(self._room.days.of(entry.due), earliest, self._first)].append(entry)

    def _arrive(self, entry: Entry, day: int) -> None:
        parts = self._room.hours[entry.hours].on(day)
        if parts and entry.due >= parts[-1][1]:
            self._coming[day + 1].append(entry)
        elif entry.mailbox:
            turn = self._ranks[entry.mailbox, day, entry.sequence]
            self._ranks[entry.mailbox, day, entry.sequence] = turn + 1
            key = (day, turn, entry.sequence, entry.id)
            heappush(self._follow[entry.mailbox].setdefault(entry.hours, []), (key, entry))
        else:
            queues = self._homeless if entry.is_follow_up else self._new
            heappush(queues[entry.sequence].setdefault(entry.hours, []), entry)

    def _day_of(self, mailbox: str, day: int) -> MailboxDay:
        state = self._mailbox_days.get(mailbox)
        if state is None:
            taken = self._taken.pop((mailbox, day), [])
            since = self._now if day == self._first else 0
            capacity = self._room.capacity[mailbox](day)
            state = MailboxDay(capacity, taken, self._room.hours, day, since)
            self._mailbox_days[mailbox] = state
        return state

    def _take_follow_ups(self, mailbox: str, day: int) -> None:
        """Those who wait longest first, and of one day the sequences in turn."""
        queues = self._follow[mailbox]
        waiting = [hours for hours in queues if queues[hours]]
        if not waiting:
            return
        state = self._day_of(mailbox, day)
        open_ones = [hours for hours in waiting if state.has_room(hours)]
        while open_ones:
            hours = min(open_ones, key=lambda one: queues[one][0][0])
            state.take(heappop(queues[hours])[1])
            open_ones = [one for one in open_ones if queues[one] and state.has_room(one)]

    def _deal(self, queues: _Queues, day: int) -> None:
        """Give each sequence a place in its turn, as long as its pool has one; who begins changes by day."""
        names = sorted(name for name, waiting in queues.items() if any(waiting.values()))
        turns = deque(names)
        turns.rotate(-(day % len(names)) if names else 0)
        heaps: dict[tuple[tuple[str, ...], str], list[tuple[float, str]]] = {}
        while turns:
            name = turns.popleft()
            if self._take_next(name, queues[name], heaps, day):
                turns.append(name)

    def _take_next(
        self,
        sequence: str,
        waiting: dict[str, list[Entry]],
        heaps: dict[tuple[tuple[str, ...], str], list[tuple[float, str]]],
        day: int,
    ) -> bool:
        for hours in sorted((one for one in waiting if waiting[one]), key=lambda one: waiting[one][0]):
            mailbox = self._emptiest(sequence, hours, heaps, day)
            if mailbox is not None:
                self._day_of(mailbox, day).take(heappop(waiting[hours]))
                return True
        return False

    def _emptiest(
        self,
        sequence: str,
        hours: str,
        heaps: dict[tuple[tuple[str, ...], str], list[tuple[float, str]]],
        day: int,
    ) -> str | None:
        """The mailbox of the pool with the largest part of its day left, that has room at these hours."""
        pool = tuple(self._room.pools.get(sequence, ()))
        heap = heaps.get((pool, hours))
        if heap is None:
            is_open = bool(self._room.hours[hours].on(day))
            known = [one for one in pool if one in self._room.capacity] if is_open else []
            heap = [(self._day_of(one, day).share, one) for one in known]
            heapify(heap)
            heaps[pool, hours] = heap
        while heap:
            share, mailbox = heap[0]
            state = self._mailbox_days[mailbox]
            if not state.has_room(hours):
                heappop(heap)
            elif state.share != share:  # somebody took a place since
                heapreplace(heap, (state.share, mailbox))
            else:
                return mailbox
        return None

    def _place(self, entry: Entry, mailbox: str, day: int, at: int) -> None:
        self._count -= 1
        self.plan.loads[mailbox, day] += 1
        self._note_end(entry.sequence, at)
        if entry.id:
            self.plan.times[entry.id] = (mailbox, at)
        if entry.waits:
            self._follow_on(entry.sequence, entry.hours, mailbox, at, entry.waits)

    def _follow_on(self, sequence: str, hours: str, mailbox: str, at: int, waits: tuple[int, ...]) -> None:
        due = self._room.hours[hours].due_after(at, waits[0])
        earliest = self._room.days.of(at) + 1
        self._come(Entry(max(due, self._now), "", sequence, hours, mailbox, True, waits[1:]), earliest)

    def _note_end(self, sequence: str, at: int) -> None:
        if at > self.plan.ends.get(sequence, 0):
            self.plan.ends[sequence] = at

    def _left(self) -> Iterator[Entry]:
        for entries in self._coming.values():
            yield from entries
        for by_hours in self._follow.values():
            yield from (entry for heap in by_hours.values() for _, entry in heap)
        for queues in (self._homeless, self._new):
            yield from (entry for waiting in queues.values() for heap in waiting.values() for entry in heap)
