"""The pages of automations: the flow with its counts, publishing, one contact's way, versions."""

from datetime import timedelta

import pytest_asyncio

from functions.portal.draft_saving import draft_mark
from shared.domain.automations.automation import Automation, Definition, Moving, version_id
from shared.domain.automations.enrollment import Completed, Way
from shared.domain.automations.state import AutomationState
from shared.domain.automations.steps import AutomationStep, IfStep, TagStep, WaitFor, WaitStep
from shared.domain.automations.trigger import Happened
from shared.domain.companies.user import Role
from shared.domain.contacts.segment import HasTag
from shared.domain.events.event import EventType
from shared.domain.record import replace
from shared.usecases.automations.publish_automation import publish_automation
from shared.usecases.automations.save_automation import create_automation, edit_automation
from tests.kit.api.office import OURS, Office
from tests.kit.builders import NOON, an_enrollment
from tests.kit.portal.visitor import Visitor
from tests.portal.conftest import SignedIn

PAGE = "/automations/welcome"
NEW = Happened(event=EventType.TAG_ATTACHED, what="new")
WAIT = WaitStep(id="wait", wait=WaitFor(seconds=7_200))
FORK = IfStep(
    id="fork",
    criterion=HasTag(value="warm"),
    then=(TagStep(id="vip", tag="vip"),),
    otherwise=(TagStep(id="cold", tag="cold"),),
)


def _definition(*steps: AutomationStep) -> Definition:
    return Definition(triggers=(NEW,), steps=steps)


async def _stored(office: Office) -> Automation:
    return await office.stores.automations.get(OURS, "welcome")


@pytest_asyncio.fixture
async def editor(office: Office, signed_in: SignedIn) -> Visitor:
    """Somebody who may send, and an automation in which our contact waits."""
    await create_automation(office.runtime, OURS, "welcome", "Welcome", _definition(WAIT, FORK))
    await publish_automation(office.runtime, OURS, "welcome", by="a test")
    waiting = an_enrollment(
        id="waiting",
        contact_id=f"contact-{OURS}",
        step_id="wait",
        way=Way(
            since=NOON,
            waits_until=NOON + timedelta(hours=2),
            completed=(Completed(step_id="fork", at=NOON, outcome="otherwise"),),
        ),
    )
    await office.stores.automation_enrollments.save(OURS, waiting.id, waiting)
    return await signed_in(Role.ADMIN)


async def test_the_flow_is_told_from_top_to_bottom_with_who_stands_where(editor: Visitor) -> None:
    await editor.get("/automations")
    assert "Welcome" in editor.says
    await editor.get(PAGE)
    says = editor.says
    told = [
        "Wait 2 hours",
        "1 is here",
        "If the contact has the tag",
        "Then:",
        "“vip”",
        "Otherwise:",
        "“cold”",
    ]
    places = [says.index(one) for one in told]
    assert places == sorted(places)
    assert "Version 1. 1 person stands on a step." in says


async def test_publishing_says_how_many_stand_there_and_asks_what_becomes_of_them(
    office: Office, editor: Visitor
) -> None:
    await edit_automation(office.runtime, OURS, "welcome", "Welcome", _definition(FORK))
    await editor.get(PAGE)
    assert "Removed : Wait 2 hours" in editor.says
    assert "Deleted: Wait 2 hours 1 waits in this step, 1 would go on now" in editor.says
    assert 'name="choice-wait"' in editor.page.text
    seen = {"draft": draft_mark(await _stored(office))}
    await editor.post(f"{PAGE}/publish", {"choice-wait": "nonsense"} | seen)
    assert (await _stored(office)).version == 1
    await editor.post(f"{PAGE}/publish", {"choice-wait": "leave"} | seen, seen=PAGE)
    await editor.get(PAGE)
    assert "It is published" in editor.says
    assert (await _stored(office)).version == 2


