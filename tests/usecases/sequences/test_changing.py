"""A change moves those who have to move and nobody else, is foreseen in numbers, and survives a crash."""

from collections import Counter
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from shared.domain.record import replace
from shared.domain.sequences.editing import (
    with_fields,
    without_step,
)
from shared.domain.sequences.enrollment import EnrollmentState
from shared.domain.sequences.what_if import MailboxEdit, MoreMailboxes, SequenceEdit
from shared.usecases.run_job import run_job
from shared.usecases.sequences import plan_emails, rewrite_emails
from shared.usecases.sequences.end_enrollment import end_enrollment
from shared.usecases.sequences.keep_replanning import keep_replanning
from shared.usecases.sequences.remove_mailbox import remove_mailbox
from shared.usecases.sequences.save_mailbox import edit_mailbox
from shared.views.sequences import get_enrollment_path
from tests.kit.sequence_changes import (
    OTHER,
    check_numbers,
    edit,
    filled,
    foreseen,
    moved_between,
    pending,
    places,
)
from tests.kit.sequence_records import STEPS, a_mailbox
from tests.kit.sequences import PostOffice
from tests.usecases.sequences.conftest import MONDAY

LATER = MONDAY + timedelta(days=30)


class Died(Exception):
    """The process is gone."""


async def test_the_people_of_a_mailbox_that_is_paused_are_shared_out_and_others_stay(
    office: PostOffice,
) -> None:
    third = a_mailbox(id="third", email="third@acme-clinics.com", daily_capacity=30)
    await filled(office, 24, a_mailbox(), OTHER, third)
    before = await pending(office)
    effect = await foreseen(office, MailboxEdit(mailbox_id="mails", changes={"is_paused": True}))
    await edit_mailbox(office.runtime, office.company_id, "mails", {"is_paused": True})
    after = await pending(office)
    moved = moved_between(before, after)
    assert moved == {name for name, one in before.items() if one.mailbox_id == "mails"}
    assert {one.mailbox_id for one in after.values()} == {"other", "third"}
    assert effect.to_other_mailbox == len(moved)
    await check_numbers(office, effect, moved)


async def test_a_removed_mailboxs_follow_ups_come_from_another_in_the_same_thread(office: PostOffice) -> None:
    await filled(office, 4, a_mailbox(), OTHER)
    await office.go_to(MONDAY + timedelta(days=1))
    first = {one.address: one.sender_id for one in await office.messages()}
    assert set(first.values()) == {"mails", "other"}
    await remove_mailbox(office.runtime, office.company_id, "other")
    assert {one.mailbox_id for one in (await pending(office)).values()} == {"mails"}
    await office.go_to(LATER)
    assert all(one.state is EnrollmentState.COMPLETED for one in await office.enrollments())
    later = [one for one in await office.messages() if one.in_thread]
    assert len(later) == 8
    assert {one.sender_id for one in later} == {"mails"}
    accepted = await office.clinic.accepted(next(one for one in first if first[one] == "other"))
    ids = [one["headers"]["Message-ID"] for one in accepted]
    assert accepted[2]["headers"]["References"] == f"{ids[0]} {ids[1]}"
    gone = next(one for one in await office.enrollments() if first[one.address] == "other")
    path = await get_enrollment_path(office.runtime, office.company_id, "welcome", gone.id)
    desk = "desk@acme-clinics.com"
    assert [one.mailbox_email for one in path.emails] == ["other@acme-clinics.com", desk, desk]
    assert f"{desk}, which took over from the mailbox of the first email" in path.emails[1].why
    stayed = next(one for one in await office.enrollments() if first[one.address] == "mails")
    path = await get_enrollment_path(office.runtime, office.company_id, "welcome", stayed.id)
    assert all("which sent the first email" in one.why for one in path.emails[1:])


async def test_less_capacity_moves_those_who_are_too_many(office: PostOffice) -> None:
    await filled(office, 20, a_mailbox(daily_capacity=10))
    before = await pending(office)
    effect = await foreseen(office, MailboxEdit(mailbox_id="mails", changes={"daily_capacity": 8}))
    await edit_mailbox(office.runtime, office.company_id, "mails", {"daily_capacity": 8})
    after = await pending(office)
    assert Counter(one.send_at.day for one in after.values() if one.send_at) == {30: 8, 1: 8, 4: 4}
    await check_numbers(office, effect, moved_between(before, after))
    assert (effect.moved, effect.later, effect.kept) == (4, 4, 16)


