"""Contacts come into segments, and leave them: each time once, whatever brought it about."""

import asyncio
from datetime import timedelta

import pytest

from shared.domain.automations.automation import Reentry
from shared.domain.automations.enrollment import EndReason
from shared.domain.automations.trigger import Happened
from shared.domain.channels.channel import Channel
from shared.domain.contacts.contact import Consent
from shared.domain.contacts.contact_edit import ContactEdit
from shared.domain.contacts.contact_field import ContactField, FieldKind
from shared.domain.contacts.segment import (
    AllOf,
    CanBeReached,
    Criterion,
    FieldIs,
    HasConsent,
    HasTag,
    Segment,
)
from shared.domain.errors import InvalidInput
from shared.domain.events.event import EventType
from shared.domain.files.row_filter import ConditionTest
from shared.domain.job import FindEntrants, TellListeners
from shared.usecases.automations.find_entrants import find_entrants
from shared.usecases.contacts.delete_contact import delete_contact
from shared.usecases.contacts.save_contact import edit_contact
from shared.usecases.contacts.save_opt_out import end_opt_out, save_opt_out
from shared.usecases.contacts.save_segment import create_segment, edit_segment
from shared.usecases.webhooks.tell_listeners import tell_listeners
from tests.kit.automations import KEY, SMS, Desk, a_wait
from tests.kit.builders import NOON

JOINED = Happened(event=EventType.SEGMENT_JOINED, what="near")
LEFT = Happened(event=EventType.SEGMENT_LEFT, what="near")
VIP = HasTag(value="vip")
SOON = FieldIs(field="renewal", test=ConditionTest.IN_NEXT_DAYS, value="3")
DAY = timedelta(days=1)


async def listen(desk: Desk, criterion: Criterion, *triggers: Happened) -> None:
    """An automation that lets in whoever comes into the segment, or leaves it, every time."""
    field = ContactField(id="renewal", name="Renewal", kind=FieldKind.DATE, created_at=NOON)
    await desk.stores.contact_fields.save("acme", "renewal", field)
    segment = Segment(id="near", name="Near", criterion=criterion, created_at=NOON, updated_at=NOON)
    await create_segment(desk.runtime, "acme", segment)
    await desk.publish(a_wait(), triggers=triggers or (JOINED, LEFT), reentry=Reentry.ALWAYS)


async def told(desk: Desk) -> list[tuple[str, str]]:
    """Who came in and who left, in that order."""
    found = [(one.contact_id, one.entered_by.split("_")[1]) for one in await desk.enrollments()]
    assert all(what.endswith(" near") for _, what in found)
    return [(contact_id, what.removesuffix(" near")) for contact_id, what in found]


async def later(desk: Desk, **spans: float) -> None:
    desk.clock.at += timedelta(**spans)


async def look(desk: Desk, times: int = 1) -> None:
    """The ticks of so many hours."""
    for _ in range(times):
        desk.clock.at += timedelta(hours=1)
        await desk.tick()


async def test_a_change_lets_in_who_meets_the_criteria_from_then_on_once(desk: Desk) -> None:
    await listen(desk, AllOf(criteria=(VIP, HasTag(value="warm"))))
    await desk.add("c1", "vip")
    await desk.add("c2", "vip", "warm")
    await desk.add("c3")
    assert await told(desk) == [("c2", "joined")]
    await later(desk, seconds=1)
    await desk.tag("c1", "warm")
    await desk.tag("c1", "more")  # it changes nothing of it
    await later(desk, seconds=1)
    await desk.untag("c1", "vip")
    await later(desk, seconds=1)
    await desk.tag("c1", "vip")
    await delete_contact(desk.runtime, "acme", "c2", KEY)
    assert await told(desk) == [("c1", "joined"), ("c1", "left"), ("c1", "joined"), ("c2", "joined")]


async def test_a_new_contact_who_meets_them_comes_in_and_jobs_that_come_twice_tell_it_once(
    desk: Desk,
) -> None:
    await listen(desk, FieldIs(field="name", test=ConditionTest.IS, value="C1"))
    desk.clinic.runs_jobs = False
    await desk.add("c1")
    await desk.add("c2")
    desk.clinic.published, desk.clinic.runs_jobs = [], True
    job = TellListeners(company_id="acme")
    await asyncio.gather(*(tell_listeners(desk.runtime, job) for _ in range(3)))
    await tell_listeners(desk.runtime, job)
    assert await told(desk) == [("c1", "joined")]


