"""A step is done once for each enrollment: under jobs that come twice, and workers that die."""

import asyncio
from datetime import timedelta

import pytest

from shared import faults
from shared.domain.automations.enrollment import run_jobs
from shared.domain.automations.steps import (
    THEN,
    AutomationStep,
    EndStep,
    FieldStep,
    HandOverStep,
    IfStep,
    ListStep,
    WebhookStep,
)
from shared.domain.contacts.contact_field import ContactField, FieldKind
from shared.domain.contacts.contact_list import ContactList
from shared.domain.contacts.segment import HasTag
from shared.domain.errors import InvalidInput
from shared.domain.events.event import EventType
from shared.domain.fires.notice import NoticeKind
from shared.usecases.run_job import run_job
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from tests.kit.automations import Desk, a_send, a_tag, a_wait
from tests.kit.builders import NOON
from tests.kit.hooks import endpoint_at, lets_local, running_hooks

POINTS = ("run_automation.change", "run_automation.commit", "run_automation.publish")


class Killed(BaseException):
    """The worker died here."""


async def test_jobs_that_come_twice_at_once_do_each_step_once(desk: Desk) -> None:
    desk.clinic.runs_jobs = False
    await desk.publish(a_send(), a_tag("mark", "greeted"), a_send("more", "again"))
    for place in range(4):
        await desk.add(f"c{place}", "new")
    await desk.clinic.run_published()
    jobs = list(desk.clinic.published)
    desk.clinic.published, desk.clinic.runs_jobs = [], True
    [first, *_] = jobs
    every = run_jobs("acme", await desk.enrollments())
    await asyncio.gather(*(run_job(desk.runtime, job) for job in (*every, first, *every, *jobs)))
    await asyncio.gather(*(run_job(desk.runtime, job) for job in every))
    assert await desk.texts() == sorted(f"{word} C{n}!" for word in ("Hello", "Again") for n in range(4))
    assert len(await desk.messages()) == 8
    for one in await desk.enrollments():
        assert [done.step_id for done in one.completed] == ["welcome", "mark", "more"]


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("point", POINTS)
async def test_a_worker_that_dies_leaves_nothing_half_done_and_nothing_twice(
    desk: Desk, point: str, moment: str
) -> None:
    await desk.publish(a_send(), a_tag("mark", "greeted"), a_send("more", "again"))
    deaths = 0

    def die(passed: faults.Point, when: str) -> None:
        nonlocal deaths
        if (passed, when) == (point, moment) and not deaths:
            deaths += 1
            raise Killed

    faults.install(die)
    try:
        with pytest.raises((Killed, BaseExceptionGroup)):
            await desk.add("c1", "new")
    finally:
        faults.install(None)
    assert deaths == 1
    for _ in range(3):
        desk.clock.at += timedelta(minutes=11)
        await desk.tick()
        await sweep_stalled_work(desk.runtime, desk.clock())
    assert await desk.texts() == ["Again C1!", "Hello C1!"]
    assert await desk.tags("c1") == ("greeted", "new")
    changes = (await desk.stores.contact_changes.page("acme", limit=50)).items
    assert sum(one.by == "automation" for one in changes) == 1


async def test_each_kind_of_step_does_its_work(desk: Desk) -> None:
    lets_local(desk.runtime)
    field = ContactField(id="stage", name="Stage", kind=FieldKind.TEXT, created_at=NOON)
    await desk.stores.contact_fields.save("acme", "stage", field)
    async with running_hooks() as hooks:
        endpoint, _ = await endpoint_at(desk.runtime, hooks.url(), [EventType.REPLY_RECEIVED])
        vip = IfStep(
            id="if",
            criterion=HasTag(value="vip"),
            then=(HandOverStep(id="call", text="call this person"), EndStep(id="end")),
            otherwise=(a_tag("plain", "plain"),),
        )
        await desk.publish(
            FieldStep(id="set", field="stage", value="hot"),
            WebhookStep(id="tell", endpoint_id=endpoint.id, name="entered"),
            vip,
            a_send(),
        )
        await desk.add("c1", "vip", "new")
        await desk.add("c2", "new")
        assert hooks.events() == [("contact.automation_called", "entered")] * 2
        assert hooks.taken[0].items[0]["contact"]["fields"] == {"stage": "hot"}
    first, second = await desk.enrollments()
    assert [(one.step_id, one.outcome) for one in first.completed][2:] == [
        ("if", THEN),
        ("call", "done"),
        ("end", "done"),
    ]
    assert [one.step_id for one in second.completed][2:] == ["if", "plain", "welcome"]
    [notice] = (await desk.stores.notices.page("acme", limit=10)).items
    assert (notice.kind, notice.contact_id) == (NoticeKind.HANDED_OVER, "c1")
    assert notice.text == "Welcome: call this person"
    assert await desk.texts() == ["Hello C2!"]