async def test_a_draft_that_was_edited_after_it_was_looked_at_is_not_published(
    office: Office, editor: Visitor
) -> None:
    await edit_automation(office.runtime, OURS, "welcome", "Welcome", _definition(FORK))
    seen = {"draft": draft_mark(await _stored(office)), "choice-wait": "leave"}
    await edit_automation(office.runtime, OURS, "welcome", "Welcome", _definition(WAIT))
    await editor.post(f"{PAGE}/publish", seen, seen=PAGE)
    await editor.get(PAGE)
    assert "The draft was edited meanwhile." in editor.says
    assert (await _stored(office)).version == 1


async def test_it_is_paused_resumed_and_drained_after_its_effect_was_said_in_numbers(
    office: Office, editor: Visitor
) -> None:
    for path, state, said in (
        ("pause", AutomationState.PAUSED, "1 person stays on their step"),
        ("resume", AutomationState.LIVE, "The pause holds nobody."),
        ("drain", AutomationState.DRAINING, "1 person on a step goes on to the end"),
    ):
        await editor.get(f"{PAGE}/{path}")
        assert said in editor.says
        await editor.post(f"{PAGE}/{path}")
        assert (await _stored(office)).state is state


async def test_one_contacts_way_says_each_step_and_what_came_of_it(editor: Visitor) -> None:
    await editor.get(f"{PAGE}/people?step=wait")
    assert f"{PAGE}/people/waiting" in editor.page.text
    await editor.get(f"{PAGE}/people?step=vip")
    assert "Nobody." in editor.says
    await editor.get(f"{PAGE}/people/waiting")
    says = editor.says
    told = ["the tag “new” is attached", "Stands on Wait 2 hours", "Waits until", "It is not so"]
    places = [says.index(one) for one in told]
    assert places == sorted(places)


async def test_a_dry_run_for_one_contact_stores_nothing(office: Office, editor: Visitor) -> None:
    await editor.get(f"{PAGE}/try?contact=contact-{OURS}")
    assert "Wait 2 hours" in editor.says
    assert "Attach the tag “cold”" in editor.says
    assert len((await office.stores.automation_enrollments.page(OURS, limit=9)).items) == 2
    await editor.get(f"{PAGE}/try?contact=nobody")
    assert 'role="alert"' in editor.page.text


async def test_a_version_says_what_differs_from_the_one_before(office: Office, editor: Visitor) -> None:
    await edit_automation(office.runtime, OURS, "welcome", "Welcome", _definition(FORK))
    await publish_automation(office.runtime, OURS, "welcome", by="a test")
    found = (await office.stores.automation_versions.page(OURS, limit=9)).items
    newest = max((one for one in found if one.automation_id == "welcome"), key=lambda one: one.number)
    await editor.get(f"{PAGE}/versions/{newest.id}")
    assert "Version 2" in editor.says
    assert "Removed : Wait 2 hours" in editor.says


async def test_the_page_says_how_far_people_are_brought_up_until_that_is_done(
    office: Office, editor: Visitor
) -> None:
    versions = office.stores.automation_versions
    first = await versions.get(OURS, version_id("welcome", 1))
    moving = replace(first, moving=Moving(step_ids=("wait",), found=312, moved=41))
    await versions.save(OURS, first.id, moving)
    await editor.get(PAGE)
    assert "People are brought up to version 1: 41 of 312." in editor.says
    await editor.get(f"{PAGE}/moving", **{"hx-request": "true"})
    assert "41 of 312" in editor.says
    assert "hx-refresh" not in editor.page.headers
    await versions.save(OURS, first.id, replace(first, moving=Moving(step_ids=(), found=312, moved=312)))
    await editor.get(f"{PAGE}/moving", **{"hx-request": "true"})
    assert editor.page.headers["hx-refresh"] == "true"


async def test_a_contacts_page_leads_to_its_way_through_automations(editor: Visitor) -> None:
    await editor.get(f"/contacts/contact-{OURS}")
    assert f"{PAGE}/people/waiting" in editor.page.text
