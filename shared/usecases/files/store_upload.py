"""Take a file directly, without a signed link."""

from datetime import timedelta

from shared.domain.files.file import File, FileState
from shared.domain.job import IngestFile
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.files.start_upload import new_file

LONGEST_UPLOAD = timedelta(minutes=1)  # of what comes in one request


async def store_upload(
    runtime: Runtime,
    company_id: str,
    source_id: str,
    name: str,
    path: str,
    *,
    accepts_repeat: bool = False,
    sheet: str | None = None,
    file_id: str | None = None,
) -> File:
    """Store the local file `path` as an upload; Cloud Storage then announces it to ingest_file.

    Without a queue it cannot: then the file is loaded before this returns. With the same `file_id` again it
    is the same file, as it stands by now, unless its bytes were left on the way.
    """
    file, is_new = await new_file(
        runtime, company_id, source_id, name, accepts_repeat=accepts_repeat, sheet=sheet, file_id=file_id
    )
    if not is_new and not await _is_left(runtime, file):
        return file
    await runtime.files.upload(file.object_name, path, "application/octet-stream")
    if runtime.settings.bus == "inline":
        stored = await runtime.files.find(file.object_name)
        bucket, generation = runtime.settings.upload_bucket, stored.generation if stored else ""
        job = IngestFile(bucket=bucket, object_name=file.object_name, generation=generation)
        await announce_jobs(runtime, [job], None)
        return await runtime.stores.files.get(company_id, file.id)
    return file


async def _is_left(runtime: Runtime, file: File) -> bool:
    """Whether whoever began to store its bytes must be gone, and there are none."""
    if file.state is not FileState.AWAITING_UPLOAD or runtime.now() < file.created_at + LONGEST_UPLOAD:
        return False
    return await runtime.files.find(file.object_name) is None
