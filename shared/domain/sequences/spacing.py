"""How a mailbox's emails of one day are spread over the window: on a grid of as many slots as it may send.

With 30 a day from 09:00 to 17:00 a slot is 16 minutes. Fewer emails take every second slot, or third, so that
each stands less than one slot from where an even spread has it. Those that come later take the slots that are
missing from the even spread of all.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import TypeVar

from shared.domain.sequences.hours import Part

T = TypeVar("T")
Grid = tuple[list[int], list[int]]  # the seconds that are free, and those that others hold


def slots_of(parts: Iterable[Part], capacity: int, taken: Iterable[int], since: int) -> Grid:
    """The seconds at which the mailbox may still send on the day, from `since` on, and those that are held.

    Each email that is `taken` holds the slot nearest to it, whatever grid it was planned on.
    """
    free: list[int] = []
    held: list[int] = []
    taken = list(taken)
    for begin, until, start, end in parts:
        length = end - start
        count = min(capacity, length)
        if not count:
            continue
        nearest = {_nearest(at - start, count, length) for at in taken if start <= at < end}
        number = -(-(max(begin, since, start) - start) * count // length)
        while number < count and (at := start + number * length // count) < until:
            (held if number in nearest else free).append(at)
            number += 1
    return free, held


def _nearest(seconds: int, count: int, length: int) -> int:
    """The number of the slot that is nearest to so many seconds after the first; its own, if it has one."""
    number = -(-seconds * count // length)
    if number < count and number * length // count == seconds:
        return number
    return min(count - 1, (2 * seconds * count + length) // (2 * length))


def spread_between(free: Sequence[int], held: Iterable[int], count: int) -> list[int]:
    """So many of the free slots, as even as can be with those that are held. There must be as many."""
    wanted = _missing(free, sorted(held), count)
    chosen: list[int] = []
    place = 0
    for number, at in enumerate(wanted):
        # Not so far back that those who follow find none.
        place = min(max(place, bisect_left(free, at)), len(free) - (count - number))
        chosen.append(free[place])
        place += 1
    return chosen


def _missing(free: Sequence[int], held: Sequence[int], count: int) -> list[int]:
    """Of the even spread of all, what is left when each that is held stands for what is nearest to it."""
    grid = sorted([*free, *held]) if held else free
    total = len(held) + count
    wanted = spread(grid, total)
    for at in held:
        place = bisect_left(wanted, at)
        if place == len(wanted) or (place and at - wanted[place - 1] <= wanted[place] - at):
            place -= 1
        del wanted[place]
    return wanted


def spread(slots: Sequence[T], count: int) -> list[T]:
    """So many of the slots, as evenly as they lie. There must be as many."""
    return [slots[place * len(slots) // count] for place in range(count)]
