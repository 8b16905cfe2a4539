"""What lets contacts in, and how often."""

from datetime import time, timedelta

import pytest

from shared.domain.automations.automation import Reentry
from shared.domain.automations.enrollment import EndReason
from shared.domain.automations.moving import MOST_ENTRIES_A_DAY
from shared.domain.automations.steps import TagStep, WaitStep, WaitUntilEvent
from shared.domain.automations.trigger import DateReached, Happened
from shared.domain.channels.channel import Channel
from shared.domain.contacts.contact_edit import ContactEdit
from shared.domain.contacts.contact_field import ContactField, FieldKind
from shared.domain.contacts.contact_list import ContactList
from shared.domain.errors import NotFound
from shared.domain.events.event import EventType
from shared.domain.fires.notice import NoticeKind
from shared.domain.job import TellListeners
from shared.domain.record import replace
from shared.usecases.automations.tell_event import tell_event
from shared.usecases.contacts.change_membership import change_membership
from shared.usecases.contacts.save_contact import edit_contact
from shared.usecases.contacts.save_opt_out import end_opt_out, save_opt_out
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from shared.usecases.webhooks.tell_listeners import tell_listeners
from tests.kit.automations import HOUR, KEY, SMS, Desk, a_send, a_tag, a_wait
from tests.kit.builders import NOON
from tests.usecases.contact_imports.test_rows import wishes


def on(kind: EventType, what: str = "") -> Happened:
    return Happened(event=kind, what=what)


async def test_each_kind_of_change_lets_in_once(desk: Desk) -> None:
    lists = desk.stores.contact_lists
    await lists.save("acme", "vips", ContactList(id="vips", name="VIPs", created_at=NOON, updated_at=NOON))
    triggers = (
        on(EventType.TAG_REMOVED, "lead"),
        on(EventType.LIST_JOINED, "vips"),
        on(EventType.LIST_LEFT, "vips"),
        on(EventType.UNSUBSCRIBED),
        on(EventType.SUBSCRIBED, "sms"),
        on(EventType.CONTACT_EVENT, "paid"),
        on(EventType.DISPOSITION_CHANGED, "confirmed"),
    )
    await desk.publish(a_wait(), triggers=triggers, reentry=Reentry.ALWAYS)
    await desk.add("c1", "lead")
    await desk.untag("c1", "lead")
    await change_membership(desk.runtime, "acme", "vips", ["c1"], KEY, are_members=True)
    await change_membership(desk.runtime, "acme", "vips", ["c1"], KEY, are_members=False)
    refusal = await save_opt_out(desk.runtime, "acme", SMS, "+12125552001")
    await end_opt_out(desk.runtime, "acme", refusal.id, "they agreed")
    await tell_event(desk.runtime, "acme", "c1", "paid", "order-1")
    await tell_event(desk.runtime, "acme", "c1", "paid", "order-1")
    await tell_event(desk.runtime, "acme", "c1", "else", "order-1")
    assert sorted(one.entered_by for one in await desk.enrollments()) == [
        "contact.event paid",
        "contact.list_joined vips",
        "contact.list_left vips",
        "contact.subscribed sms",
        "contact.tag_removed lead",
        "contact.unsubscribed sms",
    ]
    with pytest.raises(NotFound):
        await tell_event(desk.runtime, "acme", "c9", "paid", "order-1")


async def test_an_answer_lets_in_the_contact_it_is_of(desk: Desk) -> None:
    trigger = on(EventType.DISPOSITION_CHANGED, "confirmed")
    await desk.publish(a_wait(), triggers=(trigger,))
    await desk.add("c1")
    await desk.clinic.fire_for("+1 212 555 2001", "+1 212 555 2002")
    for message in await desk.messages():
        known = replace(message, contact_id="c1" if message.address.endswith("2001") else None)
        await desk.stores.messages.save("acme", message.id, known)
    await desk.clinic.write("+12125552001", "1")
    await desk.clinic.write("+12125552002", "1")
    [enrollment] = await desk.enrollments()
    assert (enrollment.contact_id, enrollment.step_id) == ("c1", "wait")


@pytest.mark.parametrize(
    ("rule", "while_in", "after_it"),
    [(Reentry.ONCE, 1, 1), (Reentry.AFTER_END, 1, 2), (Reentry.ALWAYS, 2, 3)],
)
async def test_the_rule_says_whether_a_contact_enters_again(
    desk: Desk, rule: Reentry, while_in: int, after_it: int
) -> None:
    async def again() -> None:
        await desk.untag("c1", "new")
        await desk.tag("c1", "new")

    await desk.publish(a_send(), a_wait(), reentry=rule)
    await desk.add("c1", "new")
    await again()
    assert await desk.texts() == ["Hello C1!"] * while_in
    desk.clock.at += timedelta(seconds=HOUR)
    await desk.tick()
    assert all(one.end_reason is not None for one in await desk.enrollments())
    await again()
    assert await desk.texts() == ["Hello C1!"] * after_it
    refused = [one for one in await desk.enrollments() if one.end_reason is EndReason.ALREADY_IN]
    assert len(refused) == 3 - after_it


