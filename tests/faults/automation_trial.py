"""A trial of an automation: a text, a tag, a wait that is edited, a mail, another wait."""

import asyncio
from collections import Counter

from shared.domain.automations.automation import Definition
from shared.domain.automations.enrollment import Enrollment, EnrollmentState
from shared.domain.automations.steps import SendStep, TagStep, WaitFor, WaitStep
from shared.domain.automations.trigger import Happened
from shared.domain.channels.channel import Channel
from shared.domain.contacts.contact import Contact, ContactAddress
from shared.domain.contacts.contact_changes import Author, ChangedBy
from shared.domain.events.event import EventType
from shared.usecases.automations.publish_automation import publish_automation
from shared.usecases.automations.save_automation import create_automation, edit_automation
from shared.usecases.contacts.change_contacts import change_contacts
from tests.faults.account import TEXTS_SENDER
from tests.faults.scenario import SETTLED_WITHIN
from tests.faults.standing_trial import StandingTrial
from tests.faults.trial import Unsettled
from tests.faults.trial_books import PENDING
from tests.kit.builders import ALWAYS, a_template

AUTOMATION = "welcome"
WAIT_SECONDS = 6
_MAIL = Channel("email")


def _definition(wait_seconds: int) -> Definition:
    return Definition(
        triggers=(Happened(event=EventType.TAG_ATTACHED, what="new"),),
        steps=(
            SendStep(id="text", channel=Channel("sms"), template_id="early", sender_id=TEXTS_SENDER),
            TagStep(id="mark", tag="greeted"),
            WaitStep(id="wait", wait=WaitFor(seconds=wait_seconds)),
            SendStep(id="mail", channel=_MAIL, template_id="late", sender_id="mails"),
            WaitStep(id="rest", wait=WaitFor(seconds=2)),
        ),
        window=ALWAYS,
    )


class AutomationTrial(StandingTrial):
    """Contacts to whom a tag is attached. Done is when all of their enrollments have ended."""

    async def start(self, **options: object) -> None:
        """Publish the automation, then make the contacts with the tag; ticks and events do the rest."""
        stores, company = self.stores, self.company_id
        mail = a_template(id="late", channel=_MAIL, subject="Hello", body="Hello again, {{ name }}.")
        for template in (a_template(id="early", body="Hello {{ name }}."), mail):
            await stores.templates.save(company, template.id, template)
        await create_automation(self.runtime, company, AUTOMATION, "Welcome", _definition(WAIT_SECONDS))
        await publish_automation(self.runtime, company, AUTOMATION)
        contacts = [self._contact(place, number) for place, number in enumerate(self.numbers)]
        edits = {one.id: (lambda _, made=one: made) for one in contacts}
        await change_contacts(self.runtime, company, edits, Author(ChangedBy.API_KEY, "chaos"))
        self.meanwhile(self._edit())

    async def _edit(self) -> None:
        """Publish a wait that is shorter than some have waited already: they go on at once."""

        async def is_waiting() -> bool:
            return any(one.waits_until is not None for one in await self.enrollments())

        await self.until(is_waiting, seconds=SETTLED_WITHIN)
        await asyncio.sleep(WAIT_SECONDS / 3)
        draft = _definition(1)
        await edit_automation(self.runtime, self.company_id, AUTOMATION, "Welcome", draft)
        await publish_automation(self.runtime, self.company_id, AUTOMATION)

    def _contact(self, place: int, number: str) -> Contact:
        now = self.runtime.now()
        addresses = (
            ContactAddress(channel=Channel("sms"), address=number),
            ContactAddress(channel=_MAIL, address=f"p{place}@example-clinic.com"),
        )
        return Contact(
            id=f"contact{place}",
            name=f"P{place}",
            created_at=now,
            changed_at=now,
            tags=("new",),
            addresses=addresses,
        )

    async def enrollments(self) -> list[Enrollment]:
        """All of them."""
        return (await self.stores.automation_enrollments.page(self.company_id, limit=1000)).items

    async def settle(self, *, seconds: float) -> None:
        """Wait until all is quiet. Raises Unsettled also where a contact was changed twice."""
        await super().settle(seconds=seconds)
        changes = (await self.stores.contact_changes.page(self.company_id, limit=1000)).items
        tagged = Counter(
            contact_id for one in changes if one.by is ChangedBy.AUTOMATION for contact_id in one.contact_ids
        )
        if set(tagged.values()) != {1} or len(tagged) != len(self.numbers):
            raise Unsettled(f"tags were not attached once each: {dict(tagged)}")

    async def _is_settled(self) -> bool:
        enrollments = await self.enrollments()
        states = Counter(message.state for message in await self.messages())
        if len(enrollments) < len(self.numbers) or not self.is_quiet():
            return False
        if any(one.state is not EnrollmentState.ENDED for one in enrollments) or any(
            states[state] for state in PENDING
        ):
            return False
        if not await self.are_batches_done():
            return False
        if not all(message["receipts_done"] for message in await self._all_accepted()):
            return False
        return not (await self.stores.receipt_bundles.page(self.company_id, limit=1)).items
