"""A company in the midst of its work, with something in every collection: what an upgrade finds."""

from datetime import timedelta
from typing import Any

from infra.local.simulator.outcomes import Answer
from shared.domain.campaigns.schedule import Schedule, ScheduleKind
from shared.domain.channels.channel import Channel
from shared.domain.companies.api_key import Scope
from shared.domain.fires.deletion_work import DeletionWork, Part, Place
from shared.domain.fires.fire import Fire
from shared.domain.idempotency import IdempotencyRecord
from shared.domain.job import QueueMessages, SendBatch
from shared.domain.record import replace
from shared.usecases.campaigns.pause_campaign import pause_campaign
from shared.usecases.campaigns.start_preview import start_preview
from shared.usecases.companies.create_api_key import create_api_key
from shared.usecases.companies.delete_company import delete_company
from shared.usecases.contacts.start_deletion import start_deletion
from shared.usecases.evidence.reconcile_sends import reconcile_sends
from shared.usecases.files.start_upload import start_upload
from shared.usecases.fires.refuse_fire import refuse_fire
from shared.usecases.ledger.summarize_fire import summarize_fire
from shared.usecases.run_job import run_job
from shared.usecases.sending.call_provider import call_provider
from shared.usecases.sending.claim_batch import claim_batch
from shared.usecases.sending.intend_messages import intend_messages
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from tests.kit.builders import a_campaign, a_company, a_step, a_template, an_audience
from tests.kit.clinic import Clinic

EVERYBODY = 210  # three batches
FEW = 4


async def work(clinic: Clinic) -> str:
    """Do everything a company does, up to the midst of it; the text of its API key."""
    await clinic.open()
    _, key = await create_api_key(clinic.runtime, clinic.company_id, "Before the upgrade", [Scope.ADMIN])
    await _keep_an_answer(clinic)
    everybody = [{"Patient": f"P{n}", "Phone": f"+1 212 555 {2000 + n}"} for n in range(EVERYBODY)]
    many = await clinic.load(*everybody, {"Patient": "Wrong", "When": "tomorrow"})
    few = await clinic.load(*({"Patient": f"F{n}", "Phone": f"+1 212 555 {3000 + n}"} for n in range(FEW)))
    await start_upload(clinic.runtime, clinic.company_id, "appointments", "not here yet.csv")
    for name in ("closed", "paused", "scheduled", "running"):
        body = f"{{{{ name }}}}, this is the {name} one. Reply 1 to confirm, 2 to cancel."
        await clinic.stores.templates.save(
            clinic.company_id, name, replace(a_template(id=name), name=name, body=body)
        )
    await _closed(clinic, few.id)
    await _paused(clinic, few.id)
    soon = clinic.runtime.now().replace(tzinfo=None, microsecond=0) + timedelta(minutes=1)
    schedule = Schedule(kind=ScheduleKind.ONCE, at=soon, time_zone="UTC")
    await _ready(clinic, "scheduled", few.id, schedule=schedule)
    await clinic.save(a_campaign(id="draft", steps=(a_step(template_id="closed"),)))
    await start_preview(clinic.runtime, clinic.company_id, "draft")
    await clinic.run_published()
    await _running(clinic, many.id)
    await _note_ticks(clinic)
    await _delete_and_tell(clinic)
    return key


async def _ready(clinic: Clinic, name: str, file_id: str, **changes: Any) -> None:
    await clinic.ready(id=name, audience=an_audience(file_id), steps=(a_step(template_id=name),), **changes)


async def _keep_an_answer(clinic: Clinic) -> None:
    now = clinic.runtime.now()
    record = IdempotencyRecord(
        id="answer",
        request_hash="h",
        token="t",
        until=now,
        expires_at=now + timedelta(hours=24),
        status=201,
        body=b"{}",
    )
    await clinic.stores.idempotency.save(clinic.company_id, record.id, record)


async def _closed(clinic: Clinic, file_id: str) -> None:
    """A fire that is closed but for one message of unknown outcome, which was accepted; and its answers."""
    clinic.runs_jobs = True
    await clinic.simulator.ask_fault("twilio", Answer.ERROR_ACCEPTED, count=1)
    await _ready(clinic, "closed", file_id)
    await clinic.fire("closed")
    await clinic.simulator.clear_faults()
    for number, text in ((3001, "1"), (3002, "when?"), (2107, "STOP")):
        await clinic.write(f"+1212555{number}", text)
    clinic.runs_jobs = False
    clinic.published = []


async def _planned(clinic: Clinic, name: str) -> tuple[Fire, list[SendBatch]]:
    """A fire whose messages are queued, and the jobs nobody has done."""
    clinic.published = []
    fire = await clinic.fire(name)
    [chunk] = [job for job in clinic.published if isinstance(job, QueueMessages)]
    clinic.published = []
    await run_job(clinic.runtime, chunk)
    jobs = [job for job in clinic.published if isinstance(job, SendBatch)]
    clinic.published = []
    return fire, jobs


async def _paused(clinic: Clinic, file_id: str) -> None:
    await _ready(clinic, "paused", file_id)
    _, [job] = await _planned(clinic, "paused")
    await pause_campaign(clinic.runtime, clinic.company_id, "paused")
    await run_job(clinic.runtime, job)


async def _running(clinic: Clinic, file_id: str) -> None:
    """One batch is sent, of one the worker died after its call, one was announced to nobody."""
    await _ready(clinic, "running", file_id)
    fire, [first, second, _] = await _planned(clinic, "running")
    await run_job(clinic.runtime, first)
    runtime, company_id = clinic.runtime, clinic.company_id
    claim = await claim_batch(runtime, company_id, second.batch_id)
    assert claim is not None
    content = await runtime.stores.campaign_contents.frozen(company_id, fire.campaign_id, fire.content_hash)
    intents = await intend_messages(runtime, company_id, claim, content, claim.batch.message_ids[:5])
    sender = content.senders[claim.batch.sender_id]
    provider = runtime.message_sender(sender, await runtime.credentials(company_id, sender))
    await call_provider(runtime, company_id, claim, sender, provider, content, intents.intended[:3])
    await summarize_fire(runtime, company_id, fire.id)


async def _delete_and_tell(clinic: Clinic) -> None:
    """Somebody was forgotten, another company is gone, and a campaign could not start once."""
    runtime, company_id = clinic.runtime, clinic.company_id
    await start_deletion(runtime, company_id, Channel("sms"), "+12125559999", asked_by="ops")
    waiting = DeletionWork(
        id="waiting",
        channel=Channel("sms"),
        address="+12125558888",
        due_at=runtime.now(),
        part=Part.FAILURES,
        place=Place("file", 1),
        file_ids=("file",),
        left={"messages": ("message",)},
    )
    await clinic.stores.deletion_work.save(company_id, waiting.id, waiting)
    await clinic.stores.companies.add(a_company(id="gone"))
    await delete_company(runtime, "gone", asked_by="ops")
    scheduled = await clinic.stores.campaigns.get(company_id, "scheduled")
    await refuse_fire(runtime, company_id, scheduled, "Its file was still loading.")


async def _note_ticks(clinic: Clinic) -> None:
    now = clinic.runtime.now()
    await clinic.stores.ticks.take("sweep_stalled_work", now)
    await sweep_stalled_work(clinic.runtime, now)
    await reconcile_sends(clinic.runtime, now - timedelta(minutes=30))  # nothing is due yet
    await clinic.stores.ticks.beat("watch_work", now, {})
    await clinic.stores.system.note_zone_data("2026f")  # as the fire tick does
