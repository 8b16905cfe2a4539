"""Topic send-batch: send one batch."""

from functions.triggers import worker
from shared.domain.job import SendBatch
from shared.runtime import Runtime
from shared.usecases.sending import send_batch as usecase


@worker(SendBatch)
async def send_batch(runtime: Runtime, job: SendBatch) -> None:
    """Send the job's batch, unless another worker has it."""
    await usecase.send_batch(runtime, job)
