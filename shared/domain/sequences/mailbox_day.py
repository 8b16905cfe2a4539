"""One mailbox on one day: how much room is left, who got it, and at which seconds they go out."""

from collections.abc import Mapping
from typing import NamedTuple

from shared.domain.sequences.hours import Hours
from shared.domain.sequences.spacing import Grid, slots_of, spread_between


class Entry(NamedTuple):
    """An email on its way through the days. One without an id is of a later step, for which room is kept.

    `mailbox` is the one it must come from; empty where any of its pool will do. A tuple, as a large plan
    compares a million of them.
    """

    due: int
    id: str
    sequence: str
    hours: str
    mailbox: str
    is_follow_up: bool
    waits: tuple[int, ...]


class MailboxDay:
    """A mailbox's day. `taken` are the seconds that are promised already; nothing goes out before `since`."""

    def __init__(
        self, capacity: int, taken: list[int], hours: Mapping[str, Hours], day: int, since: int
    ) -> None:
        self.capacity = capacity
        self.used = len(taken)
        self._taken, self._hours, self._day, self._since = taken, hours, day, since
        self._free: dict[str, int] = {}
        self._chosen: dict[str, list[Entry]] = {}

    @property
    def share(self) -> float:
        """Which part of the day is used up."""
        return self.used / self.capacity if self.capacity else 1.0

    def has_room(self, hours: str) -> bool:
        """Whether one more email with these hours finds a slot."""
        if self.used >= self.capacity:
            return False
        if hours not in self._free:
            self._free[hours] = len(self._slots(hours)[0])
        return len(self._chosen.get(hours, ())) < self._free[hours]

    def take(self, entry: Entry) -> None:
        """Give it a place on the day."""
        self.used += 1
        self._chosen.setdefault(entry.hours, []).append(entry)

    def placed(self) -> tuple[list[tuple[Entry, int]], list[Entry]]:
        """Everybody who got a place, with the second; and who is due too late for those that are left."""
        done: list[tuple[Entry, int]] = []
        late: list[Entry] = []
        for hours in sorted(self._chosen, key=lambda one: (self._free[one], one)):
            for entry, at in self._times(hours, self._chosen[hours], late):
                done.append((entry, at))
                self._taken.append(at)
        return done, late

    def _times(self, hours: str, entries: list[Entry], late: list[Entry]) -> list[tuple[Entry, int]]:
        slots, held = self._slots(hours)
        done: list[tuple[Entry, int]] = []
        easy: list[Entry] = []
        for entry in entries:
            if slots and entry.due <= slots[0]:
                easy.append(entry)
            elif (at := next((one for one in slots if one >= entry.due), None)) is not None:
                done.append((entry, at))
                slots.remove(at)
                held.append(at)
            else:
                late.append(entry)
        late += easy[len(slots) :]
        easy = easy[: len(slots)]
        return [*done, *zip(easy, spread_between(slots, held, len(easy)), strict=True)]

    def _slots(self, hours: str) -> Grid:
        parts = self._hours[hours].on(self._day)
        return slots_of(parts, self.capacity, self._taken, self._since)
