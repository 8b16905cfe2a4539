"""The builder of automations: every kind of step by its form, what is wrong at its field, undo."""

import re
from html import unescape
from typing import Any

import pytest_asyncio

from shared.domain.automations.automation import Automation, Definition, definition_in
from shared.domain.automations.steps import (
    EndStep,
    FieldStep,
    HandOverStep,
    IfStep,
    ListStep,
    SendStep,
    TagStep,
    WaitFor,
    WaitStep,
    WaitUntilDate,
    WaitUntilEvent,
    WaitUntilTime,
    WebhookStep,
    every_step,
)
from shared.domain.automations.trigger import DateReached, Happened
from shared.domain.companies.user import Role
from shared.domain.contacts.contact_field import ContactField, FieldKind
from shared.domain.contacts.segment import AllOf, HasTag, RowIs
from shared.domain.events.event import EventType
from shared.domain.files.row_filter import ConditionTest
from shared.domain.record import replace
from tests.kit.api.office import OURS, Office
from tests.kit.builders import NOON
from tests.kit.portal.visitor import Visitor
from tests.portal.conftest import SignedIn

NEW = Happened(event=EventType.TAG_ATTACHED, what="new")
OF_ROW = {"c0.0.kind": "row", "c0.0.row_field": "name", "c0.0.test": "is"}
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


class Builder:
    """Somebody who builds an automation by its forms."""

    def __init__(self, office: Office, visitor: Visitor) -> None:
        self.office, self.visitor = office, visitor
        self.page = ""

    async def begin(self) -> None:
        """A draft without steps."""
        await self.send(
            "/automations/new?event=contact.tag_attached", "/automations", name="Welcome", what="New"
        )
        location = self.visitor.page.headers["location"]
        self.page = location.partition("#")[0]

    async def send(self, form: str, action: str, **fields: Any) -> None:
        """Fill in the form of a page, with the hidden fields it has."""
        await self.visitor.get(form)
        assert self.visitor.page.status_code == 200, self.visitor.says
        hidden = {name: unescape(value) for name, value in _HIDDEN.findall(self.visitor.page.text)}
        await self.visitor.post(action, hidden | fields)

    async def add(self, kind: str, at: str = "", event: str = "", **fields: Any) -> str:
        """Add a step; its id."""
        before = {step.id for step in every_step((await self.draft()).steps)}
        address = f"{self.page}/new-step?at={at}&kind={kind}&event={event}"
        await self.send(address, f"{self.page}/steps", **fields)
        assert self.visitor.page.status_code == 303, self.visitor.says
        [added] = {step.id for step in every_step((await self.draft()).steps)} - before
        return added

    async def stored(self) -> Automation:
        """The automation as it is stored."""
        return await self.office.stores.automations.get(OURS, self.page.split("/")[2])

    async def draft(self) -> Definition:
        """Its draft."""
        return definition_in((await self.stored()).draft)


@pytest_asyncio.fixture
async def builder(office: Office, signed_in: SignedIn) -> Builder:
    """An admin with an empty draft, in a company that has a date of its contacts."""
    born = ContactField(id="born", name="Birthday", kind=FieldKind.DATE, created_at=NOON)
    level = ContactField(id="level", name="Level", kind=FieldKind.NUMBER, created_at=NOON)
    for one in (born, level):
        await office.stores.contact_fields.save(OURS, one.id, one)
    made = Builder(office, await signed_in(Role.ADMIN))
    await made.begin()
    return made


async def test_a_draft_is_begun_by_a_name_and_what_lets_contacts_in(builder: Builder) -> None:
    automation = await builder.stored()
    assert automation.name == "Welcome"
    assert await builder.draft() == Definition(triggers=(NEW,), steps=())
    await builder.visitor.get(builder.page)
    assert "No step yet." in builder.visitor.says


