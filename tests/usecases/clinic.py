"""A company to test with: real database, real uploads, real providers' HTTP, jobs run in this process."""

import csv
import io
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from infra.local.simulator.client import SimulatorClient
from shared.domain.campaign import Campaign
from shared.domain.channel import Channel
from shared.domain.file import File
from shared.domain.fire import Fire
from shared.domain.job import IngestFile, Job
from shared.domain.message import Message
from shared.domain.report import FireReport
from shared.providers import http
from shared.pubsub.publisher import InlinePublisher
from shared.runtime import Runtime
from shared.usecases.fire_campaign import fire_campaign
from shared.usecases.mark_ready import mark_ready
from shared.usecases.report_fire import report_fire
from shared.usecases.run_job import run_job
from shared.usecases.store_upload import store_upload
from tests.builders import a_campaign, a_company, a_source, a_template, an_email_sender, an_sms_sender

COLUMNS = ("Patient", "Phone", "Email", "Doctor", "When", "State")
ROW = {
    "Patient": "Ana",
    "Phone": "(212) 555-0187",
    "Email": "ana@example-clinic.com",
    "Doctor": "Dr Vega",
    "When": "12/24/2099 14:30",
    "State": "NY",
}


class Clinic:
    """One company and what its people do."""

    company_id = "acme"

    def __init__(self, runtime: Runtime, simulator: SimulatorClient) -> None:
        self.runtime = runtime
        self.stores = runtime.stores
        self.simulator = simulator
        self.published: list[Job] = []
        self.runs_jobs = True
        runtime.publisher = InlinePublisher(self._take)

    async def open(self) -> None:
        """Store the company, its senders and its templates, and register them with the simulators."""
        account = await self.simulator.add_account()
        sms, email = an_sms_sender(), an_email_sender()
        await self.simulator.add_number(account, sms.address)
        key = await self.simulator.add_key()
        secrets = self.runtime.secrets
        secrets.store(self.company_id, sms.id, {"account_sid": account.sid, "auth_token": account.token})
        secrets.store(
            self.company_id, email.id, {"api_key": key.key, "webhook_public_key": key.verification_key}
        )
        await self.stores.companies.add(a_company(id=self.company_id))
        for sender in (sms, email):
            await self.stores.senders.save(self.company_id, sender.id, sender)
        await self.stores.sources.save(self.company_id, "appointments", a_source())
        mail = a_template(id="mail", channel=Channel.EMAIL, subject="Your visit to {{ doctor }}")
        for template in (a_template(), mail):
            await self.stores.templates.save(self.company_id, template.id, template)

    async def close(self) -> None:
        """Close all connections."""
        await http.aclose()
        self.stores.db.close()  # type: ignore[no-untyped-call]

    async def _take(self, job: Job) -> None:
        self.published.append(job)
        if self.runs_jobs:
            await run_job(self.runtime, job)

    async def run_published(self) -> None:
        """Run the jobs that were published while `runs_jobs` was false."""
        jobs, self.published = self.published, []
        for job in jobs:
            await run_job(self.runtime, job)

    async def load(self, *rows: dict[str, str], **options: Any) -> File:
        """Upload a CSV file of these rows (each on top of ROW) and load it."""
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS)
        writer.writeheader()
        writer.writerows({**ROW, **row} for row in rows)
        return await self.load_bytes(text.getvalue().encode(), **options)

    async def load_bytes(self, content: bytes, name: str = "day.csv", **options: Any) -> File:
        """Upload a file and load it."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "upload"
            path.write_bytes(content)
            file = await store_upload(
                self.runtime, self.company_id, "appointments", name, str(path), **options
            )
        stored = await self.runtime.files.find(file.object_name)
        assert stored is not None
        job = IngestFile(
            bucket=self.runtime.settings.upload_bucket,
            object_name=file.object_name,
            generation=stored.generation,
        )
        await run_job(self.runtime, job)
        return await self.stores.files.get(self.company_id, file.id)

    async def ready(self, **changes: Any) -> Campaign:
        """A campaign, marked ready."""
        campaign = a_campaign(**changes)
        await self.stores.campaigns.save(self.company_id, campaign.id, campaign)
        return await mark_ready(self.runtime, self.company_id, campaign.id)

    async def fire(self, campaign_id: str = "reminders") -> Fire:
        """Fire the campaign now; with jobs run in this process, all is sent when this returns."""
        return await fire_campaign(self.runtime, self.company_id, campaign_id)

    async def report(self, fire: Fire) -> FireReport:
        """The fire's report."""
        return await report_fire(self.runtime, self.company_id, fire.id)

    async def messages(self) -> Sequence[Message]:
        """All messages, by row."""
        page = await self.stores.messages.page(self.company_id, limit=1000)
        return sorted(page.items, key=lambda message: (message.row_number, message.step_id))

    async def accepted(self, address: str = "") -> list[dict[str, Any]]:
        """What the providers accepted: the only judge of what was sent."""
        return [m for m in await self.simulator.messages(handset=address) if not m["incoming"]]
