"""Take a file directly, without a signed link."""

from shared.domain.files.file import File
from shared.domain.job import IngestFile
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.files.start_upload import new_file


async def store_upload(
    runtime: Runtime,
    company_id: str,
    source_id: str,
    name: str,
    path: str,
    *,
    accepts_repeat: bool = False,
    sheet: str | None = None,
) -> File:
    """Store the local file `path` as an upload; Cloud Storage then announces it to ingest_file.

    Without a queue it cannot: then the file is loaded before this returns.
    """
    file = await new_file(runtime, company_id, source_id, name, accepts_repeat=accepts_repeat, sheet=sheet)
    await runtime.files.upload(file.object_name, path, "application/octet-stream")
    if runtime.settings.bus == "inline":
        stored = await runtime.files.find(file.object_name)
        bucket, generation = runtime.settings.upload_bucket, stored.generation if stored else ""
        job = IngestFile(bucket=bucket, object_name=file.object_name, generation=generation)
        await announce_jobs(runtime, [job], None)
        return await runtime.stores.files.get(company_id, file.id)
    return file