async def test_more_capacity_brings_the_last_ones_forward(office: PostOffice) -> None:
    await filled(office, 40, a_mailbox(daily_capacity=10))
    before = await pending(office)
    effect = await foreseen(office, MailboxEdit(mailbox_id="mails", changes={"daily_capacity": 20}))
    await edit_mailbox(office.runtime, office.company_id, "mails", {"daily_capacity": 20})
    after = await pending(office)
    moved = moved_between(before, after)
    last = {name for name, one in before.items() if one.send_at and one.send_at.day not in (30, 1)}
    assert moved == last  # to the first two days, of which those who have them keep their half
    assert len(last) == 20
    assert Counter(one.send_at.day for one in after.values() if one.send_at) == {30: 20, 1: 20}
    assert effect.earlier == len(moved)
    await check_numbers(office, effect, moved)


async def test_more_mailboxes_finish_earlier_as_was_foreseen(office: PostOffice) -> None:
    await filled(office, 40, a_mailbox(daily_capacity=10))
    effect = await foreseen(office, MoreMailboxes(sequence_id="welcome", count=2, daily_capacity=10))
    [finish] = effect.finishes
    assert finish.before is not None
    assert finish.after is not None
    assert finish.after.date() < finish.before.date()
    assert effect.words == ("Welcome finishes on December 18; after the change on December 8.",)
    more = [
        a_mailbox(id=name, email=f"{name}@acme-clinics.com", daily_capacity=10) for name in ("two", "three")
    ]
    for one in more:
        await office.add_mailbox(one)
    before = await pending(office)
    await edit(office, with_fields, changes={"mailbox_ids": ("mails", "two", "three")})
    moved = moved_between(before, await pending(office))
    assert len(moved) == effect.moved
    assert (await office.plan()).finishes_at["welcome"].date() == finish.after.date()


async def test_a_holiday_moves_that_day_alone(office: PostOffice) -> None:
    await filled(office, 20, a_mailbox(daily_capacity=8))
    before = await pending(office)
    changes = {"closed_days": (date(2026, 12, 1),)}
    effect = await foreseen(
        office, SequenceEdit(sequence_id="welcome", edit=partial(with_fields, changes=changes))
    )
    await edit(office, with_fields, changes=changes)
    after = await pending(office)
    moved = moved_between(before, after)
    assert moved == {name for name, one in before.items() if one.send_at and one.send_at.day == 1}
    assert 1 not in {one.send_at.day for one in after.values() if one.send_at}
    await check_numbers(office, effect, moved)


async def test_who_leaves_moves_nobody(office: PostOffice) -> None:
    await filled(office, 12, a_mailbox(daily_capacity=8))
    before = await pending(office)
    gone = next(iter(before))
    await end_enrollment(office.runtime, office.company_id, "welcome", gone)
    await office.tick()
    after = await pending(office)
    assert after.keys() == before.keys() - {gone}
    assert all(places(before)[name] == place for name, place in places(after).items())


async def test_a_name_or_an_ending_moves_nobody_and_asks_for_nothing(office: PostOffice) -> None:
    await filled(office, 3)
    plan = await office.plan()
    await edit(office, with_fields, changes={"name": "Other", "away_days": 3})
    assert await office.plan() == plan


@pytest.mark.parametrize(("is_of_steps", "when"), [(True, 1), (True, 3), (True, 5), (False, 1), (False, 2)])
async def test_killed_anywhere_the_next_job_goes_on(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch, is_of_steps: bool, when: int
) -> None:
    monkeypatch.setattr(rewrite_emails, "PAGE", 3)
    monkeypatch.setattr(plan_emails, "TOGETHER", 3)
    steps = tuple(replace(one, subject=one.subject or "Another") for one in STEPS)
    await filled(office, 12, a_mailbox(daily_capacity=6), OTHER, steps=steps)
    office.clinic.runs_jobs = False
    office.clinic.published.clear()
    if is_of_steps:
        await edit(office, without_step, step_id="one")
    await edit_mailbox(office.runtime, office.company_id, "other", {"is_paused": True})
    [job] = set(office.clinic.published)
    kept = 0

    async def dies(*args: Any, **changes: Any) -> Any:
        nonlocal kept
        kept += 1
        if kept == when:
            raise Died
        return await keep_replanning(*args, **changes)

    monkeypatch.setattr(plan_emails, "keep_replanning", dies)
    monkeypatch.setattr(rewrite_emails, "keep_replanning", dies)
    with pytest.raises(Died):
        await run_job(office.runtime, job)
    monkeypatch.undo()
    office.clock.at += timedelta(seconds=office.runtime.settings.lease_seconds + 1)
    office.clinic.runs_jobs = True
    await office.tick()
    after = await pending(office)
    assert len(after) == 12
    step_id = "two" if is_of_steps else "one"
    assert {(one.step_id, one.mailbox_id) for one in after.values()} == {(step_id, "mails")}
    loads = Counter(one.send_at.date() for one in after.values() if one.send_at)
    assert max(loads.values()) <= 6
    plan = await office.plan()
    assert plan.replanning is not None
    assert plan.replanning.ended_at is not None
