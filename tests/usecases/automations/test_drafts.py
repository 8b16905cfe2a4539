"""Drafts: begun with nothing, edited over what was looked at, undone."""

import pytest

from shared.domain.automations.automation import Automation, definition_in
from shared.domain.automations.steps import AutomationStep, ListStep, WaitStep, WaitUntilEvent
from shared.domain.automations.trigger import Happened
from shared.domain.contacts.contact_list import ContactList
from shared.domain.errors import Conflict, InvalidInput
from shared.domain.events.event import EventType
from shared.usecases.automations.publish_automation import publish_automation
from shared.usecases.automations.save_automation import create_automation, edit_automation
from shared.usecases.automations.undo_edit import undo_edit
from tests.kit.automations import Desk, a_definition, a_tag, a_wait
from tests.kit.builders import NOON

GONE = ListStep(id="listed", list_id="regulars")


async def edit(desk: Desk, automation: Automation, *steps: AutomationStep) -> Automation:
    """Put these steps into the draft that was looked at."""
    definition = a_definition(*steps)
    return await edit_automation(desk.runtime, "acme", "a1", "Welcome", definition, over=automation.draft)


async def begin(desk: Desk, *steps: AutomationStep) -> Automation:
    return await create_automation(desk.runtime, "acme", "a1", "Welcome", a_definition(*steps))


def ids(automation: Automation) -> list[str]:
    return [step.id for step in definition_in(automation.draft).steps]


async def test_a_draft_begins_with_nothing_and_is_not_published_so(desk: Desk) -> None:
    await create_automation(desk.runtime, "acme", "a1", "Welcome", a_definition(triggers=()))
    with pytest.raises(InvalidInput) as refused:
        await publish_automation(desk.runtime, "acme", "a1")
    assert [one.field for one in refused.value.problems] == ["triggers", "steps"]


async def test_the_last_change_is_undone_and_comes_back(desk: Desk) -> None:
    first = await begin(desk, a_tag("one", "x"))
    with pytest.raises(Conflict, match="nothing to undo"):
        await undo_edit(desk.runtime, "acme", "a1")
    second = await edit(desk, first, a_tag("one", "x"), a_wait())
    assert await edit(desk, first, a_tag("one", "x"), a_wait()) == second  # sent twice, it is one change
    undone = await undo_edit(desk.runtime, "acme", "a1", over=second.draft)
    assert ids(undone) == ["one"]
    with pytest.raises(Conflict, match="edited meanwhile"):
        await undo_edit(desk.runtime, "acme", "a1", over=second.draft)
    assert ids(await undo_edit(desk.runtime, "acme", "a1")) == ["one", "wait"]


async def test_of_two_who_edit_the_same_draft_one_is_told(desk: Desk) -> None:
    first = await begin(desk, a_tag("one", "x"))
    await edit(desk, first, a_tag("one", "x"), a_wait())
    with pytest.raises(Conflict, match="edited meanwhile"):
        await edit(desk, first, a_tag("two", "y"))


@pytest.mark.parametrize(
    ("event", "what", "said"),
    [
        (EventType.LIST_JOINED, "../x", "there is no such list"),
        (EventType.SEGMENT_JOINED, "a/b", "there is no such segment"),
        (EventType.ROW_LOADED, "nonesuch", "there is no such source"),
        (EventType.ROW_LOADED, "..", "there is no such source"),
        (EventType.SUBSCRIBED, "fax", "is one of .*sms.*; left out, it is any"),
        (EventType.UNSUBSCRIBED, "SMS", "is one of .*sms"),
        (EventType.DISPOSITION_CHANGED, "nope", "is one of confirmed, canceled, reschedule_asked"),
    ],
)
async def test_what_could_never_happen_lets_nobody_in_nor_ends_anything(
    desk: Desk, event: EventType, what: str, said: str
) -> None:
    never = Happened(event=event, what=what)
    wait = WaitStep(id="wait", wait=WaitUntilEvent(event=never, limit_seconds=60))
    for definition in (
        a_definition(a_wait(), triggers=(never,)),
        a_definition(a_wait(), goals=(never,)),
        a_definition(wait),
    ):
        with pytest.raises(InvalidInput, match=f"what: {said}"):
            await create_automation(desk.runtime, "acme", "a1", "Welcome", definition)


async def test_a_goal_may_name_a_source_that_lets_nobody_in(desk: Desk) -> None:
    loaded = Happened(event=EventType.ROW_LOADED, what="appointments")
    made = await create_automation(desk.runtime, "acme", "a1", "Welcome", a_definition(goals=(loaded,)))
    assert definition_in(made.draft).goals == (loaded,)


async def test_what_was_wrong_before_keeps_nobody_from_editing_another_step(desk: Desk) -> None:
    regulars = ContactList(id="regulars", name="Regulars", created_at=NOON, updated_at=NOON)
    await desk.stores.contact_lists.save("acme", "regulars", regulars)
    draft = await begin(desk, GONE)
    await desk.stores.contact_lists.remove("acme", ["regulars"])
    edited = await edit(desk, draft, a_wait(), GONE)  # its place in the flow is another
    with pytest.raises(InvalidInput, match="no such list"):
        await edit(desk, edited, a_wait(), GONE, ListStep(id="new", list_id="regulars"))
    with pytest.raises(InvalidInput, match="no such list"):
        await publish_automation(desk.runtime, "acme", "a1")
    assert ids(await edit(desk, edited, a_wait())) == ["wait"]