async def test_lists_and_fields_are_set_and_what_is_gone_is_told(desk: Desk) -> None:
    lists = desk.stores.contact_lists
    for name in ("in", "out", "lost"):
        await lists.save("acme", name, ContactList(id=name, name=name, created_at=NOON, updated_at=NOON))
    for name, kind in (("seen", FieldKind.MOMENT), ("gone", FieldKind.NUMBER)):
        field = ContactField(id=name, name=name, kind=kind, created_at=NOON)
        await desk.stores.contact_fields.save("acme", name, field)
    await desk.publish(
        ListStep(id="on", list_id="in"),
        ListStep(id="off", list_id="out", is_member=False),
        FieldStep(id="seen", field="seen", value="2026-11-23T12:00:00-05:00"),
        FieldStep(id="gone", field="gone", value=3),
        ListStep(id="lost", list_id="lost"),
        a_wait(),
    )
    await desk.stores.contact_fields.remove("acme", ["gone"])
    await desk.stores.contact_lists.remove("acme", ["lost"])
    await desk.add("c1", add_list_ids=("out",))
    await desk.tag("c1", "new")
    contact = (await desk.stores.contact_shards.contacts("acme", ["c1"]))["c1"]
    assert (contact.list_ids, contact.fields) == (("in",), {"seen": "2026-11-23T17:00:00Z"})
    [enrollment] = await desk.enrollments()
    assert [one.outcome for one in enrollment.completed][:3] == ["done"] * 3
    assert enrollment.completed[3].outcome.startswith("not done: is no field of yours")
    assert enrollment.completed[4].outcome == "not done: there is no such list"


@pytest.mark.parametrize(
    ("step", "place"),
    [
        (FieldStep(id="f", field="age", value="many"), r"steps\[0\]\.fields\.age"),
        (FieldStep(id="f", field="none", value=1), r"steps\[0\]\.fields\.none"),
        (a_tag("t", "x" * 61), r"steps\[0\]\.tag"),
        (ListStep(id="l", list_id="none"), r"steps\[0\]\.list_id"),
    ],
)
async def test_a_step_that_could_never_be_done_is_refused_with_its_place(
    desk: Desk, step: AutomationStep, place: str
) -> None:
    age = ContactField(id="age", name="Age", kind=FieldKind.NUMBER, created_at=NOON)
    await desk.stores.contact_fields.save("acme", "age", age)
    with pytest.raises(InvalidInput, match=place):
        await desk.publish(step)


async def test_a_queued_step_that_was_deleted_is_skipped_and_the_next_one_is_done(desk: Desk) -> None:
    await desk.publish(a_tag("a", "a"), a_wait("b"), a_send("c"), a_tag("d", "d"))
    desk.clinic.runs_jobs = False
    await desk.add("c1", "new")
    await desk.clinic.run_published()  # tells, and announces the enrollment
    desk.clinic.published, desk.clinic.runs_jobs = [], True
    await desk.publish(a_wait("b"), a_send("c"), a_tag("d", "d"))
    desk.clock.at += timedelta(minutes=11)
    await desk.tick()
    [enrollment] = await desk.enrollments()
    assert (enrollment.step_id, enrollment.completed) == ("b", ())
    await desk.publish(a_send("c"), a_tag("d", "d"))
    desk.clock.at += timedelta(hours=1)
    await desk.tick()
    [enrollment] = await desk.enrollments()
    assert [one.step_id for one in enrollment.completed] == ["c", "d"]
    assert await desk.texts() == ["Hello C1!"]