async def test_automations_that_set_each_other_off_are_stopped_and_told_of(desk: Desk) -> None:
    await desk.publish(
        TagStep(id="off", tag="new", is_attached=False),
        a_tag("on", "new"),
        reentry=Reentry.ALWAYS,
    )
    await desk.add("c1", "new")
    for _ in range(MOST_ENTRIES_A_DAY + 2):
        desk.clock.at += timedelta(seconds=1)
        await desk.tick()
    ends = [one.end_reason for one in await desk.enrollments()]
    assert ends.count(EndReason.COMPLETED) == MOST_ENTRIES_A_DAY
    assert ends.count(EndReason.TOO_OFTEN) == 1
    [notice] = (await desk.stores.notices.page("acme", limit=10)).items
    assert (notice.kind, notice.contact_id) == (NoticeKind.AUTOMATION_CIRCLES, "c1")


async def test_a_goal_ends_the_way_and_an_event_ends_a_wait(desk: Desk) -> None:
    paid = on(EventType.CONTACT_EVENT, "paid")
    seen = on(EventType.CONTACT_EVENT, "seen")
    until = WaitStep(id="until", wait=WaitUntilEvent(event=seen, limit_seconds=HOUR))
    await desk.publish(until, a_send(), a_wait(), goals=(paid,))
    for contact_id in ("c1", "c2", "c3"):
        await desk.add(contact_id, "new")
    desk.clock.at += timedelta(seconds=60)
    await tell_event(desk.runtime, "acme", "c1", "seen", "1")
    await tell_event(desk.runtime, "acme", "c2", "paid", "2")
    assert await desk.texts() == ["Hello C1!"]
    first, second, third = await desk.enrollments()
    assert [(one.step_id, one.outcome) for one in first.completed] == [
        ("until", "done"),
        ("welcome", "queued"),
    ]
    assert (second.end_reason, second.due_at) == (EndReason.GOAL, None)
    desk.clock.at += timedelta(seconds=HOUR)
    await desk.tick()
    third = (await desk.enrollments())[2]
    assert third.completed[0].outcome == "limit"
    assert await desk.texts() == ["Hello C1!", "Hello C3!"]


async def test_who_enters_again_is_not_lost_with_its_announcement(desk: Desk) -> None:
    """The event is stored with the change; the sweep finds it when nobody was told of it."""
    await desk.publish(a_send())
    desk.clinic.runs_jobs = False
    await desk.add("c1", "new")
    desk.clinic.published = []
    desk.clinic.runs_jobs = True
    assert await desk.enrollments() == []
    desk.clock.at += timedelta(minutes=11)
    await sweep_stalled_work(desk.runtime, desk.clock())
    assert await desk.texts() == ["Hello C1!"]
    await tell_listeners(desk.runtime, TellListeners(company_id="acme"))
    assert len(await desk.enrollments()) == 1


async def test_a_contact_of_another_channel_fails_with_a_reason_and_goes_on(desk: Desk) -> None:
    await desk.publish(a_send(), a_tag("mark", "done"))
    await edit_contact_without_phone(desk)
    [enrollment] = await desk.enrollments()
    assert enrollment.completed[0].outcome == "failed: address missing"
    [failure] = await desk.clinic.failures()
    assert (failure.contact_id, failure.id) == ("c1", enrollment.completed[0].record_id)
    assert "done" in await desk.tags("c1")


async def edit_contact_without_phone(desk: Desk) -> None:
    await desk.add("c1")
    await edit_contact(desk.runtime, "acme", "c1", ContactEdit(addresses=()), KEY)
    await desk.tag("c1", "new")


async def test_who_refused_gets_nothing_and_goes_on(desk: Desk) -> None:
    await desk.publish(a_send(), a_tag("mark", "done"))
    await desk.add("c1")
    await save_opt_out(desk.runtime, "acme", Channel("sms"), "+12125552001")
    await desk.tag("c1", "new")
    [enrollment] = await desk.enrollments()
    assert (enrollment.completed[0].outcome, await desk.texts()) == ("skipped: opted_out", [])


async def test_a_date_of_the_contact_lets_in_at_its_time_once(desk: Desk) -> None:
    field = ContactField(id="renewal", name="Renewal", kind=FieldKind.DATE, created_at=NOON)
    await desk.stores.contact_fields.save("acme", "renewal", field)
    for contact_id, day in (("c1", "2026-11-25"), ("c2", "2026-11-27"), ("c3", "2026-11-01")):
        await desk.add(contact_id, fields={"renewal": day})
    two_before = DateReached(field="renewal", days=-2, clock=time(13))
    await desk.publish(a_send(), triggers=(two_before,))
    for _ in range(2):
        await desk.tick()
    assert [one.contact_id for one in await desk.enrollments()] == ["c1"]
    assert await desk.texts() == []
    desk.clock.at = NOON + timedelta(hours=1)  # one in New York
    await desk.tick()
    assert await desk.texts() == ["Hello C1!"]
    for _ in range(50):
        desk.clock.at += timedelta(hours=1)
        await desk.tick()
    assert await desk.texts() == ["Hello C1!", "Hello C2!"]


async def test_a_loaded_row_lets_in_the_contact_it_is_of(desk: Desk) -> None:
    await wishes(desk.clinic)
    trigger = on(EventType.ROW_LOADED, "appointments")
    await desk.publish(a_send(), triggers=(trigger,), reentry=Reentry.ALWAYS)
    await desk.clinic.load({"Patient": "Ana"}, {"Patient": "Ben", "Phone": "(212) 555-0199"})
    assert len(await desk.texts()) == 2
    await desk.clinic.load({"Patient": "Ana"}, {"Patient": "Ben", "Phone": "(212) 555-0199", "Doctor": "B"})
    assert len(await desk.texts()) == 4  # nothing changed of the contacts: their rows came all the same
