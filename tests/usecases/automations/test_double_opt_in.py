"""Automations and lists that ask for double opt-in: who has not confirmed counts as not on the list."""

import pytest

from shared.domain.automations.automation import Reentry
from shared.domain.automations.steps import IfStep
from shared.domain.automations.trigger import Happened
from shared.domain.contacts.contact_list import ContactList
from shared.domain.contacts.preference_link import LinkedPerson
from shared.domain.contacts.segment import OnList, Segment
from shared.domain.events.event import EventType
from shared.usecases.contacts.change_membership import change_membership
from shared.usecases.contacts.confirm_by_link import confirm_by_link
from shared.usecases.contacts.save_contact_list import create_contact_list
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from tests.kit.automations import KEY, SMS, Desk, a_send, a_tag
from tests.kit.builders import NOON

JOINED = Happened(event=EventType.LIST_JOINED, what="news")
ONE = "+12125552001"


async def asking(desk: Desk) -> None:
    """A list that asks by text messages."""
    news = ContactList(
        id="news", name="News", created_at=NOON, updated_at=NOON,
        confirm_sender_id="texts", confirm_text="Acme: reply YES to get our news.",
    )  # fmt: skip
    await create_contact_list(desk.runtime, "acme", news)


async def join(desk: Desk, *contact_ids: str, are_members: bool = True) -> None:
    """They come onto the list, or leave it; who is new there is asked."""
    await change_membership(desk.runtime, "acme", "news", contact_ids, KEY, are_members=are_members)
    await sweep_stalled_work(desk.runtime, desk.runtime.now())


async def hellos(desk: Desk) -> list[str]:
    return [one for one in await desk.texts() if one.startswith("Hello")]


@pytest.mark.parametrize("by_link", [True, False])
async def test_who_joins_a_list_that_asks_enters_once_they_have_confirmed(desk: Desk, by_link: bool) -> None:
    await asking(desk)
    await desk.publish(a_send(), triggers=(JOINED,), reentry=Reentry.ALWAYS)
    await desk.add("c1")
    await desk.add("c2")
    await join(desk, "c1", "c2")
    assert (await desk.enrollments(), await hellos(desk)) == ([], [])
    for _ in range(2):
        if by_link:
            await confirm_by_link(
                desk.runtime, "acme", LinkedPerson(company_id="acme", channel=SMS, address=ONE)
            )
        else:
            await desk.clinic.write(ONE, "YES")
    assert [one.contact_id for one in await desk.enrollments()] == ["c1"]
    assert await hellos(desk) == ["Hello C1!"]
    await join(desk, "c1", are_members=False)
    await join(desk, "c1")  # they have agreed to that before
    assert await hellos(desk) == ["Hello C1!", "Hello C1!"]


async def test_a_branch_sees_only_who_has_confirmed(desk: Desk) -> None:
    await asking(desk)
    branch = IfStep(
        id="if", criterion=OnList(list_id="news"), then=(a_send(),), otherwise=(a_tag("tag", "unasked"),)
    )
    await desk.publish(branch)
    await desk.add("c1")
    await desk.add("c2")
    await join(desk, "c1", "c2")
    await desk.clinic.write(ONE, "YES")
    await desk.tag("c1", "new")
    await desk.tag("c2", "new")
    assert await hellos(desk) == ["Hello C1!"]
    assert "unasked" in await desk.tags("c2")


async def test_a_segment_of_the_list_has_only_who_has_confirmed(desk: Desk) -> None:
    await asking(desk)
    criterion = OnList(list_id="news")
    readers = Segment(id="readers", name="Readers", criterion=criterion, created_at=NOON, updated_at=NOON)
    await desk.stores.segments.save("acme", "readers", readers)
    joined = Happened(event=EventType.SEGMENT_JOINED, what="readers")
    await desk.publish(a_send(), triggers=(joined,))
    await desk.add("c1")
    await desk.add("c2")
    await join(desk, "c1", "c2")
    assert await hellos(desk) == []
    await desk.clinic.write(ONE, "YES")
    assert await hellos(desk) == ["Hello C1!"]
