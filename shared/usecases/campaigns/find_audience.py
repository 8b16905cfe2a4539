"""Find what a campaign's audience comes to now, and who was fired for before."""

from datetime import datetime, timedelta

from shared.domain.campaigns.audience import (
    Audience,
    FileAudience,
    FilePart,
    FoundAudience,
    NewestFileAudience,
)
from shared.domain.campaigns.campaign import Campaign
from shared.domain.errors import Conflict
from shared.domain.files.file import File, FileHold, FileState
from shared.domain.fires.fire import Fire
from shared.firestore.queries.files import SOURCE_FILES
from shared.firestore.queries.fires import FIRES_OF_AUDIENCE
from shared.runtime import Runtime

FIRES_LOOKED_AT = 100
FILES_LOOKED_AT = 20  # of which the newest may have been rejected as wrong
ENDS_EARLY = timedelta(days=2)  # a fire that begins now must find all rows


class AudienceNotReady(Conflict):
    """The audience cannot be read now. `field` is the campaign's field that names it."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


async def find_audience(runtime: Runtime, company_id: str, audience: Audience) -> FoundAudience:
    """What the audience comes to; one without parts when there is nobody yet.

    Raises NotFound, and AudienceNotReady when a file that it names cannot be read.
    """
    match audience:
        case FileAudience(file_id=file_id):
            file = await runtime.stores.files.get(company_id, file_id)
            if (reason := _unready(runtime, file)) is not None:
                raise AudienceNotReady("audience.file_id", reason)
            return _of_file(file)
        case NewestFileAudience(source_id=source_id):
            newest = await runtime.stores.files.some(
                company_id, SOURCE_FILES, source_id, FileState.LOADED, limit=FILES_LOOKED_AT
            )
            # One that only cancels appointments has nobody to send to, and does not hide the one before.
            newest = [file for file in newest if file.row_count and file.hold is not FileHold.REJECTED][:1]
            readable = [file for file in newest if _unready(runtime, file) is None]
            return _of_file(readable[0]) if readable else FoundAudience()


def _of_file(file: File) -> FoundAudience:
    part = FilePart(file_id=file.id, recipient_count=file.row_count, chunk_count=file.chunk_count)
    return FoundAudience(parts=(part,))


def _unready(runtime: Runtime, file: File) -> str | None:
    """Why the file's rows cannot be used, or None."""
    if file.state is not FileState.LOADED:
        return f"The file {file.name!r} is {file.state}; only a loaded file can be used."
    if not _rows_are_kept(file, runtime.now(), runtime.settings.rows_retention_days):
        return f"The rows of {file.name!r} are deleted by now, as their time is over. Upload the file again."
    return None


def _rows_are_kept(file: File, now: datetime, days: float) -> bool:
    """Whether the file's rows, which are kept for so many days, will be there for the next two."""
    return file.loaded_at is not None and now < file.loaded_at + timedelta(days=days) - ENDS_EARLY


async def fires_for(
    runtime: Runtime, company_id: str, campaign: Campaign, audience: FoundAudience
) -> list[Fire]:
    """The campaign's fires for these very recipients."""
    return await runtime.stores.fires.some(
        company_id, FIRES_OF_AUDIENCE, campaign.id, audience.key, limit=FIRES_LOOKED_AT
    )
