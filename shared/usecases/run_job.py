"""Run a job in this process: what the inline bus does."""

from shared import tracing
from shared.domain.job import (
    TOPICS,
    ForgetPerson,
    GatherPeople,
    ImportContacts,
    IngestFile,
    Job,
    PreviewCampaign,
    QueueMessages,
    RecordReceipts,
    SendBatch,
)
from shared.runtime import Runtime
from shared.usecases.ledger.count_costs import count_costs


async def run_job(runtime: Runtime, job: Job) -> None:
    """Call the use case that takes this kind of job."""
    name = TOPICS[type(job)].replace("-", "_")
    with tracing.span(name, "consumer"):
        async with count_costs(runtime, name, is_for_one_fire=True):
            await _run(runtime, job)


async def _run(runtime: Runtime, job: Job) -> None:
    match job:
        case IngestFile():
            from shared.usecases.files.ingest_file import ingest_file

            await ingest_file(runtime, job)
        case QueueMessages():
            from shared.usecases.fires.queue_messages import queue_messages

            await queue_messages(runtime, job)
        case PreviewCampaign():
            from shared.usecases.campaigns.preview_campaign import preview_campaign

            await preview_campaign(runtime, job)
        case SendBatch():
            from shared.usecases.sending.send_batch import send_batch

            await send_batch(runtime, job)
        case RecordReceipts():
            from shared.usecases.answers.record_receipts import record_receipts

            await record_receipts(runtime, job)
        case ForgetPerson():
            from shared.usecases.contacts.forget_person import forget_person

            await forget_person(runtime, job)
        case GatherPeople():
            from shared.usecases.fires.gather_people import gather_people

            await gather_people(runtime, job)
        case ImportContacts():
            from shared.usecases.contact_imports.import_contacts import import_contacts

            await import_contacts(runtime, job)
