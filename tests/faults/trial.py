"""One company, one file, one campaign, sent while something goes wrong; and the verdict on it."""

import asyncio
import csv
import io
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from infra.local.simulator.client import SimulatorClient
from shared.domain.campaigns.audience import FileRows, PeopleAudience
from shared.domain.campaigns.broadcast import BroadcastState, campaign_of
from shared.domain.campaigns.schedule import Schedule, ScheduleKind
from shared.domain.campaigns.step import AfterDelay, DelayMeasure, Step
from shared.domain.campaigns.window import ContactWindow
from shared.domain.channels.channel import Channel
from shared.domain.files.file import File, FileState
from shared.domain.messages.batch import BatchState
from shared.domain.messages.message import MessageState
from shared.domain.record import replace
from shared.domain.senders.sender import Provider
from shared.domain.templates.template import Template
from shared.firestore.queries.messages import FIRE_BATCHES
from shared.runtime import Runtime
from shared.usecases.campaigns.find_source import keep_contact_source
from shared.usecases.campaigns.mark_ready import mark_ready
from shared.usecases.campaigns.save_broadcast import create_broadcast
from shared.usecases.files.store_upload import store_upload
from tests.faults.account import (
    BROADCAST,
    CALLS_SENDER,
    PAGES,
    STEPS,
    TEXTS_SENDER,
    Account,
    number_of,
    person_of,
    wave_of,
)
from tests.faults.trial_books import PENDING, THANKS, TrialBooks
from tests.kit.builders import (
    ALWAYS,
    a_campaign,
    a_chat_sender,
    a_company,
    a_page_sender,
    a_source,
    a_template,
    a_voice_sender,
    an_audience,
    an_email_sender,
    an_sms_sender,
)

RATE_PER_SECOND = 3.0  # four messages to a group, so that a crash finds some sent, some not
POLL_SECONDS = 0.25
HEADER = ("Patient", "Phone", "Email", "Doctor", "When", "State")
NEW_YORK = ZoneInfo("America/New_York")  # the company's zone


class Unsettled(Exception):
    """It did not come to an end in the time given."""


