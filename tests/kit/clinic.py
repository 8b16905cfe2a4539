"""A company to test with: real database, real uploads, real providers' HTTP, jobs run in this process."""

import asyncio
import csv
import io
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from infra.local.simulator.client import SimulatorClient
from shared.domain.campaigns.campaign import Campaign
from shared.domain.channels.channel import Channel
from shared.domain.files.appointments import DEDUPE_KEY, ready_mapping
from shared.domain.files.file import File
from shared.domain.files.source import SourceFormat
from shared.domain.fires.fire import Fire
from shared.domain.fires.report import FireReport
from shared.domain.job import IngestFile, Job, SendBatch
from shared.domain.messages.batch import Batch, BatchState
from shared.domain.messages.failure import Failure
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.reply import Reply
from shared.domain.messages.sending import IncomingMessage
from shared.domain.record import replace
from shared.providers.kit import http
from shared.runtime import Runtime
from shared.usecases.answers.receive_reply import receive_reply
from shared.usecases.campaigns.mark_ready import mark_ready
from shared.usecases.evidence.reconcile_sends import reconcile_sends
from shared.usecases.files.store_upload import store_upload
from shared.usecases.fires.fire_campaign import fire_campaign
from shared.usecases.run_job import run_job
from shared.views.reports import report_fire
from tests.kit.builders import a_campaign, a_company, a_source, a_template, an_email_sender, an_sms_sender
from tests.kit.clock import Clock

COLUMNS = ("Patient", "Phone", "Email", "Doctor", "When", "State")
ROW = {
    "Patient": "Ana",
    "Phone": "(212) 555-0187",
    "Email": "ana@example-clinic.com",
    "Doctor": "Dr Vega",
    "When": "12/24/2099 14:30",
    "State": "NY",
}
LOST = "+1 212 555 0006"  # answered with a 500, yet accepted and delivered
ABSENT = "+1 212 555 0005"  # answered with a 500, and not accepted


