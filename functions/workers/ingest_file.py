"""Topic ingest-file: an upload was finished, load it."""

from functions.triggers import worker
from shared.domain.job import IngestFile
from shared.runtime import Runtime
from shared.usecases.files import ingest_file as usecase


@worker(IngestFile)
async def ingest_file(runtime: Runtime, job: IngestFile) -> None:
    """Load the uploaded file that the job names."""
    await usecase.ingest_file(runtime, job)