async def test_a_refusal_takes_out_and_its_end_brings_back(desk: Desk) -> None:
    await listen(desk, CanBeReached(channel=SMS))
    await desk.add("c1")
    await later(desk, seconds=1)
    refusal = await save_opt_out(desk.runtime, "acme", SMS, "+12125552001")
    await later(desk, seconds=1)
    await end_opt_out(desk.runtime, "acme", refusal.id, "they agreed")
    assert await told(desk) == [("c1", "joined"), ("c1", "left"), ("c1", "joined")]


async def test_who_agreed_and_refuses_again_leaves(desk: Desk) -> None:
    await listen(desk, HasConsent(channel=SMS, consent=Consent.SUBSCRIBED))
    await desk.add("c1")
    for _ in range(2):
        await later(desk, seconds=1)
        refusal = await save_opt_out(desk.runtime, "acme", SMS, "+12125552001")
        await later(desk, seconds=1)
        await end_opt_out(desk.runtime, "acme", refusal.id, "they agreed")
    assert await told(desk) == [("c1", "joined"), ("c1", "left"), ("c1", "joined")]


async def test_an_agreement_that_is_also_the_end_of_a_refusal_is_told_once(desk: Desk) -> None:
    await listen(desk, HasConsent(channel=Channel("sms"), consent=Consent.SUBSCRIBED), JOINED)
    await desk.add("c1")
    refusal = await save_opt_out(desk.runtime, "acme", SMS, "+12125552001")
    desk.clinic.runs_jobs = False
    await end_opt_out(desk.runtime, "acme", refusal.id, "they agreed")
    await desk.tag("c1", "agreed")
    desk.clinic.runs_jobs = True
    await tell_listeners(desk.runtime, TellListeners(company_id="acme"))
    assert await told(desk) == [("c1", "joined")]


async def test_a_day_that_begins_brings_in_and_takes_out_once(desk: Desk) -> None:
    await listen(desk, SOON)
    await desk.tick()  # from here on days are looked at
    for contact_id, days in (("c1", 5), ("c2", 60), ("c3", 2)):
        await desk.add(contact_id, fields={"renewal": (NOON + days * DAY).date().isoformat()})
    assert await told(desk) == [("c3", "joined")]
    await look(desk, 24)
    assert await told(desk) == [("c3", "joined")]
    await look(desk, 24)
    assert await told(desk) == [("c1", "joined"), ("c3", "joined")]
    await look(desk, 24 * 5)
    job = FindEntrants(company_id="acme", automation_id="a1")
    await asyncio.gather(*(find_entrants(desk.runtime, job) for _ in range(3)))
    assert await told(desk) == [("c1", "joined"), ("c1", "left"), ("c3", "joined"), ("c3", "left")]


async def test_a_change_and_a_day_between_two_looks_are_told_once(desk: Desk) -> None:
    await listen(desk, SOON, JOINED)
    await desk.tick()
    await desk.add("c1", fields={"renewal": (NOON + 4 * DAY).date().isoformat()})
    await look(desk, 11)  # eleven at night in New York
    assert await told(desk) == []
    await later(desk, minutes=61)  # midnight is over, and nobody has looked
    await desk.tag("c1", "any")
    assert await told(desk) == [("c1", "joined")]
    await look(desk, 3)
    assert await told(desk) == [("c1", "joined")]


async def test_an_edit_of_the_segment_lets_nobody_in_and_who_changes_then_is_judged_by_it(desk: Desk) -> None:
    await listen(desk, VIP)
    await desk.add("c1", "gold")
    await edit_segment(desk.runtime, "acme", "near", {"criterion": HasTag(value="gold")})
    await look(desk, 2)
    assert await told(desk) == []
    await desk.add("c2", "gold")
    await edit_contact(desk.runtime, "acme", "c1", ContactEdit(remove_tags=("gold",)), KEY)
    assert await told(desk) == [("c1", "left"), ("c2", "joined")]


async def test_a_segment_ends_waits_and_is_a_goal(desk: Desk) -> None:
    await listen(desk, VIP)
    await desk.publish(a_wait(), goals=(JOINED,))
    await desk.add("c1", "new")
    await later(desk, seconds=1)
    await desk.tag("c1", "vip")
    [one] = await desk.enrollments()
    assert one.end_reason is EndReason.GOAL


@pytest.mark.parametrize(("what", "reason"), [("", "name the segment"), ("none", "no such segment")])
async def test_a_segment_must_be_named_and_be_there(desk: Desk, what: str, reason: str) -> None:
    trigger = Happened(event=EventType.SEGMENT_LEFT, what=what)
    with pytest.raises(InvalidInput, match=reason):
        await desk.publish(a_wait(), triggers=(trigger,))