def csv_of(*rows: dict[str, str]) -> bytes:
    """A CSV file of these rows, each on top of ROW."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows({**ROW, **row} for row in rows)
    return text.getvalue().encode()


def people(count: int, digits: int = 2000) -> list[dict[str, str]]:
    """Rows of so many people, each with a number of their own that ends in `digits` and up."""
    return [{"Patient": f"P{n}", "Phone": f"+1 212 555 {digits + n:04}"} for n in range(count)]


class Clinic:
    """One company and what its people do."""

    company_id = "acme"

    def __init__(self, runtime: Runtime, simulator: SimulatorClient) -> None:
        self.runtime = runtime
        self.stores = runtime.stores
        self.simulator = simulator
        self.published: list[Job] = []
        self.runs_jobs = True
        runtime.do_jobs_here(self._take)

    async def open(self) -> None:
        """Store the company, its senders and its templates, and register them with the simulators."""
        account = await self.simulator.add_account()
        sms, email = an_sms_sender(), an_email_sender()
        await self.simulator.add_number(account, sms.address)
        key = await self.simulator.add_key()
        await self.set_credentials(sms.id, {"account_sid": account.sid, "auth_token": account.token})
        mail_fields = {
            "api_key": key.key,
            "webhook_public_key": key.verification_key,
            "inbound_public_key": key.inbound_key,
        }
        await self.set_credentials(email.id, mail_fields)
        mail = a_template(id="mail", channel=Channel("email"), subject="Your visit to {{ doctor }}")
        await asyncio.gather(
            self.stores.companies.add(a_company(id=self.company_id)),
            self.stores.sources.save(self.company_id, "appointments", a_source()),
            *(self.stores.senders.save(self.company_id, sender.id, sender) for sender in (sms, email)),
            *(self.stores.templates.save(self.company_id, one.id, one) for one in (a_template(), mail)),
        )

    async def credentials(self, sender_id: str) -> dict[str, str]:
        """What the sender signs in with."""
        return dict((await self.runtime.secrets.values(self.company_id, sender_id))[0].fields)

    async def set_credentials(self, sender_id: str, fields: Mapping[str, str]) -> None:
        """Have the sender sign in with just these, right or wrong, or with none."""
        secrets = self.runtime.secrets
        await secrets.delete(self.company_id, sender_id)
        if fields:
            await secrets.add(self.company_id, sender_id, fields, self.runtime.now())

    async def close(self) -> None:
        """Close all connections."""
        await http.aclose()
        self.stores.db.close()  # type: ignore[no-untyped-call]

    async def _take(self, job: Job) -> None:
        self.published.append(job)
        if self.runs_jobs:
            await run_job(self.runtime, job)

    def stop_clock(self, at: datetime) -> Clock:
        """From now on it is `at`, until the test moves the clock."""
        clock = Clock(at)
        self.runtime.now = clock
        return clock

    def wait_for_providers(self, seconds: float) -> None:
        """Wait no longer for an answer; who is asked to answer too late does so after ten seconds."""
        self.runtime.settings = replace(self.runtime.settings, provider_timeout_seconds=seconds)

    def later(self, by: timedelta) -> None:
        """Move the clock on, whatever it is."""
        clock = self.runtime.now
        self.runtime.now = lambda: clock() + by

    async def run_published(self) -> None:
        """Run the jobs that were published while `runs_jobs` was false."""
        jobs, self.published = self.published, []
        for job in jobs:
            await run_job(self.runtime, job)

    async def load(self, *rows: dict[str, str], **options: Any) -> File:
        """Upload a CSV file of these rows (each on top of ROW) and load it."""
        return await self.load_bytes(csv_of(*rows), **options)

    async def load_bytes(self, content: bytes, name: str = "day.csv", **options: Any) -> File:
        """Upload a file and load it."""
        file, job = await self.upload(content, name, **options)
        await run_job(self.runtime, job)
        return await self.stores.files.get(self.company_id, file.id)

    async def takes(self, form: SourceFormat, **changes: Any) -> None:
        """From now on the source takes appointments in this format, with the mapping that is proposed."""
        facts = {"format": form, "columns": ready_mapping(form), "dedupe_key": DEDUPE_KEY} | changes
        await self.stores.sources.save(self.company_id, "appointments", a_source(**facts))
        body = "Hello {{ name }}, see you on {{ start_date }} at {{ start_time }}. Reply 1 to confirm."
        await self.stores.templates.save(self.company_id, "reminder", a_template(body=body))

    async def upload(self, content: bytes, name: str = "day.csv", **options: Any) -> tuple[File, IngestFile]:
        """Upload a file; the job is what Cloud Storage announces it with."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "upload"
            path.write_bytes(content)
            file = await store_upload(
                self.runtime, self.company_id, "appointments", name, str(path), **options
            )
        stored = await self.runtime.files.find(file.object_name)
        assert stored is not None
        return file, IngestFile(
            bucket=self.runtime.settings.upload_bucket,
            object_name=file.object_name,
            generation=stored.generation,
        )

    async def ingest(self, file_id: str) -> File:
        """Load a file that was uploaded by somebody else, as Cloud Storage has it loaded."""
        file = await self.stores.files.get(self.company_id, file_id)
        stored = await self.runtime.files.find(file.object_name)
        assert stored is not None
        bucket, generation = self.runtime.settings.upload_bucket, stored.generation
        await run_job(
            self.runtime, IngestFile(bucket=bucket, object_name=file.object_name, generation=generation)
        )
        return await self.stores.files.get(self.company_id, file_id)

    async def ready(self, **changes: Any) -> Campaign:
        """A campaign, marked ready."""
        campaign = a_campaign(**changes)
        await self.stores.campaigns.save(self.company_id, campaign.id, campaign)
        return await mark_ready(self.runtime, self.company_id, campaign.id)

    async def fire(self, campaign_id: str = "reminders") -> Fire:
        """Fire the campaign now; with jobs run in this process, all is sent when this returns."""
        return await fire_campaign(self.runtime, self.company_id, campaign_id)

    async def fire_for(self, *phones: str, **changes: Any) -> Fire:
        """Load a person for each number, and fire a campaign for them."""
        await self.load(*({"Patient": f"P{n}", "Phone": phone} for n, phone in enumerate(phones)))
        await self.ready(**changes)
        return await self.fire()

    async def reconcile(self) -> dict[str, int]:
        """The tick that asks the providers' histories."""
        return await reconcile_sends(self.runtime, self.runtime.now())

    async def fire_and_queue(self) -> tuple[Fire, SendBatch]:
        """Fire the campaign and queue its only chunk; the only batch's job is announced and not yet run."""
        self.runs_jobs = False
        fire = await self.fire()
        [chunk] = self.published
        self.published = []
        await run_job(self.runtime, chunk)
        [job] = self.published
        assert isinstance(job, SendBatch)
        return fire, job

    async def die_after_intent(self, job: SendBatch) -> None:
        """Leave the batch as a worker does that was killed between intent and call, its lease over."""
        stores, now = self.stores, self.runtime.now()
        batch = await stores.batches.get(self.company_id, job.batch_id)
        message = await stores.messages.get(self.company_id, batch.message_ids[0])
        over = now - timedelta(seconds=1)
        leased = replace(batch, state=BatchState.LEASED, lease_token="dead", lease_until=over, attempt=1)
        await stores.batches.save(self.company_id, batch.id, leased)
        sending = replace(message, state=MessageState.SENDING, token="dead", attempt=1, sending_at=now)
        await stores.messages.save(self.company_id, message.id, sending)

    async def save(self, campaign: Campaign) -> None:
        """Store the campaign as it is."""
        await self.stores.campaigns.save(self.company_id, campaign.id, campaign)

    async def campaign(self) -> Campaign:
        """The campaign as it stands."""
        return await self.stores.campaigns.get(self.company_id, "reminders")

    async def batches(self) -> Sequence[Batch]:
        """All batches, by start."""
        page = await self.stores.batches.page(self.company_id, limit=1000)
        return sorted(page.items, key=lambda batch: batch.planned_start)

    async def failures(self) -> Sequence[Failure]:
        """The failures table, by row."""
        page = await self.stores.failures.page(self.company_id, limit=1000)
        return sorted(page.items, key=lambda failure: failure.row_number or 0)

    async def write(self, address: str, body: str, sender_id: str = "texts", provider_id: str = "") -> Reply:
        """A person writes to one of the clinic's senders."""
        incoming = IncomingMessage(
            provider_id=provider_id or uuid4().hex, from_address=address, to_address="+12125550100", body=body
        )
        return await receive_reply(self.runtime, self.company_id, sender_id, Channel("sms"), incoming)

    async def report(self, fire: Fire) -> FireReport:
        """The fire's report."""
        return await report_fire(self.runtime, self.company_id, fire.id)

    async def messages(self) -> Sequence[Message]:
        """All messages, by row."""
        page = await self.stores.messages.page(self.company_id, limit=1000)
        return sorted(page.items, key=lambda message: (message.row_number or 0, message.step_id))

    async def by_address(self) -> dict[str, Message]:
        """All messages; for tests in which each has an address of its own."""
        return {message.address: message for message in await self.messages()}

    async def lose_answer(self, message: Message, **changes: Any) -> Message:
        """Leave the message as after an answer that was lost."""
        lost = replace(
            message,
            state=MessageState.UNKNOWN,
            provider_id=None,
            sent_at=None,
            search_at=message.sending_at,
            **changes,
        )
        await self.stores.messages.save(self.company_id, lost.id, lost)
        return lost

    async def sent_counts(self) -> dict[str, int]:
        """How often the providers accepted something for each address."""
        return dict(Counter(message["handset"] for message in await self.accepted()))

    async def accepted(self, address: str = "") -> list[dict[str, Any]]:
        """What the providers accepted: the only judge of what was sent."""
        return [m for m in await self.simulator.messages(handset=address) if not m["incoming"]]
