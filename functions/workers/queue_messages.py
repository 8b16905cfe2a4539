"""Topic queue-messages: turn a chunk of an audience into messages."""

from functions.triggers import worker
from shared.domain.job import QueueMessages
from shared.runtime import Runtime
from shared.usecases.fires import queue_messages as usecase


@worker(QueueMessages)
async def queue_messages(runtime: Runtime, job: QueueMessages) -> None:
    """Turn the job's chunk of recipients into messages."""
    await usecase.queue_messages(runtime, job)