class Trial(TrialBooks):
    """A company at work. `people` get a text and an email each, unless `channels` says otherwise.

    `by_service`: the texts come from a messaging service whose pool is the account's number.
    `has_later_step`: the last step is planned when the sending of the one before has ended. As a broadcast
    its first wave goes over the first of the channels, and its second over the other.
    """

    def __init__(
        self,
        runtime: Runtime,
        simulator: SimulatorClient,
        account: Account,
        *,
        people: int = 9,
        numbers: Sequence[str] = (),
        channels: Sequence[Channel] = (Channel("sms"), Channel("email")),
        rate_per_second: float = RATE_PER_SECOND,
        by_service: bool = False,
        has_later_step: bool = False,
        is_broadcast: bool = False,
    ) -> None:
        campaign_id = campaign_of(BROADCAST, runtime.now()).id if is_broadcast else "reminders"
        everybody = numbers or [number_of(place) for place in range(people)]
        super().__init__(runtime, simulator, account, campaign_id, channels, everybody)
        self.refused: set[str] = set()  # addresses that must get nothing
        self.may_be_unknown = False
        self.may_be_failed = False
        self.has_receipts = not numbers
        self.is_quiet: Callable[[], bool] = lambda: True
        self._rate_per_second = rate_per_second
        self._by_service = by_service
        self._has_later_step = has_later_step
        self._is_broadcast = is_broadcast
        self._tasks: list[asyncio.Task[None]] = []
        self.started = time.monotonic()

    def meanwhile(self, work: Coroutine[Any, Any, None]) -> None:
        """Do this beside the trial; it is not settled before that is done."""
        self._tasks.append(asyncio.create_task(work))

    async def open(self) -> None:
        """Store company, senders, source and templates."""
        company = self.company_id
        await self.stores.companies.add(a_company(id=company))
        rate = self._rate_per_second
        senders = (
            an_sms_sender(id=TEXTS_SENDER, address=await self._texts_address(), rate_per_second=rate),
            an_email_sender(
                rate_per_second=rate, provider=Provider("ses" if self.account.ses else "sendgrid")
            ),
            a_voice_sender(id=CALLS_SENDER, address=self.account.number, rate_per_second=rate),
            a_chat_sender(address=self.account.number, rate_per_second=rate),
            a_page_sender(address=self.account.page.address.partition(":")[2], rate_per_second=rate),
        )
        for sender in senders:
            await self.stores.senders.save(company, sender.id, sender)
        if self.account.ses and not await self.simulator.subscribe_ses(self.account.mails):
            raise Unsettled("the subscription to the topic of Amazon SES was not confirmed")
        await self.stores.sources.save(company, "appointments", a_source())
        mail = a_template(id="mail", channel=Channel("email"), subject="Your visit to {{ doctor }}")
        call = a_template(id="call", channel=Channel("voice"), body="Hello {{ name }}, you see {{ doctor }}.")
        page = a_template(id="page", channel=PAGES, body="Hello {{ name }}, you come soon.")
        for template in (a_template(), mail, call, page, await self._chat_template()):
            await self.stores.templates.save(company, template.id, template)

    async def _chat_template(self) -> Template:
        """What begins a WhatsApp conversation: the provider's own, which says the same as the text."""
        text = "Hello {{1}}, you see {{2}} soon."
        content = await self.simulator.add_content(self.account.twilio, text, buttons={"1": "Yes"})
        values = {"1": "{{ name }}", "2": "{{ doctor }}"}
        facts = {"body": "", "content_id": content, "content_values": values}
        return a_template(id="chat", channel=Channel("whatsapp"), **facts)

    async def _texts_address(self) -> str:
        """The account's number, or a service that has it in its pool and tells what is written to it."""
        account = self.account
        if not self._by_service:
            return account.number
        return await self.simulator.add_service(
            account.twilio, account.number, inbound_url=account.incoming_url
        )

    async def start(
        self, *, window_closes_in: float | None = None, is_for_people: bool = False, seconds: float = 60
    ) -> None:
        """Upload the file, wait until it is loaded, and schedule the campaign for now; ticks do the rest.

        `is_for_people`: it is for the people of the file, who are found when it fires.
        """
        if PAGES in self.channels:
            await self._open_conversations(seconds)
        self.started = time.monotonic()
        file = await self._upload()
        await self.until(lambda: self._is_loaded(file.id), seconds=seconds)
        if self._is_broadcast:
            await self._plan_broadcast(file.id)
            return
        window = ALWAYS if window_closes_in is None else self._closing_window(window_closes_in)
        wall = self.runtime.now().replace(tzinfo=None) - timedelta(seconds=1)
        campaign = a_campaign(
            audience=PeopleAudience(include=(FileRows(file_id=file.id),))
            if is_for_people
            else an_audience(file.id),
            steps=self._steps(),
            window=window,
            reply_options=(replace(a_campaign().reply_options[0], acknowledgement=THANKS),)
            if self.acknowledges
            else a_campaign().reply_options,
            schedule=Schedule(kind=ScheduleKind.ONCE, at=wall, time_zone="UTC"),
        )
        await keep_contact_source(self.runtime, self.company_id)
        await self.stores.campaigns.save(self.company_id, campaign.id, campaign)
        await mark_ready(self.runtime, self.company_id, campaign.id)

    def _steps(self) -> tuple[Step, ...]:
        steps = [STEPS[channel] for channel in self.channels]
        if self._has_later_step:
            delay = AfterDelay(seconds=2, counted_from=DelayMeasure.STEP)
            steps[-1] = replace(steps[-1], when=delay)
        return tuple(steps)

    async def _plan_broadcast(self, file_id: str) -> None:
        """A broadcast for the people of the file, due in two seconds."""
        first, second = (wave_of(STEPS[channel]) for channel in self.channels)
        people = PeopleAudience(include=(FileRows(file_id=file_id),))
        at = self.runtime.now().replace(tzinfo=None) + timedelta(seconds=2)
        planned = replace(BROADCAST, audience=people, at=at, first=first, second=second)
        await create_broadcast(self.runtime, self.company_id, planned)

    async def _open_conversations(self, seconds: float) -> None:
        """Everybody has written to the page: only so may they be written to."""
        for number in self.numbers:
            page = self.account.page.address
            await self.simulator.reply(f"messenger:{person_of(number)}", "Hello", sender=page)

        async def are_open() -> bool:
            found = await self.stores.conversations.page(self.company_id, limit=len(self.numbers))
            return len(found.items) == len(self.numbers)

        await self.until(are_open, seconds=seconds)

    def _closing_window(self, seconds: float) -> ContactWindow:
        """A window that closes for two seconds, `seconds` from now, and is open all the time else."""
        local = self.runtime.now().astimezone(NEW_YORK)
        closes, opens = (
            (local + timedelta(seconds=seconds + more)).time().replace(microsecond=0) for more in (0, 2)
        )
        return ContactWindow(opens=opens, closes=closes)

    async def _upload(self) -> File:
        """Everybody, and one row that cannot be read."""
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(HEADER)
        for place, number in enumerate(self.numbers):
            mailbox = f"p{place}@example-clinic.com"
            doctor = person_of(number) if PAGES in self.channels else "Dr Vega"
            writer.writerow((f"P{place}", number, mailbox, doctor, "12/24/2099 14:30", "NY"))
        writer.writerow(("Wrong", "+12125552999", "wrong@example-clinic.com", "Dr Vega", "tomorrow", "NY"))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "day.csv"
            path.write_text(text.getvalue())
            return await store_upload(self.runtime, self.company_id, "appointments", "day.csv", str(path))

    async def _is_loaded(self, file_id: str) -> bool:
        file = await self.stores.files.get(self.company_id, file_id)
        if file.state is FileState.REFUSED:
            raise Unsettled(f"the file was refused: {file.refusal}")
        return file.state is FileState.LOADED

    async def until(self, holds: Callable[[], Coroutine[Any, Any, bool]], *, seconds: float) -> None:
        """Wait until it holds. Raises Unsettled."""
        try:
            async with asyncio.timeout(seconds):
                while not await holds():
                    await asyncio.sleep(POLL_SECONDS)
        except TimeoutError:
            raise Unsettled(f"not within {seconds:g} s: {holds.__qualname__}") from None

    async def give_up(self) -> None:
        """End what still goes on beside the trial."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def settle(self, *, seconds: float) -> None:
        """Wait until all is quiet: work done, receipts in, and the ledger says what is stored."""
        async with asyncio.timeout(seconds):
            await asyncio.gather(*self._tasks)
        await self.until(self._is_settled, seconds=seconds)

    async def _is_settled(self) -> bool:
        fire = await self.fire()
        if fire is None or not fire.is_closed or not self.is_quiet():
            return False
        if self._is_broadcast and not await self._is_ended():
            return False
        progress = await self.progress()
        states = Counter(message.state for message in await self.messages())
        if any(states[state] for state in PENDING) or progress is None:
            return False
        if (progress.ledger.sent, progress.ledger.unknown) != (
            states[MessageState.SENT],
            states[MessageState.UNKNOWN],
        ):
            return False
        for state in (BatchState.DISPATCHED, BatchState.LEASED, BatchState.WAITING, BatchState.HELD):
            if await self.stores.batches.some(self.company_id, FIRE_BATCHES, fire.id, state, limit=1):
                return False
        if not all(message["receipts_done"] for message in await self._all_accepted()):
            return False
        if self.acknowledges and not await self.acknowledged():
            return False
        bundles = await self.stores.receipt_bundles.page(self.company_id, limit=1)
        return not bundles.items  # they are recorded a moment after they came

    async def _is_ended(self) -> bool:
        """Whether the broadcast has ended, and the next one, and no other, is planned."""
        found = (await self.stores.broadcasts.page(self.company_id, limit=10)).items
        states = Counter(one.state for one in found)
        return states == Counter({BroadcastState.ENDED: 1, BroadcastState.PLANNED: 1})
