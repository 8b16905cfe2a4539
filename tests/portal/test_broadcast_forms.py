"""Planning a series of broadcasts in the portal: what the form makes goes out, and it is ended there."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest_asyncio

from shared.domain.campaigns.audience import PeopleAudience, SegmentMembers
from shared.domain.campaigns.broadcast import BroadcastState
from shared.domain.companies.user import Role
from shared.domain.contacts.segment import HasTag
from shared.domain.record import replace
from shared.usecases.users.create_user import create_user
from tests.kit.broadcasts import tick
from tests.kit.clinic import Clinic
from tests.kit.clock import Clock
from tests.kit.portal.page_forms import forms_of
from tests.kit.portal.visitor import Visitor
from tests.portal.conftest import PASSWORD
from tests.usecases.conftest import clinic
from tests.usecases.fires.test_people import ANA, BEN, a_person, know, segment

__all__ = ["clinic"]
EVE = datetime(2026, 11, 30, 13, 30, tzinfo=UTC)  # a Monday, half past eight in New York
NINE, MINUTE = datetime(2026, 11, 30, 14, tzinfo=UTC), timedelta(minutes=1)


@pytest_asyncio.fixture
async def planner(clinic: Clinic, clock: Clock) -> AsyncIterator[Visitor]:
    """An approver who signs in on the eve."""
    clock.at = EVE
    email = "lee@clinic.example.org"
    await create_user(clinic.runtime, clinic.company_id, email, "Lee", Role.APPROVER, PASSWORD)
    person = Visitor(clinic.runtime)
    await person.sign_in(email, PASSWORD)
    yield person
    await person.close()


async def _filled(person: Visitor) -> dict[str, list[str]]:
    """The empty form, as a browser would send it, with all that it asks."""
    page = (await person.get("/broadcasts/new")).text
    [form] = [one for one in forms_of(page, "/broadcasts/new") if one.action == "/broadcasts"]
    names = dict.fromkeys(name for name, _ in form.fields)
    typed = {name: [value for known, value in form.fields if known == name] for name in names}
    typed |= {"name": ["Recall"], "include_segments": ["vips"], "body": ["Hello {{ name }}!"]}
    return typed | {"second_body": ["Are you there, {{ name }}?"], "at": ["2026-11-30T09:00"]}


async def test_what_is_planned_here_goes_out_and_the_series_is_ended_here(
    clinic: Clinic, clock: Clock, planner: Visitor
) -> None:
    clinic.runtime.settings = replace(clinic.runtime.settings, tick_interval_seconds=1.0)
    await know(clinic, a_person("ana", ANA, "vip"), a_person("ben", BEN))
    await segment(clinic, HasTag(value="vip"))
    typed = await _filled(planner)
    answer = await planner.post("/broadcasts", typed)
    assert answer.status_code == 303, planner.says
    [planned] = (await clinic.stores.broadcasts.page(clinic.company_id, limit=5)).items
    assert planned.audience == PeopleAudience(include=(SegmentMembers(segment_id="vips"),))
    assert (planned.run_at, planned.state) == (NINE, BroadcastState.PLANNED)
    assert planned.second is not None
    assert (planned.first.address_field, planned.second.address_field) == ("phone", "phone")
    assert planned.asked_by.startswith("user ")

    clock.at = NINE
    await tick(clinic)
    clock.at += MINUTE
    await tick(clinic)
    assert [(one["handset"], one["body"]) for one in await clinic.accepted()] == [(ANA, "Hello Ana!")]
    clock.at += 11 * MINUTE
    await tick(clinic)
    clock.at += MINUTE
    await tick(clinic)
    assert [one["body"] for one in await clinic.accepted()] == ["Hello Ana!", "Are you there, Ana?"]

    made = await clinic.stores.broadcasts.get(clinic.company_id, planned.id)
    here = f"/broadcasts/{made.next_id}"
    await planner.get(f"{here}/cancel")
    assert "Nothing of it has been sent" in planner.says
    skipped = await planner.post(f"{here}/cancel", {"goes_on": "on"})
    assert skipped.status_code == 303
    left_out = await clinic.stores.broadcasts.get(clinic.company_id, made.next_id or "")
    assert left_out.state is BroadcastState.CANCELED
    here = f"/broadcasts/{left_out.next_id}"
    assert (await planner.post(f"{here}/cancel", seen=f"{here}/cancel")).status_code == 303
    last = await clinic.stores.broadcasts.get(clinic.company_id, left_out.next_id or "")
    assert (last.state, last.next_id) == (BroadcastState.CANCELED, None)


async def test_faults_stand_beside_their_fields_and_nothing_is_planned(
    clinic: Clinic, planner: Visitor
) -> None:
    await know(clinic, a_person("ana", ANA, "vip"))
    await segment(clinic, HasTag(value="vip"))
    typed = await _filled(planner)
    for wrong, said in (
        ({"include_segments": []}, "choose a list or a segment"),
        ({"at": ["2026-11-27T09:00"]}, "lies in the past"),
        ({"second_body": ["Hello {{ name"]}, "second body"),
        ({"pause_minutes": ["soon"]}, "must be a whole number"),
        ({"second_sender_id": ["nobody"]}, "is no choice of this form"),
        ({"include_segments": ["gone"]}, "there is no such segment"),
    ):
        refused = await planner.post("/broadcasts", typed | wrong, seen="/broadcasts/new")
        assert refused.status_code == 422, wrong
        assert said in planner.says.lower(), wrong
    assert (await clinic.stores.broadcasts.page(clinic.company_id, limit=5)).items == []