async def test_every_kind_of_step_is_added_by_its_form(builder: Builder) -> None:
    add = builder.add
    made = {
        await add("end"): EndStep,
        await add("hand_over", text="Call them"): HandOverStep,
        await add("webhook", endpoint_id=f"endpoint-{OURS}", name="came"): WebhookStep,
        await add("field", field="level", value="3"): FieldStep,
        await add("list", list_id=f"list-{OURS}", does="no"): ListStep,
        await add("tag", tag="VIP"): TagStep,
        await add("if", **{"g0.match": "all", "c0.0.kind": "tag", "c0.0.tag": "warm"}): IfStep,
        await add("for", amount="2", unit="86400"): WaitFor,
        await add("until_time", clock="08:30", weekdays=["1", "5"]): WaitUntilTime,
        await add("until_date", field="born", days="3", side="before"): WaitUntilDate,
        await add(
            "until_event", event="message.disposition_changed", what="confirmed", amount="3", unit="86400"
        ): WaitUntilEvent,
        await add("send", sender_id=f"sender-{OURS}", template_id=f"template-{OURS}"): SendStep,
    }
    steps = (await builder.draft()).steps
    assert [step.id for step in steps] == list(reversed(made))
    kinds = [type(step.wait if isinstance(step, WaitStep) else step) for step in reversed(steps)]
    assert kinds == list(made.values())
    said = repr(steps)
    for part in (
        "tag='vip'", "value=3", "is_member=False", "seconds=172800", "days=-3", "clock=None",
        "weekdays=(1, 5)", "limit_seconds=259200", "what='confirmed'", "HasTag(value='warm')",
    ):  # fmt: skip
        assert part in said, part
    for step in steps:
        await builder.visitor.get(f"{builder.page}/steps/{step.id}")
        assert builder.visitor.page.status_code == 200, step
    await builder.visitor.get(builder.page)
    for text in ("Wait 2 days", "until 3 days before Birthday", "Take off the list", "Hand over to a person"):
        assert text in builder.visitor.says


async def test_a_text_is_written_in_the_step_that_sends_it(office: Office, builder: Builder) -> None:
    await builder.add("send", sender_id=f"sender-{OURS}", template_id="new", body="Hello {{ name }}!")
    [step] = (await builder.draft()).steps
    assert isinstance(step, SendStep)
    template = await office.stores.templates.get(OURS, step.template_id)
    assert (template.body, template.channel) == ("Hello {{ name }}!", step.channel)
    await builder.send(f"{builder.page}/new-step?kind=send", f"{builder.page}/steps", body="{{ name")
    assert builder.visitor.page.status_code == 422


async def test_what_is_wrong_is_said_at_its_field_and_nothing_is_stored(builder: Builder) -> None:
    for kind, fields, place in (
        ("for", {"amount": "two"}, "amount"),
        ("for", {"amount": ""}, "amount"),
        ("for", {"amount": "366", "unit": "86400"}, "amount"),
        ("tag", {"tag": " "}, "tag"),
        ("list", {"list_id": ""}, "list_id"),
        ("list", {"list_id": "of-others"}, "list_id"),
        ("field", {"field": "level", "value": "high"}, "value"),
        ("until_date", {"field": ""}, "field"),
        ("until_time", {"clock": "25:00"}, "clock"),
        ("send", {"sender_id": "", "template_id": "new"}, "sender_id"),
        ("if", {"g0.match": "all", "c0.0.kind": "tag", "c0.0.tag": ""}, "c0.0"),
        ("webhook", {"endpoint_id": f"endpoint-{OURS}", "name": ""}, "name"),
    ):
        await builder.send(f"{builder.page}/new-step?kind={kind}", f"{builder.page}/steps", **fields)
        assert builder.visitor.page.status_code == 422, (kind, builder.visitor.page.status_code)
        assert f'id="{place}-problem"' in builder.visitor.page.text, (kind, fields)
    assert (await builder.draft()).steps == ()


