"""Where steps stand: put, moved, taken out; whatever is moved, no step is lost or doubled."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.automations.arranging import (
    change_step,
    every_place,
    inside,
    move_step,
    move_to,
    place_of,
    put_step,
    take_out,
)
from shared.domain.automations.steps import EndStep, IfStep, Steps, TagStep, every_step
from shared.domain.contacts.segment import HasTag
from shared.domain.errors import Conflict, NotFound

WARM = HasTag(value="warm")
INNER = IfStep(id="inner", criterion=WARM, then=(TagStep(id="c", tag="c"),))
FORK = IfStep(id="fork", criterion=WARM, then=(TagStep(id="a", tag="a"), INNER), otherwise=())
FLOW = (TagStep(id="first", tag="x"), FORK, EndStep(id="last"))
IDS = [step.id for step in every_step(FLOW)]
NEW = TagStep(id="new", tag="new")


def ids(steps: Steps) -> list[str]:
    """From top to bottom."""
    return [step.id for step in every_step(steps)]


def test_a_step_is_put_at_the_head_after_another_and_into_either_branch() -> None:
    assert ids(put_step(FLOW, "", NEW))[0] == "new"
    assert ids(put_step(FLOW, "first", NEW))[:3] == ["first", "new", "fork"]
    assert ids(put_step(FLOW, "fork.then", NEW))[1:4] == ["fork", "new", "a"]
    assert ids(put_step(FLOW, "inner.otherwise", NEW))[-3:] == ["c", "new", "last"]
    assert ids(put_step(FLOW, "fork", NEW))[-2:] == ["new", "last"]


@pytest.mark.parametrize("place", ["gone", "gone.then", "first.then", "fork.criterion", "fork.id"])
def test_a_place_that_is_gone_is_refused(place: str) -> None:
    with pytest.raises(Conflict, match="gone"):
        put_step(FLOW, place, NEW)


def test_a_step_is_changed_in_its_place_and_taken_out_with_its_branches() -> None:
    changed = change_step(FLOW, TagStep(id="c", tag="other"))
    assert ids(changed) == IDS
    assert "other" in repr(changed)
    assert ids(take_out(FLOW, "inner")) == ["first", "fork", "a", "last"]
    assert ids(take_out(FLOW, "fork")) == ["first", "last"]
    assert (inside(FORK), inside(INNER), inside(NEW)) == (3, 1, 0)


def test_a_step_moves_within_its_branch_and_stays_at_its_ends() -> None:
    assert ids(move_step(FLOW, "inner", -1)) == ["first", "fork", "inner", "c", "a", "last"]
    assert ids(move_step(FLOW, "first", -1)) == IDS
    assert ids(move_step(FLOW, "last", 1)) == IDS


def test_a_step_cannot_be_moved_into_itself() -> None:
    with pytest.raises(Conflict):
        move_to(FLOW, "fork", "inner.then")
    with pytest.raises(NotFound):
        move_to(FLOW, "gone", "")


@given(st.data())
def test_wherever_it_is_moved_it_stands_there_and_no_other_is_lost(data: st.DataObject) -> None:
    step_id = data.draw(st.sampled_from(IDS))
    places = [place for place, _ in every_place(take_out(FLOW, step_id))]
    place = data.draw(st.sampled_from(places))
    moved = move_to(FLOW, step_id, place)
    assert place_of(moved, step_id) == place
    assert sorted(ids(moved)) == sorted(IDS)
