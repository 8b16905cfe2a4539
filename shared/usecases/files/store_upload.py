"""Take a file directly, without a signed link."""

from shared.domain.files.file import File
from shared.runtime import Runtime
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
    """Store the local file `path` as an upload; Cloud Storage then announces it to ingest_file."""
    file = await new_file(runtime, company_id, source_id, name, accepts_repeat=accepts_repeat, sheet=sheet)
    await runtime.files.upload(file.object_name, path, "application/octet-stream")
    return file
