"""A trial of a sequence over SMTP: an email to everybody, and the next one planned; one of them replies."""

import asyncio
from collections import Counter
from datetime import time
from typing import Any

from infra.local.mail_host.client import MailHostClient
from shared.domain.campaigns.audience import PastedAddresses, PeopleAudience
from shared.domain.channels.channel import Channel
from shared.domain.messages.message import MessageState
from shared.domain.record import replace
from shared.domain.senders.sender import Provider
from shared.domain.sequences.enrollment import EndReason, Enrollment, EnrollmentState
from shared.domain.sequences.mailbox import Mailbox
from shared.domain.sequences.sequence import Sequence, SequenceState, SequenceStep
from shared.domain.sequences.sequence_plan import PLAN_ID
from shared.firestore.kit.transactions import Transaction, transact
from shared.usecases.campaigns.find_source import keep_contact_source
from shared.usecases.sequences.start_enrolling import start_enrolling
from tests.faults.scenario import SETTLED_WITHIN
from tests.faults.standing_trial import StandingTrial
from tests.faults.trial_books import PENDING
from tests.kit.builders import an_email_sender

SEQUENCE = "welcome"
# A slot every four seconds, and a mailbox for each: so all go out at once, and none waits for tomorrow.
CAPACITY = 20_000
LOOK_SECONDS = 2.0
_EMAIL = Channel("email")
_EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)


