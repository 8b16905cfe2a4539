"""Ifs that look at the row that let a contact in: each way by its own row."""

import pytest

from shared.domain.automations.automation import Reentry
from shared.domain.automations.steps import OTHERWISE, THEN, IfStep
from shared.domain.automations.trigger import Happened
from shared.domain.contacts.segment import AllOf, HasTag, Not, RowIs, Segment
from shared.domain.errors import InvalidInput
from shared.domain.events.event import EventType
from shared.domain.files.row_filter import ConditionTest
from shared.usecases.automations.enroll_contacts import enroll_contacts
from shared.usecases.contacts.save_segment import create_segment
from tests.kit.automations import NEW, Desk, a_send, a_tag
from tests.kit.builders import NOON
from tests.usecases.contact_imports.test_rows import wishes

LOADED = Happened(event=EventType.ROW_LOADED, what="appointments")


def lee(test: ConditionTest = ConditionTest.IS, value: str | None = "dr lee") -> RowIs:
    return RowIs(field="doctor", test=test, value=value)


def fork(criterion: RowIs | AllOf) -> IfStep:
    return IfStep(id="if", criterion=criterion, then=(a_send(),), otherwise=(a_send("other", "again"),))


async def test_an_if_looks_at_the_row_that_let_in_each_way_at_its_own(desk: Desk) -> None:
    await wishes(desk.clinic)
    await desk.publish(fork(lee()), triggers=(LOADED,), reentry=Reentry.ALWAYS)
    await desk.clinic.load(
        {"Patient": "Ana", "Doctor": "Dr Lee"},
        {"Patient": "Ben", "Phone": "(212) 555-0199", "Doctor": "Dr Vega"},
    )
    assert await desk.texts() == ["Again Ben!", "Hello Ana!"]
    await desk.clinic.load({"Patient": "Ana", "Doctor": "Dr Vega"})
    assert await desk.texts() == ["Again Ana!", "Again Ben!", "Hello Ana!"]


async def test_who_came_in_without_a_row_has_none(desk: Desk) -> None:
    await wishes(desk.clinic)
    empty = AllOf(criteria=(lee(ConditionTest.IS_EMPTY, None), Not(criterion=lee())))
    await desk.publish(fork(empty), triggers=(LOADED, NEW))
    await desk.add("c1", "new")
    await desk.add("c2")
    await enroll_contacts(desk.runtime, "acme", "a1", ["c2"], "once")
    assert [one.completed[0].outcome for one in await desk.enrollments()] == [THEN, THEN]


async def test_a_row_that_is_deleted_leaves_its_fields_empty(desk: Desk) -> None:
    await wishes(desk.clinic)
    await desk.publish(a_tag("mark", "seen"), fork(lee()), triggers=(LOADED,))
    desk.clinic.runs_jobs = False
    await desk.clinic.load({"Patient": "Ana", "Doctor": "Dr Lee"})
    while desk.clinic.published:
        await desk.clinic.run_published()
        if found := await desk.enrollments():
            place = found[0].row
            for chunk in (await desk.stores.row_chunks.page("acme", limit=10)).items:
                await desk.stores.row_chunks.remove("acme", [chunk.id])
            assert place.endswith("/2")
    assert (await desk.enrollments())[0].completed[1].outcome == OTHERWISE


async def test_a_row_is_asked_for_only_where_one_lets_in_and_has_the_field(desk: Desk) -> None:
    await wishes(desk.clinic)
    with pytest.raises(InvalidInput, match=r"steps\[0\]\.criterion.*contact\.row_loaded"):
        await desk.publish(fork(lee()), triggers=(NEW,))
    wrong = RowIs(field="dentist", test=ConditionTest.IS, value="x")
    with pytest.raises(InvalidInput, match=r"criteria\[1\]\.field.*not a field of the source"):
        await desk.publish(fork(AllOf(criteria=(HasTag(value="a"), wrong))), triggers=(LOADED,))
    segment = Segment(id="s", name="S", criterion=lee(), created_at=NOON, updated_at=NOON)
    with pytest.raises(InvalidInput, match="here is none"):
        await create_segment(desk.runtime, "acme", segment)