async def test_steps_are_put_into_branches_moved_removed_and_that_undone(builder: Builder) -> None:
    page, visitor = builder.page, builder.visitor
    fork = await builder.add("if", **{"g0.match": "all", "c0.0.kind": "tag", "c0.0.tag": "warm"})
    then = await builder.add("tag", at=f"{fork}.then", tag="a")
    other = await builder.add("tag", at=f"{fork}.otherwise", tag="b")
    last = await builder.add("tag", at=fork, tag="c")
    await visitor.get(page)
    says = visitor.says
    places = [says.index(one) for one in ("has the tag", "Then:", "“a”", "Otherwise:", "“b”", "“c”")]
    assert places == sorted(places)

    async def order() -> list[str]:
        return [step.id for step in every_step((await builder.draft()).steps)]

    assert await order() == [fork, then, other, last]
    await builder.send(page, f"{page}/steps/{last}/arrange", do="up")
    assert await order() == [last, fork, then, other]
    await builder.send(f"{page}/steps/{last}/move", f"{page}/steps/{last}/move", at=other)
    assert await order() == [fork, then, other, last]
    await builder.send(
        f"{page}/steps/{fork}", f"{page}/steps", **{"c0.0.kind": "tag", "c0.0.tag": "hot", "g0.match": "all"}
    )
    [step] = (await builder.draft()).steps
    assert isinstance(step, IfStep)
    assert step.criterion == AllOf(criteria=(AllOf(criteria=(HasTag(value="hot"),)),))
    assert await order() == [fork, then, other, last]  # its branches stayed
    await builder.send(page, f"{page}/steps/{fork}/arrange", do="remove")
    assert await order() == []
    await builder.send(page, f"{page}/undo")
    assert await order() == [fork, then, other, last]


async def test_who_edits_what_another_changed_meanwhile_is_asked_to_look_again(builder: Builder) -> None:
    page, visitor = builder.page, builder.visitor
    wait = await builder.add("for", amount="2", unit="3600")
    await visitor.get(f"{page}/steps/{wait}")
    seen = {name: unescape(value) for name, value in _HIDDEN.findall(visitor.page.text)}
    await builder.add("tag", at=wait, tag="a")
    await visitor.post(f"{page}/steps", seen | {"amount": "5", "unit": "3600"}, seen=page)
    assert visitor.page.status_code == 422
    assert "edited meanwhile" in visitor.says
    assert 'value="5"' in visitor.page.text  # what was typed is still there, and can be saved now
    again = {name: unescape(value) for name, value in _HIDDEN.findall(visitor.page.text)}
    await visitor.post(f"{page}/steps", again | {"amount": "5", "unit": "3600"})
    [first, _] = (await builder.draft()).steps
    assert first == WaitStep(id=wait, wait=WaitFor(seconds=5 * 3600))


async def test_triggers_goals_and_settings(builder: Builder) -> None:
    page = builder.page
    await builder.send(
        f"{page}/new-entry?part=triggers&event=date", f"{page}/entries", field="born", days="", clock=""
    )
    await builder.send(f"{page}/new-entry?part=goals&event=contact.event", f"{page}/entries", what="came")
    await builder.send(
        f"{page}/settings", f"{page}/settings",
        name="Birthdays", reentry="after_end", days=["1", "2"], opens="10:00", closes="12:00",
    )  # fmt: skip
    draft = await builder.draft()
    assert draft.triggers == (NEW, DateReached(field="born"))
    assert draft.goals == (Happened(event=EventType.CONTACT_EVENT, what="came"),)
    assert (draft.window.days, draft.reentry) == ((1, 2), "after_end")
    assert (await builder.stored()).name == "Birthdays"
    await builder.send(f"{page}/settings", f"{page}/settings", name="", reentry="once", days=[])
    assert builder.visitor.page.status_code == 422
    await builder.send(page, f"{page}/entries/remove", part="triggers", at="0")
    assert (await builder.draft()).triggers == (DateReached(field="born"),)


async def test_of_segments_one_is_chosen(builder: Builder) -> None:
    page, visitor = builder.page, builder.visitor
    for part in ("triggers", "goals"):
        form = f"{page}/new-entry?part={part}&event=contact.segment_joined"
        await visitor.get(form)
        assert '<option value="" selected>choose a segment</option>' in visitor.page.text
        assert ">any</option>" not in visitor.page.text
        await builder.send(form, f"{page}/entries", what="")
        assert visitor.page.status_code == 422
        assert "choose the segment" in visitor.says
        await builder.send(form, f"{page}/entries", what=f"segment-{OURS}")
    chosen = Happened(event=EventType.SEGMENT_JOINED, what=f"segment-{OURS}")
    draft = await builder.draft()
    assert (draft.triggers, draft.goals) == ((NEW, chosen), (chosen,))
    await visitor.get(f"{page}/new-entry?part=goals&event=contact.list_joined")
    assert '<option value="" selected>any</option>' in visitor.page.text
    await builder.office.stores.segments.remove(OURS, [f"segment-{OURS}"])
    await visitor.get(f"{page}/new-entry?part=goals&event=contact.segment_left")
    assert "You have no segment yet. Make one first." in visitor.says


