"""Plans of sequences: `python tests/bench/sequences.py --people=50000` prints one JSON object.

So many people are planned at once, over 200 mailboxes, and planned anew after each kind of change, each in a
process of its own. The same changes of a small case are held beside the fewest moves that are possible.
Nothing is stored: what is measured is pure.
"""

import argparse
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from shared.domain.record import replace

HERE = Path(__file__).resolve()
LEAVING = 1_000  # contacts who leave at once
SMALL = {"people": 400, "mailbox_count": 4}


def changes() -> dict[str, Any]:
    """Each kind of change, as what is asked of it before it is made; none where contacts leave."""
    from datetime import time as clock

    from shared.domain.sequences.editing import (
        in_new_order,
        with_changed_step,
        with_fields,
        with_step,
        without_step,
    )
    from shared.domain.sequences.sequence import SequenceStep
    from shared.domain.sequences.what_if import MailboxEdit, MoreMailboxes, SequenceEdit
    from tests.bench.sequence_world import NOW

    def of_sequence(edit: Callable[..., Any], **given: Any) -> SequenceEdit:
        return SequenceEdit(sequence_id="s0", edit=partial(edit, **given))

    new = SequenceStep(id="new", position=2, wait_days=1, content="Hello")
    order = ("step2", "step1", "step3")
    return {
        "mailbox added": MoreMailboxes(sequence_id="s0", count=1, daily_capacity=50),
        "mailbox removed": MailboxEdit(mailbox_id="m003", changes=None),
        "mailbox paused": MailboxEdit(mailbox_id="m003", changes={"is_paused": True}),
        "capacity lowered": MailboxEdit(mailbox_id="m003", changes={"daily_capacity": 20}),
        "capacity raised": MailboxEdit(mailbox_id="m003", changes={"daily_capacity": 60}),
        "step added": of_sequence(with_step, step=new, now=NOW),
        "step removed": of_sequence(without_step, step_id="step2"),
        "steps reordered": of_sequence(in_new_order, step_ids=order),
        "wait days": of_sequence(with_changed_step, step_id="step2", changes={"wait_days": 4}),
        "window": of_sequence(with_fields, changes={"start_time": clock(10), "end_time": clock(16)}),
        "holidays": of_sequence(with_fields, changes={"closed_days": (date(2026, 12, 2),)}),
        "contacts leave": None,
    }


def replanned(world: Any, what: Any) -> tuple[Any, Any, list[Any], bool]:
    """The work after the change, the plan that is made of it, the emails that were planned, and how.

    That is: whether people are brought forward, where there is more room.
    """
    from shared.domain.sequences.what_if import applied
    from shared.domain.sequences.work import make_plan

    changed, change = applied(world.work, what) if what else (world.work, None)
    emails = list(world.emails) if what else list(world.emails[LEAVING:])
    if change and change.sequence_ids:
        emails = list(_rewritten(changed, world, emails))
    brings_forward = change is not None and change.brings_forward
    made = make_plan(changed, emails, is_replanned=change is not None, brings_forward=brings_forward)
    return changed, made, emails, brings_forward


def _rewritten(work: Any, world: Any, emails: list[Any]) -> Iterator[Any]:
    """The emails by the steps as they are now."""
    from shared.domain.sequences.after_edit import after_edit
    from shared.domain.sequences.scheduled_email import EmailStatus
    from tests.bench.sequence_world import NOW

    for email in emails:
        person, sequence = world.people[email.enrollment_id], work.sequences[email.sequence_id]
        move = after_edit(sequence, person, email, work.hours_of(sequence, email.time_zone)[1], NOW)
        left = (move.following or move.email) if move else email
        if left.status is EmailStatus.PENDING:
            yield left


def measure(people: int, mailboxes: int) -> dict[str, Any]:
    """The plan, each change of it, and the small case beside its optimum."""
    from shared.domain.sequences.work import make_plan
    from tests.bench.sequence_world import a_world

    world = a_world(people, mailboxes)
    began = time.process_time()
    made = make_plan(world.work, world.emails, is_replanned=False, brings_forward=False)
    seconds = time.process_time() - began
    assert len(made.emails) == people
    world = world.planned(made)
    found: dict[str, Any] = {"people": people, "mailboxes": mailboxes, "plan_seconds": round(seconds, 2)}
    found["changes"] = {name: _apart(partial(_one, world, what)) for name, what in changes().items()}
    found["small_case"] = small_case()
    found["moves_to_needed"] = _worst(found["small_case"])
    return found


def _one(world: Any, what: Any) -> dict[str, Any]:
    from tests.bench.intake import peak_mib

    began = time.process_time()
    _, made, emails, _ = replanned(world, what)
    seconds = time.process_time() - began
    before = {one.id: one for one in world.emails}
    anew = sum(one.send_at is None or one.id not in before for one in emails)
    return {
        "seconds": round(seconds, 2),
        "moved": len(made.moved),
        "planned_anew": anew,
        "moved_percent": round(100 * len(made.moved) / len(world.emails), 2),
        "peak_mib": peak_mib(),
    }


def _apart(act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What it gives in a process of its own, whose peak of memory is its own."""
    context = multiprocessing.get_context("fork")
    mine, theirs = context.Pipe()
    child = context.Process(target=lambda: theirs.send(act()))
    child.start()
    found: dict[str, Any] = mine.recv()
    child.join()
    return found


def small_case() -> dict[str, dict[str, int]]:
    """How many each change moves of a small case, beside the fewest that are possible.

    Everybody waits for the last email, as the optimum keeps no room for others. It has the days up to the
    last one that our plan needs; where people are brought forward, they wait as few days as can be in it.
    """
    from shared.domain.sequences.work import make_plan
    from tests.bench.fewest_moves import capacities, fewest_moves, movables
    from tests.bench.sequence_world import a_world

    world = a_world(**SMALL)
    world = replace(world, emails=tuple(replace(one, waits=()) for one in world.emails))
    world = world.planned(make_plan(world.work, world.emails, is_replanned=False, brings_forward=False))
    found = {}
    for name, what in changes().items():
        if what is None:
            continue
        work, made, emails, brings_forward = replanned(world, what)
        placed = {one.id: one for one in made.emails}
        last = max(work.days.of(int((placed.get(one.id) or one).send_at.timestamp())) for one in emails)
        every = list(movables(work, emails, last))
        asked = sum(one.send_at is None for one in emails)
        needed = fewest_moves(every, capacities(work, last), comes_soonest=brings_forward) - asked
        found[name] = {"moved": len(made.moved), "needed": needed}
    return found


def _worst(found: dict[str, dict[str, int]]) -> float:
    """The most that a change moves, to what was needed; 1 is the optimum."""
    assert not any(one["moved"] for one in found.values() if not one["needed"])
    return round(max(one["moved"] / one["needed"] for one in found.values() if one["needed"]), 4)


def main() -> None:
    """Measure once and print the result."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tree", type=Path, default=HERE.parents[2])
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--mailboxes", type=int, default=200)
    options = parser.parse_args()
    os.chdir(options.tree)
    sys.path.insert(0, str(options.tree))
    print(json.dumps(measure(options.people, options.mailboxes)))


if __name__ == "__main__":
    main()
