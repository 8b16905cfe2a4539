"""The fewest emails that a change has to move, as the optimum of a flow: networkx, on small cases."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date

import networkx
from msgspec import Struct

from shared.domain.sequences.scheduled_email import ScheduledEmail
from shared.domain.sequences.work import Work

Cell = tuple[str, int]  # a mailbox on a day


class Movable(Struct, frozen=True, kw_only=True):
    """An email that may go out on any of `cells`; it stands on `kept`, if that is still allowed."""

    id: str
    cells: Collection[Cell]
    kept: Cell | None


def fewest_moves(emails: Sequence[Movable], capacity: Mapping[Cell, int], *, comes_soonest: bool) -> int:
    """How many have to leave where they stand, so that each has a place and no cell has too many.

    One unit flows from each email to a cell; it costs 1 where that is another than the one it stands on.
    With `comes_soonest` days of waiting count before all moves: of the plans in which people wait for the
    fewest days together, it is the one that moves the fewest. Raises networkx.NetworkXUnfeasible when there
    is no room.
    """
    graph = networkx.DiGraph()
    graph.add_node("emails", demand=-len(emails))
    graph.add_node("placed", demand=len(emails))
    day_cost, first = (len(emails) + 1 if comes_soonest else 0), min(day for _, day in capacity)
    for cell, count in capacity.items():
        graph.add_edge(cell, "placed", capacity=count, weight=day_cost * (cell[1] - first))
    for email in emails:
        graph.add_edge("emails", email.id, capacity=1, weight=0)
        for cell in email.cells:
            graph.add_edge(email.id, cell, capacity=1, weight=int(cell != email.kept))
    cost = int(networkx.min_cost_flow_cost(graph))
    return cost % day_cost if comes_soonest else cost


def capacities(work: Work, last_day: int) -> dict[Cell, int]:
    """What each mailbox that sends may send on each day, from today to the last."""
    first = work.days.of(work.now)
    return {
        (one.id, day): one.capacity_on(date.fromordinal(day))
        for one in work.mailboxes.values()
        if work.may_send(one.id)
        for day in range(first, last_day + 1)
    }


def movables(work: Work, emails: Iterable[ScheduledEmail], last_day: int) -> Iterator[Movable]:
    """The emails with where each may go out up to the last day, by what holds now."""
    for email in emails:
        sequence = work.sequences[email.sequence_id]
        hours = work.hours_of(sequence, email.time_zone)[1]
        due = max(int(email.due_at.timestamp()), work.now)
        is_bound = email.is_follow_up and email.mailbox_id in sequence.mailbox_ids
        pool = (email.mailbox_id,) if is_bound and email.mailbox_id else sequence.mailbox_ids
        if is_bound and not work.may_send(email.mailbox_id or ""):
            pool = sequence.mailbox_ids
        days = [
            day
            for day in range(work.days.of(due), last_day + 1)
            if (parts := hours.on(day)) and due < parts[-1][1]
        ]
        cells = {(name, day) for name in pool if work.may_send(name) for day in days}
        yield Movable(id=email.id, cells=cells, kept=_kept(work, email, cells))


def _kept(work: Work, email: ScheduledEmail, cells: Collection[Cell]) -> Cell | None:
    """Where it stands, if mailbox and second still hold."""
    if email.mailbox_id is None or email.send_at is None:
        return None
    at = int(email.send_at.timestamp())
    cell = email.mailbox_id, work.days.of(at)
    hours = work.hours_of(work.sequences[email.sequence_id], email.time_zone)[1]
    is_open = any(begin <= at < until for begin, until, _, _ in hours.on(cell[1]))
    return cell if cell in cells and is_open and at >= email.due_at.timestamp() else None
