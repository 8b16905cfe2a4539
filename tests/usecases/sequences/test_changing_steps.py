"""A change of the steps: everybody gets each step once, in the order that holds then."""

from datetime import date, timedelta
from functools import partial

from shared.domain.sequences.editing import (
    Place,
    in_new_order,
    in_state,
    with_changed_step,
    with_places,
    with_step,
    without_step,
)
from shared.domain.sequences.enrollment import EndReason, EnrollmentState
from shared.domain.sequences.scheduled_email import EmailStatus
from shared.domain.sequences.sequence import SequenceState, SequenceStep
from shared.domain.sequences.what_if import SequenceEdit
from shared.usecases.sequences.advance_sequences import advance_sequences
from tests.kit.sequence_changes import edit, filled, foreseen, pending
from tests.kit.sequences import PostOffice
from tests.usecases.sequences.conftest import MONDAY

LATER = MONDAY + timedelta(days=30)


async def test_a_step_that_comes_in_between_is_sent_first_and_all_get_every_step(office: PostOffice) -> None:
    await filled(office, 3)
    await office.go_to(MONDAY + timedelta(days=1))
    extra = SequenceStep(id="extra", position=2, content="Extra for {{ name }}.", wait_days=1)
    order = {"one": 0, None: 1, "two": 2, "three": 3}
    places = tuple(Place(step_id=step_id, wait_days=days) for step_id, days in order.items())
    effect = await foreseen(
        office, SequenceEdit(sequence_id="welcome", edit=partial(with_places, places=places))
    )
    await edit(office, with_step, step=extra, now=office.clock.at)
    assert effect.rewritten == 3
    emails = await office.emails()
    canceled = [one for one in emails if one.status is EmailStatus.CANCELED]
    assert [one.step_id for one in canceled] == ["two"] * 3
    assert {one.step_id for one in (await pending(office)).values()} == {"extra"}
    await office.go_to(LATER)
    bodies = [one["body"].split()[0] for one in await office.clinic.accepted("p00@example.com")]
    assert bodies == ["First", "Extra", "Second", "Third"]
    assert all(one.state is EnrollmentState.COMPLETED for one in await office.enrollments())


async def test_in_a_new_order_everybody_gets_each_step_once(office: PostOffice) -> None:
    await filled(office, 2)
    await office.go_to(MONDAY + timedelta(days=1))
    await edit(office, in_new_order, step_ids=("one", "three", "two"))
    await edit(office, in_new_order, step_ids=("one", "two", "three"))
    await edit(
        office, in_new_order, step_ids=("one", "three", "two")
    )  # an email that was canceled comes back
    await office.go_to(LATER)
    bodies = [one["body"].split()[0] for one in await office.clinic.accepted("p00@example.com")]
    assert bodies == ["First", "Third", "Second"]
    assert len(await office.messages()) == 6


async def test_a_step_that_is_removed_is_skipped_and_wait_days_count(office: PostOffice) -> None:
    await filled(office, 2)
    await office.go_to(MONDAY + timedelta(days=1))
    await edit(office, without_step, step_id="two")
    due = {one.send_at.date() for one in (await pending(office)).values() if one.send_at}
    assert due == {date(2026, 12, 3)}
    await edit(office, with_changed_step, step_id="three", changes={"wait_days": 4})
    due = {one.send_at.date() for one in (await pending(office)).values() if one.send_at}
    assert due == {date(2026, 12, 4)}
    await edit(office, without_step, step_id="three")
    assert [one.state for one in await office.enrollments()] == [EnrollmentState.COMPLETED] * 2
    await office.go_to(LATER)
    assert len(await office.messages()) == 2


async def test_what_is_on_the_queue_goes_out_and_the_next_one_is_by_the_new_steps(office: PostOffice) -> None:
    await filled(office, 1)
    office.clock.at = MONDAY.replace(hour=8, minute=55)
    await advance_sequences(office.runtime, office.clock.at)
    assert [one.status for one in await office.emails()] == [EmailStatus.QUEUED]
    await edit(office, without_step, step_id="two")
    await office.go_to(LATER)
    bodies = [one["body"].split()[0] for one in await office.clinic.accepted("p00@example.com")]
    assert bodies == ["First", "Third"]


async def test_who_is_in_an_archived_sequence_gets_no_more(office: PostOffice) -> None:
    await filled(office, 3)
    await edit(office, in_state, state=SequenceState.ARCHIVED)
    assert {one.end_reason for one in await office.enrollments()} == {EndReason.REMOVED}
    assert await pending(office) == {}
    await office.go_to(LATER)
    assert await office.messages() == []
