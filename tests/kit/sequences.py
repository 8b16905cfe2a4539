"""A company with sequences to test with: mailboxes at the simulator, contacts, and days that pass."""

from collections.abc import Sequence as Ordered
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from shared.domain.campaigns.audience import PeopleAudience, PickedContacts
from shared.domain.contacts.contact import Contact, ContactAddress
from shared.domain.messages.message import Message
from shared.domain.record import replace
from shared.domain.sequences.enrollment import Enrollment
from shared.domain.sequences.mailbox import Mailbox
from shared.domain.sequences.scheduled_email import EmailStatus, ScheduledEmail
from shared.domain.sequences.sequence import Sequence
from shared.domain.sequences.sequence_plan import LOOK_AGAIN, PLAN_ID, SequencePlan
from shared.usecases.contacts.change_contacts import change_contacts
from shared.usecases.sending.dispatch_due_batches import dispatch_due_batches
from shared.usecases.sequences.advance_sequences import advance_sequences
from shared.usecases.sequences.start_enrolling import start_enrolling
from tests.kit.builders import NOON, an_email_sender
from tests.kit.clinic import Clinic
from tests.kit.clock import Clock
from tests.kit.sequence_records import EMAIL, STAFF, a_mailbox, a_sequence


class PostOffice:
    """The clinic's sequences, and a clock that goes from one moment to the next that matters."""

    def __init__(self, clinic: Clinic, clock: Clock) -> None:
        self.clinic, self.clock = clinic, clock
        self.runtime, self.stores, self.company_id = clinic.runtime, clinic.stores, clinic.company_id
        self._enrollings = 0

    async def open(self, *mailboxes: Mailbox, **changes: Any) -> Sequence:
        """Store the sequence and its mailboxes, each with a sender of its own at the simulator."""
        for mailbox in mailboxes or (a_mailbox(),):
            await self.add_mailbox(mailbox)
        ids = tuple(one.id for one in mailboxes or (a_mailbox(),))
        sequence = a_sequence(**{"mailbox_ids": ids} | changes)
        await self.stores.sequences.save(self.company_id, sequence.id, sequence)
        return sequence

    async def add_mailbox(self, mailbox: Mailbox) -> None:
        """Store the mailbox, with a sender of its own."""
        if mailbox.id != "mails":
            sender = an_email_sender(id=mailbox.id, address=mailbox.email)
            await self.stores.senders.save(self.company_id, sender.id, sender)
            await self.clinic.set_credentials(sender.id, await self.clinic.credentials("mails"))
        await self.stores.mailboxes.save(self.company_id, mailbox.id, mailbox)

    async def know(self, *addresses: str, **changes: Any) -> list[str]:
        """Have contacts with these addresses; their ids."""
        people = [
            Contact(
                id=address.partition("@")[0],
                created_at=NOON,
                changed_at=NOON,
                name=address.partition("@")[0].capitalize(),
                addresses=(ContactAddress(channel=EMAIL, address=address, is_preferred=True),),
                **changes,
            )
            for address in addresses
        ]
        edits = {one.id: partial(_becomes, one) for one in people}
        await change_contacts(self.runtime, self.company_id, edits, STAFF)
        return [one.id for one in people]

    async def enroll(self, *contact_ids: str, sequence_id: str = "welcome") -> None:
        """Bring these contacts into the sequence."""
        self._enrollings += 1
        audience = PeopleAudience(include=(PickedContacts(contact_ids=contact_ids),))
        await start_enrolling(
            self.runtime, self.company_id, sequence_id, audience, f"enrolling-{self._enrollings}", "test"
        )

    async def tick(self) -> None:
        """What Cloud Scheduler does five minutes later, with all that follows from it."""
        self.clock.at += LOOK_AGAIN
        await self._tick()

    async def _tick(self) -> None:
        await advance_sequences(self.runtime, self.runtime.now())
        await dispatch_due_batches(self.runtime, self.runtime.now())

    async def go_to(self, moment: datetime) -> None:
        """Let time pass, with the ticks that matter: each email is handed over, sent and followed."""
        await self.ask_and_tick()
        while (at := await self._next()) is not None and at <= moment:
            self.clock.at = max(self.clock.at, at - timedelta(minutes=8))
            await advance_sequences(self.runtime, self.clock.at)
            self.clock.at = max(self.clock.at, at)
            await dispatch_due_batches(self.runtime, self.clock.at)
            self.clock.at += timedelta(minutes=1)
            await self.ask_and_tick()
        self.clock.at = moment - LOOK_AGAIN
        await self.tick()

    async def ask_and_tick(self) -> None:
        """A tick an hour later would plan what is new; here it is planned at once."""
        plan = await self.plan()
        asked = replace(plan, asked_at=self.clock.at, due_at=self.clock.at)
        await self.stores.sequence_plans.save(self.company_id, PLAN_ID, asked)
        await self._tick()

    async def _next(self) -> datetime | None:
        """When the next email goes out; one that is late and queued waits for news of its message."""
        waiting = [(one.send_at, one.status) for one in await self.emails() if one.status in _WAITING]
        late = (EmailStatus.QUEUED, True)
        times = [at for at, status in waiting if at and (status, at <= self.clock.at) != late]
        return min(times, default=None)

    async def emails(self) -> Ordered[ScheduledEmail]:
        """All emails, by person and step."""
        page = await self.stores.scheduled_emails.page(self.company_id, limit=1000)
        return sorted(page.items, key=lambda one: (one.address, one.position))

    async def enrollments(self) -> Ordered[Enrollment]:
        """All enrollments, by address."""
        page = await self.stores.enrollments.page(self.company_id, limit=1000)
        return sorted(page.items, key=lambda one: one.address)

    async def plan(self) -> SequencePlan:
        """The plan as it stands."""
        return await self.stores.sequence_plans.get(self.company_id, PLAN_ID)

    async def messages(self) -> Ordered[Message]:
        """The messages, by when they were sent."""
        return sorted(await self.clinic.messages(), key=lambda one: one.sent_at or NOON)


def _becomes(contact: Contact, _: Contact | None) -> Contact:
    return contact


_WAITING = (EmailStatus.PENDING, EmailStatus.QUEUED)
