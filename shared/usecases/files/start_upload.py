"""Announce a file: where to put it."""

from functools import partial
from pathlib import PurePath

from shared.domain.errors import InvalidInput
from shared.domain.files.file import File, FileState
from shared.domain.ids import random_id
from shared.runtime import Runtime

LONGEST_NAME = 200


async def start_upload(
    runtime: Runtime,
    company_id: str,
    source_id: str,
    name: str,
    *,
    accepts_repeat: bool = False,
    sheet: str | None = None,
    file_id: str | None = None,
) -> tuple[File, str, dict[str, str]]:
    """A file that awaits its upload, the address to PUT it to, and the headers the PUT must carry.

    With the `file_id` of one that still awaits it, the address is that one's, anew.
    """
    begin = partial(
        new_file, runtime, company_id, source_id, name, accepts_repeat=accepts_repeat, sheet=sheet
    )
    file, _ = await begin(file_id=file_id)
    if file.state is not FileState.AWAITING_UPLOAD:  # that one came: this is another
        file, _ = await begin()
    link, headers = await runtime.files.upload_link(file.object_name, runtime.settings.max_upload_bytes)
    return file, link, headers


async def new_file(
    runtime: Runtime,
    company_id: str,
    source_id: str,
    name: str,
    *,
    accepts_repeat: bool,
    sheet: str | None = None,
    file_id: str | None = None,
) -> tuple[File, bool]:
    """Store a file that awaits its upload. The name given is kept for people; the object's name is ours.

    `sheet` is the one of a workbook to read, whichever the source names. Of a `file_id` that there is already
    the file stays as it is, and the answer is that it is not new. Raises NotFound, InvalidInput.
    """
    await runtime.stores.sources.get(company_id, source_id)
    shown = shown_name(name)
    file_id = file_id or random_id()
    file = File(
        id=file_id,
        source_id=source_id,
        name=shown,
        object_name=f"companies/{company_id}/files/{file_id}/upload",
        created_at=runtime.now(),
        accepts_repeat=accepts_repeat,
        sheet=sheet,
    )
    if await runtime.stores.files.add(company_id, file_id, file):
        return file, True
    return await runtime.stores.files.get(company_id, file_id), False


def shown_name(name: str) -> str:
    """What people call the file, without the folders before it. Raises InvalidInput."""
    shown = PurePath(name.replace("\\", "/")).name.strip()
    if not shown or len(shown) > LONGEST_NAME or not shown.isprintable():
        reason = f"must be a file name of at most {LONGEST_NAME} characters, all of which can be seen"
        raise InvalidInput.at("name", reason)
    return shown
