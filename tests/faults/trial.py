"""One company, one file, one campaign, sent while something goes wrong; and the verdict on it."""

import asyncio
import csv
import io
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from infra.local.simulator.client import SendGridKey, SimulatorClient, TwilioAccount
from shared.domain.campaigns.audience import FileRows, PeopleAudience
from shared.domain.campaigns.schedule import Schedule, ScheduleKind
from shared.domain.campaigns.window import ContactWindow
from shared.domain.channels.channel import Channel
from shared.domain.files.file import File, FileState
from shared.domain.fires.fire import Fire, FireProgress
from shared.domain.messages.batch import BatchState
from shared.domain.messages.message import Message, MessageState
from shared.firestore.queries.messages import FIRE_BATCHES
from shared.runtime import Runtime
from shared.usecases.campaigns.find_source import keep_contact_source
from shared.usecases.campaigns.mark_ready import mark_ready
from shared.usecases.files.store_upload import store_upload
from tests.kit.builders import (
    ALWAYS,
    a_campaign,
    a_company,
    a_source,
    a_step,
    a_template,
    an_audience,
    an_email_sender,
    an_sms_sender,
)

RATE_PER_SECOND = 3.0  # four messages to a group, so that a crash finds some sent, some not
POLL_SECONDS = 0.25
TEXTS_SENDER = "texts"
HEADER = ("Patient", "Phone", "Email", "Doctor", "When", "State")
NEW_YORK = ZoneInfo("America/New_York")  # the company's zone
STEPS = {
    Channel("sms"): a_step(),
    Channel("email"): a_step(
        id="mail", channel=Channel("email"), template_id="mail", sender_id="mails", address_field="email"
    ),
}
PENDING = (MessageState.QUEUED, MessageState.SENDING)


class Unsettled(Exception):
    """It did not come to an end in the time given."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """What a company has at the providers."""

    company_id: str
    twilio: TwilioAccount
    sendgrid: SendGridKey
    number: str
    incoming_url: str


class Trial:
    """A company at work. `people` get a text and an email each, unless `channels` says otherwise.

    `by_service`: the texts come from a messaging service whose pool is the account's number.
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
    ) -> None:
        self.runtime = runtime
        self.stores = runtime.stores
        self.simulator = simulator
        self.account = account
        self.company_id = account.company_id
        self.channels = channels
        self.numbers = list(numbers) or [_number(place) for place in range(people)]
        self.planned = len(self.numbers) * len(channels)
        self.refused: set[str] = set()  # addresses that must get nothing
        self.may_be_unknown = False
        self.may_be_failed = False
        self.has_receipts = not numbers
        self.is_quiet: Callable[[], bool] = lambda: True
        self._rate_per_second = rate_per_second
        self._by_service = by_service
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
            an_email_sender(rate_per_second=rate),
        )
        for sender in senders:
            await self.stores.senders.save(company, sender.id, sender)
        await self.stores.sources.save(company, "appointments", a_source())
        mail = a_template(id="mail", channel=Channel("email"), subject="Your visit to {{ doctor }}")
        for template in (a_template(), mail):
            await self.stores.templates.save(company, template.id, template)

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
        self.started = time.monotonic()
        file = await self._upload()
        await self.until(lambda: self._is_loaded(file.id), seconds=seconds)
        window = ALWAYS if window_closes_in is None else self._closing_window(window_closes_in)
        wall = self.runtime.now().replace(tzinfo=None) - timedelta(seconds=1)
        campaign = a_campaign(
            audience=PeopleAudience(include=(FileRows(file_id=file.id),))
            if is_for_people
            else an_audience(file.id),
            steps=tuple(STEPS[channel] for channel in self.channels),
            window=window,
            schedule=Schedule(kind=ScheduleKind.ONCE, at=wall, time_zone="UTC"),
        )
        await keep_contact_source(self.runtime, self.company_id)
        await self.stores.campaigns.save(self.company_id, campaign.id, campaign)
        await mark_ready(self.runtime, self.company_id, campaign.id)

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
            writer.writerow((f"P{place}", number, mailbox, "Dr Vega", "12/24/2099 14:30", "NY"))
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
        if not all(message["receipts_done"] for message in await self.accepted()):
            return False
        bundles = await self.stores.receipt_bundles.page(self.company_id, limit=1)
        return not bundles.items  # they are recorded a moment after they came

    async def fire(self) -> Fire | None:
        """The campaign's fire, once there is one."""
        campaign = await self.stores.campaigns.find(self.company_id, "reminders")
        if campaign is None or campaign.last_fire_id is None:
            return None
        return await self.stores.fires.get(self.company_id, campaign.last_fire_id)

    async def progress(self) -> FireProgress | None:
        """The fire's ledger as people see it."""
        fire = await self.fire()
        return await self.stores.fire_progress.find(self.company_id, fire.id) if fire else None

    async def messages(self) -> list[Message]:
        """All messages."""
        found: list[Message] = []
        after = None
        while True:
            page = await self.stores.messages.page(self.company_id, limit=1000, after=after)
            found += page.items
            after = page.next_after
            if after is None:
                return found

    async def accepted(self) -> list[dict[str, Any]]:
        """What the providers accepted: the only judge of what was sent."""
        found: list[dict[str, Any]] = []
        for account in (self.account.twilio.sid, self.account.sendgrid.key):
            found += await self.simulator.messages(account=account)
        return [message for message in found if not message["incoming"]]

    def addresses(self) -> list[str]:
        """Where the messages go."""
        addresses = list(self.numbers) if Channel("sms") in self.channels else []
        if Channel("email") in self.channels:
            addresses += [f"p{place}@example-clinic.com" for place in range(len(self.numbers))]
        return addresses


def _number(place: int) -> str:
    """A number whose last four digits mean nothing to the simulator."""
    return f"+1212{555 + place // 8000}{2000 + place % 8000:04}"