class SequenceTrial(StandingTrial):
    """People in a sequence. Done is when each got the first email and waits for the second, or is out."""

    host: MailHostClient

    async def open(self) -> None:
        """Store a mailbox at the mail host for everybody, and the sequence that sends from them."""
        await super().open()
        self.planned, self.has_receipts = len(self.numbers), False
        self._noted: set[str] = set()
        self._has_replied = False
        ids = [await self._mailbox(place) for place in range(len(self.numbers))]
        now = self.runtime.now()
        sequence = Sequence(
            id=SEQUENCE,
            name="Welcome",
            start_time=time(0),
            end_time=time(23, 59, 59),
            time_zone="America/New_York",
            days=_EVERY_DAY,
            steps=(
                SequenceStep(id="one", position=1, subject="Hello", content="First."),
                # Not tomorrow: late in the evening that is so near that it is on the queue.
                SequenceStep(id="two", position=2, wait_days=2, content="Second."),
            ),
            mailbox_ids=tuple(ids),
            state=SequenceState.ACTIVE,
            created_at=now,
            updated_at=now,
        )
        await self.stores.sequences.save(self.company_id, SEQUENCE, sequence)
        await keep_contact_source(self.runtime, self.company_id)

    async def _mailbox(self, place: int) -> str:
        """Each has a sender with credentials at the mail host, which posts what comes back."""
        item_id, address, now = f"box{place}", f"box{place}@{self._domain}", self.runtime.now()
        query = f"company={self.company_id}&sender={item_id}"
        url = f"{self.runtime.settings.public_url}/messages/mail?{query}"
        fields = await self.host.add_mailbox(address, inbound_url=url)
        sender = replace(
            an_email_sender(id=item_id, address=address, rate_per_second=10.0), provider=Provider("smtp")
        )
        await self.stores.senders.save(self.company_id, item_id, sender)
        await self.runtime.secrets.add(self.company_id, item_id, fields, now)
        mailbox = Mailbox(
            id=item_id, email=address, provider=sender.provider, daily_capacity=CAPACITY, created_at=now
        )
        await self.stores.mailboxes.save(self.company_id, item_id, mailbox)
        return item_id

    @property
    def _domain(self) -> str:
        return f"{self.company_id}.example"

    def addresses(self) -> list[str]:
        """Where the emails go."""
        return [f"p{place}@people-{self._domain}" for place in range(len(self.numbers))]

    async def start(self, **options: object) -> None:
        """Bring everybody in; ticks do the rest."""
        people = PastedAddresses(channel=_EMAIL, addresses=tuple(self.addresses()))
        audience = PeopleAudience(include=(people,))
        await start_enrolling(self.runtime, self.company_id, SEQUENCE, audience, "enrolling", "chaos")
        self.meanwhile(self._reply())

    async def _reply(self) -> None:
        """The first one answers the email, once it is there: then no more may be planned for that address."""
        first = self.addresses()[0]

        async def is_out() -> bool:
            ended = [one for one in await self.enrollments() if one.address == first and not one.is_active]
            return bool(ended)

        async def has_replied() -> bool:
            has_mail = bool(await self.host.mails(first))
            if not has_mail and await self._is_over(first):
                return True
            if not self._has_replied and has_mail:
                self._has_replied = await self._told(self.host.reply(first, "Thank you."))
            return self._has_replied and await is_out()

        await self.until(has_replied, seconds=SETTLED_WITHIN)

    async def _is_over(self, address: str) -> bool:
        """Whether the message failed, or never will be known to have left."""
        states = {one.state for one in await self.messages() if one.address == address}
        return bool(states & {MessageState.FAILED, MessageState.UNKNOWN})

    async def _told(self, telling: Any) -> bool:
        """Whether it was taken: who would take it may just be dead."""
        try:
            await telling
        except ValueError:
            return False
        return True

    async def enrollments(self) -> list[Enrollment]:
        """All of them."""
        return (await self.stores.enrollments.page(self.company_id, limit=1000)).items

    async def until(self, holds: Any, *, seconds: float) -> None:
        """As any trial, with the plan looked at more often than each five minutes."""
        looking = asyncio.create_task(self._look_often())
        try:
            await super().until(holds, seconds=seconds)
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)

    async def _look_often(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await transact(self.stores.db, self._make_due)

    async def _make_due(self, transaction: Transaction) -> None:
        """Have the next tick find the plan, unless a worker is at it."""
        now, plans = self.runtime.now(), self.stores.sequence_plans
        plan = await plans.find(self.company_id, PLAN_ID, transaction)
        if plan is None or not plan.is_active or plan.due_at is None or plan.due_at <= now:
            return
        if plan.lease_until is None or plan.lease_until < now:
            due = replace(plan, due_at=now, planned_at=None)  # what is new is planned at once
            plans.put(transaction, self.company_id, PLAN_ID, due)

    async def _is_settled(self) -> bool:
        messages = await self.messages()
        states = Counter(message.state for message in messages)
        if len(messages) < len(self.numbers) or not self.is_quiet() or any(states[one] for one in PENDING):
            return False
        if not await self.are_batches_done():
            return False
        accepted = {one["handset"] for one in await self._all_accepted()}
        unknown = {one.address for one in messages if one.state is MessageState.UNKNOWN}
        for address in (unknown & accepted) - self._noted:
            # A server's note that the mail waits: it names the mail, and so proves that it left.
            if await self._told(self.host.return_mail(address, status="4.4.1", action="delayed")):
                self._noted.add(address)
        if unknown & accepted:
            return False
        people = [one for one in await self.enrollments() if one.address not in unknown]
        return all([await self._is_through(one) for one in people])

    async def _is_through(self, enrollment: Enrollment) -> bool:
        """The one who replied is out; the others wait for the second email, whose time is known."""
        if enrollment.address == self.addresses()[0]:
            return enrollment.end_reason in (EndReason.REPLIED, EndReason.FAILED)
        if enrollment.state is not EnrollmentState.ACTIVE:
            return enrollment.end_reason is EndReason.FAILED and self.may_be_failed
        item_id = enrollment.next_email_id
        following = await self.stores.scheduled_emails.find(self.company_id, item_id) if item_id else None
        return enrollment.current_step == 1 and following is not None and following.is_planned

    async def _all_accepted(self) -> list[dict[str, Any]]:
        """The mail host's books."""
        return [
            {"handset": mail["recipient"], "body": mail["body"], "receipts_done": True, "incoming": False}
            for mail in await self.host.mails()
            if mail["mailbox"].endswith(f"@{self._domain}")
        ]
