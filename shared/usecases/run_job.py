"""Run a job in this process: what the inline bus does."""

from shared.domain.job import IngestFile, Job, PreviewCampaign, QueueMessages, SendBatch
from shared.runtime import Runtime


async def run_job(runtime: Runtime, job: Job) -> None:
    """Call the use case that takes this kind of job."""
    match job:
        case IngestFile():
            from shared.usecases.ingest_file import ingest_file

            await ingest_file(runtime, job)
        case QueueMessages():
            from shared.usecases.queue_messages import queue_messages

            await queue_messages(runtime, job)
        case PreviewCampaign():
            from shared.usecases.preview_campaign import preview_campaign

            await preview_campaign(runtime, job)
        case SendBatch():
            from shared.usecases.send_batch import send_batch

            await send_batch(runtime, job)
