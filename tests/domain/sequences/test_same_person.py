"""Of the places that one person has in a sequence, one goes on: whichever is asked, and in whatever order."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.contacts.contact import Contact
from shared.domain.sequences.enrollment import EndReason, Enrollment, EnrollmentState, enrollment_id
from shared.domain.sequences.same_person import gives_way, other_places
from tests.kit.builders import NOON
from tests.kit.sequence_records import an_enrollment

ANNA = Contact(id="anna", created_at=NOON, changed_at=NOON, merged_ids=("ana", "anne"))
ENDED = EnrollmentState.ENDED
STEPS = ("one", "two", "three")


def place(contact_id: str, **changes: Any) -> Enrollment:
    item_id = enrollment_id("welcome", contact_id)
    return an_enrollment(id=item_id, contact_id=contact_id, next_email_id=f"next-{contact_id}", **changes)


def test_the_others_are_those_of_the_contacts_who_were_merged() -> None:
    places = {one: place(one) for one in ("anna", "ana", "anne")}
    assert other_places(places["ana"], ANNA) == {places["anna"].id, places["anne"].id}
    alone = Contact(id="ana", created_at=NOON, changed_at=NOON)
    assert other_places(places["ana"], alone) == set()


@given(st.lists(st.integers(0, 3), min_size=3, max_size=3), st.sets(st.sampled_from(["ana", "anne", "anna"])))
def test_of_those_who_are_active_one_stays_that_came_furthest(counts: list[int], queued: set[str]) -> None:
    names = ("anna", "ana", "anne")
    places = [place(name, step_ids=STEPS[:had]) for name, had in zip(names, counts, strict=True)]
    on_queue = {f"next-{name}" for name in queued}
    staying = set()
    for order in permutations(places):
        kept = [one for one in order if not gives_way(one, [x for x in order if x != one], ANNA, on_queue)]
        staying.add(tuple(sorted(one.id for one in kept)))
        assert len(kept) <= 1
        assert all(len(one.step_ids) == max(counts) for one in kept)
    assert len(staying) == 1
    if not queued:
        assert all(staying)  # somebody goes on


@pytest.mark.parametrize(
    ("other", "is_over"),
    [
        ({"state": ENDED, "end_reason": EndReason.REPLIED}, True),
        ({"state": ENDED, "end_reason": EndReason.UNSUBSCRIBED}, True),
        ({"state": ENDED, "end_reason": EndReason.REMOVED}, False),
        ({"state": ENDED, "end_reason": EndReason.BOUNCED}, False),
        ({"state": EnrollmentState.COMPLETED, "step_ids": STEPS}, True),
        ({"step_ids": ("one",)}, True),
        ({}, False),
    ],
)
def test_who_answered_or_had_it_in_another_place_gets_no_more(other: dict[str, Any], is_over: bool) -> None:
    assert gives_way(place("anna"), [place("ana", **other)], ANNA, ()) is is_over