async def test_what_keeps_a_draft_from_being_published_is_said_by_its_step(builder: Builder) -> None:
    automation_page = builder.page.removesuffix("/draft")
    await builder.send(automation_page, f"{automation_page}/publish")
    await builder.visitor.get(automation_page)
    assert "steps: give at least one step." in builder.visitor.says
    await builder.add("list", list_id=f"list-{OURS}")
    await builder.office.stores.contact_lists.remove(OURS, [f"list-{OURS}"])
    await builder.visitor.get(builder.page)
    assert "It cannot work so: there is no such list." in builder.visitor.says
    await builder.send(automation_page, f"{automation_page}/publish")
    await builder.visitor.get(automation_page)
    assert "list id: there is no such list." in builder.visitor.says
    assert (await builder.stored()).version == 0


async def test_a_condition_asks_for_the_row_where_a_source_lets_in(office: Office, builder: Builder) -> None:
    page, visitor = builder.page, builder.visitor
    form = f"{page}/new-step?kind=if"
    await visitor.get(form)
    assert 'value="row"' not in visitor.page.text
    source_id = f"source-{OURS}"
    entry = f"{page}/new-entry?part=triggers&event=contact.row_loaded"
    await builder.send(entry, f"{page}/entries", what=source_id)
    await visitor.get(form)
    assert '<option value="row">the row that let them in</option>' in visitor.page.text
    fork = await builder.add("if", **{"g0.match": "all", **OF_ROW, "c0.0.value": "Ana"})
    [step] = (await builder.draft()).steps
    wanted = RowIs(field="name", test=ConditionTest.IS, value="Ana")
    assert isinstance(step, IfStep)
    assert step.criterion == AllOf(criteria=(AllOf(criteria=(wanted,)),))
    await visitor.get(f"{page}/steps/{fork}")
    assert '<option value="name" selected>' in visitor.page.text
    await visitor.post("/segments/count", {"g0.match": "all", **OF_ROW, "c0.0.value": "Ana"}, seen=form)
    assert "It depends on the row that lets each in" in visitor.says
    await builder.send(page, f"{page}/entries/remove", part="triggers", at="1")
    await visitor.get(page)
    assert "no row lets contacts in" in visitor.says
    assert len((await builder.draft()).triggers) == 2
    source = await office.stores.sources.get(OURS, source_id)
    others = tuple(one for one in source.columns if one.field != "name")
    await office.stores.sources.save(OURS, source_id, replace(source, columns=others))
    await visitor.get(f"{page}/steps/{fork}")
    # What is stored stays chosen, though nothing offers it any more.
    assert '<option value="name" selected>name (not there any more)</option>' in visitor.page.text


async def test_what_a_form_sends_for_an_id_is_none_of_ours(builder: Builder) -> None:
    listed = {"g0.match": "all", "c0.0.kind": "list", "c0.0.list_id": "../x"}
    await builder.send(f"{builder.page}/new-step?kind=if", f"{builder.page}/steps", **listed)
    assert builder.visitor.page.status_code == 422
    assert "there is no such list" in builder.visitor.says


async def test_criteria_are_built_without_scripts_too(builder: Builder) -> None:
    await builder.send(
        f"{builder.page}/new-step?kind=if", f"{builder.page}/criteria",
        **{"do": "add:0", "g0.match": "any", "c0.0.kind": "tag", "c0.0.tag": "warm"},
    )  # fmt: skip
    assert 'name="c0.1.kind"' in builder.visitor.page.text
    assert "If and otherwise" in builder.visitor.says
    assert (await builder.draft()).steps == ()
