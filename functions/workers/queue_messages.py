"""Topic queue-messages: turn a chunk of an audience into messages."""

from functions.triggers import worker
from shared.domain.job import QueueMessages
from shared.runtime import Runtime
from shared.usecases import queue_messages as usecase


@worker(QueueMessages)
async def queue_messages(runtime: Runtime, job: QueueMessages) -> None:
    """Do the job."""
    await usecase.queue_messages(runtime, job)
