"""How a mailbox's emails of one day are spread over the window: on a grid of as many slots as it may send.

With 30 a day from 09:00 to 17:00 a slot is 16 minutes. Fewer emails take every second slot, or third, so that
each stands less than one slot from where an even spread has it.
"""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from shared.domain.sequences.hours import Part

T = TypeVar("T")


def free_slots(parts: Iterable[Part], capacity: int, taken: Iterable[int], since: int) -> list[int]:
    """The seconds at which the mailbox may still send on the day, from `since` on.

    Each email that is `taken` keeps the slot nearest to it, whatever grid it was planned on.
    """
    found: list[int] = []
    held = list(taken)
    for begin, until, start, end in parts:
        length = end - start
        count = min(capacity, length)
        if not count:
            continue
        nearest = {
            min(count - 1, (2 * (at - start) * count + length) // (2 * length))
            for at in held
            if start <= at < end
        }
        number = -(-(max(begin, since, start) - start) * count // length)
        while number < count and (at := start + number * length // count) < until:
            if number not in nearest:
                found.append(at)
            number += 1
    return found


def spread(slots: Sequence[T], count: int) -> list[T]:
    """So many of the slots, as evenly as they lie. There must be as many."""
    return [slots[place * len(slots) // count] for place in range(count)]
