"""Automations to test with, in the clinic."""

from datetime import datetime
from typing import Any

from shared.domain.automations.automation import Automation, Definition
from shared.domain.automations.enrollment import Enrollment
from shared.domain.automations.steps import AutomationStep, SendStep, TagStep, WaitFor, WaitStep
from shared.domain.automations.trigger import Happened
from shared.domain.channels.channel import Channel
from shared.domain.contacts.contact_changes import Author, ChangedBy
from shared.domain.contacts.contact_edit import AddressEdit, ContactEdit
from shared.domain.events.event import EventType
from shared.domain.messages.message import Message
from shared.domain.record import replace
from shared.usecases.automations.advance_enrollments import advance_enrollments
from shared.usecases.automations.publish_automation import publish_automation
from shared.usecases.automations.save_automation import create_automation, edit_automation
from shared.usecases.contacts.save_contact import create_contact, edit_contact
from tests.kit.builders import ALWAYS, a_template
from tests.kit.clinic import Clinic

SMS = Channel("sms")
KEY = Author(ChangedBy.API_KEY, "key-1")
NEW = Happened(event=EventType.TAG_ATTACHED, what="new")
HOUR = 3600


def a_send(step_id: str = "welcome", template_id: str = "hello") -> SendStep:
    return SendStep(id=step_id, channel=SMS, template_id=template_id, sender_id="texts")


def a_wait(step_id: str = "wait", seconds: int = HOUR) -> WaitStep:
    return WaitStep(id=step_id, wait=WaitFor(seconds=seconds))


def a_tag(step_id: str, tag: str) -> TagStep:
    return TagStep(id=step_id, tag=tag)


def a_definition(*steps: AutomationStep, **changes: Any) -> Definition:
    return replace(Definition(triggers=(NEW,), steps=steps, window=ALWAYS), **changes)


class Desk:
    """The clinic's automations, and the people in them."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic = clinic
        self.runtime, self.stores = clinic.runtime, clinic.stores

    async def open(self, at: datetime) -> None:
        """Stop the clock and store the templates."""
        self.clock = self.clinic.stop_clock(at)
        for name in ("hello", "again", "third"):
            template = a_template(id=name, body=f"{name.title()} {{{{ name }}}}!")
            await self.stores.templates.save("acme", name, template)

    async def publish(self, *steps: AutomationStep, **changes: Any) -> Automation:
        """The automation with these steps, from now on."""
        definition, known = a_definition(*steps, **changes), await self.stores.automations.find("acme", "a1")
        save = create_automation if known is None else edit_automation
        await save(self.runtime, "acme", "a1", "Welcome", definition)
        return await publish_automation(self.runtime, "acme", "a1", by="user u1")

    async def add(self, contact_id: str, *tags: str, **changes: Any) -> None:
        """A person with a number of their own and these tags."""
        number = f"+1212555{2000 + int(contact_id.removeprefix('c')):04}"
        address = AddressEdit(channel=SMS, address=number)
        edit = ContactEdit(name=contact_id.upper(), addresses=(address,), **changes)
        await create_contact(self.runtime, "acme", contact_id, edit, KEY)
        if tags:
            await self.tag(contact_id, *tags)

    async def tag(self, contact_id: str, *tags: str) -> None:
        """Attach tags."""
        await edit_contact(self.runtime, "acme", contact_id, ContactEdit(add_tags=tags), KEY)

    async def untag(self, contact_id: str, *tags: str) -> None:
        """Take tags away."""
        await edit_contact(self.runtime, "acme", contact_id, ContactEdit(remove_tags=tags), KEY)

    async def tick(self) -> int:
        """The tick of automations; how many enrollments were due."""
        return (await advance_enrollments(self.runtime, self.clock()))["enrollments"]

    async def enrollments(self) -> list[Enrollment]:
        """All of them, by contact and time."""
        page = await self.stores.automation_enrollments.page("acme", limit=500)
        return sorted(page.items, key=lambda one: (one.contact_id, one.entered_at, one.id))

    async def tags(self, contact_id: str) -> tuple[str, ...]:
        """What the contact is tagged with."""
        found = await self.stores.contact_shards.contacts("acme", [contact_id])
        return found[contact_id].tags

    async def messages(self) -> list[Message]:
        """All messages, by text."""
        return sorted(await self.clinic.messages(), key=lambda one: one.body)

    async def texts(self) -> list[str]:
        """What the provider has accepted, sorted."""
        return sorted(one["body"] for one in await self.clinic.accepted())
