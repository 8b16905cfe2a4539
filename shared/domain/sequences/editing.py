"""Changes of a sequence, each made of what it was; its steps are in order, numbered from 1."""

from collections.abc import Iterable, Mapping
from collections.abc import Sequence as Ordered
from datetime import UTC, datetime

from msgspec import Struct

from shared.domain.errors import Conflict, InvalidInput, NotFound
from shared.domain.record import replace
from shared.domain.sequences.sequence import Sequence, SequenceState, SequenceStep

_NO_TEXT = "…"
_LATER_THAN_ALL = datetime.max.replace(tzinfo=UTC)
_FROM = {
    SequenceState.ACTIVE: (SequenceState.DRAFT, SequenceState.PAUSED),
    SequenceState.PAUSED: (SequenceState.ACTIVE,),
    SequenceState.ARCHIVED: (SequenceState.DRAFT, SequenceState.ACTIVE, SequenceState.PAUSED),
}


def numbered(steps: Iterable[SequenceStep]) -> tuple[SequenceStep, ...]:
    """The steps as they stand, with positions that say so."""
    return tuple(replace(step, position=number) for number, step in enumerate(steps, 1))


def with_step(sequence: Sequence, step: SequenceStep, now: datetime) -> Sequence:
    """With one more step, at its position: the others move on. The same step again changes nothing."""
    if sequence.step(step.id) is not None:
        return sequence
    added_at = {**sequence.added_at, step.id: now}
    return _inserted(replace(sequence, added_at=added_at), step)


def _inserted(sequence: Sequence, step: SequenceStep) -> Sequence:
    place = min(max(step.position, 1), len(sequence.steps) + 1) - 1
    return replace(sequence, steps=numbered((*sequence.steps[:place], step, *sequence.steps[place:])))


def with_changed_step(sequence: Sequence, step_id: str, changes: Mapping[str, object]) -> Sequence:
    """With other texts or wait days of a step, and at another `position` if that is among them.

    Raises NotFound.
    """
    step = _found(sequence, step_id)
    changed = replace(step, **changes)  # type: ignore[arg-type]  # fields of SequenceStep
    if changed.position == step.position:
        steps = (changed if one.id == step_id else one for one in sequence.steps)
        return replace(sequence, steps=tuple(steps))
    return _inserted(without_step(sequence, step_id), changed)


def without_step(sequence: Sequence, step_id: str) -> Sequence:
    """Without a step. Raises NotFound."""
    step = _found(sequence, step_id)
    return replace(sequence, steps=numbered(one for one in sequence.steps if one != step))


def in_new_order(sequence: Sequence, step_ids: Ordered[str]) -> Sequence:
    """With all its steps in this order. Raises InvalidInput when it does not name each of them once."""
    by_id = {one.id: one for one in sequence.steps}
    if sorted(step_ids) != sorted(by_id):
        reason = f"must name each step of the sequence once; they are: {', '.join(by_id) or 'none'}"
        raise InvalidInput.at("step_ids", reason)
    return replace(sequence, steps=numbered(by_id[one] for one in step_ids))


class Place(Struct, frozen=True, kw_only=True):
    """A step in an order that is only thought of; without an id it is a new one."""

    step_id: str | None
    wait_days: int


def with_places(sequence: Sequence, places: Ordered[Place]) -> Sequence:
    """With its steps as they would be, to look at the effect: new ones have no text yet.

    Raises NotFound, and InvalidInput when a step is named twice.
    """
    ids = [place.step_id for place in places]
    for number, item_id in enumerate(ids):
        if item_id is not None and item_id in ids[:number]:
            raise InvalidInput.at(f"steps[{number}].id", "is named twice")
    steps = [_placed(sequence, place, number) for number, place in enumerate(places)]
    added_at = {one.id: _LATER_THAN_ALL for one in steps if sequence.step(one.id) is None}
    return replace(sequence, steps=numbered(steps), added_at={**sequence.added_at, **added_at})


def _placed(sequence: Sequence, place: Place, number: int) -> SequenceStep:
    if place.step_id is not None:
        return replace(_found(sequence, place.step_id), wait_days=place.wait_days)
    step = SequenceStep(id=f"new-{number}", position=number, content=_NO_TEXT, subject=_NO_TEXT)
    return replace(step, wait_days=place.wait_days)


def in_state(sequence: Sequence, state: SequenceState) -> Sequence:
    """Sending, paused or archived. Raises Conflict for one that cannot become that."""
    if sequence.state is state:
        return sequence
    if sequence.state not in _FROM[state]:
        raise Conflict(f"A sequence that is {sequence.state} cannot become {state}.")
    return replace(sequence, state=state)


def without_mailbox(sequence: Sequence, mailbox_id: str) -> Sequence:
    """Without a mailbox of its pool. Raises Conflict where it sends, and that is its only one."""
    left = tuple(one for one in sequence.mailbox_ids if one != mailbox_id)
    if not left and sequence.mailbox_ids and sequence.state is SequenceState.ACTIVE:
        raise Conflict(
            f"It is the only mailbox of the sequence {sequence.name!r}, which sends. "
            "Give that one another mailbox first, or pause it."
        )
    return replace(sequence, mailbox_ids=left)


def with_fields(sequence: Sequence, changes: Mapping[str, object]) -> Sequence:
    """With other values of its own fields."""
    return replace(sequence, **changes)  # type: ignore[arg-type]  # fields of Sequence


def _found(sequence: Sequence, step_id: str) -> SequenceStep:
    step = sequence.step(step_id)
    if step is None:
        raise NotFound("step", step_id)
    return step
