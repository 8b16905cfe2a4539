"""Find the file a campaign fires for, and what of it was fired already."""

from datetime import datetime, timedelta

from shared.domain.campaigns.campaign import Campaign
from shared.domain.errors import Conflict
from shared.domain.files.file import File, FileState
from shared.domain.fires.fire import Fire
from shared.firestore.queries.files import SOURCE_FILES
from shared.firestore.queries.fires import FIRES_OF_FILE
from shared.runtime import Runtime

FIRES_LOOKED_AT = 100
ENDS_EARLY = timedelta(days=2)  # a fire that begins now must find all rows


async def find_audience(runtime: Runtime, company_id: str, campaign: Campaign) -> File | None:
    """The campaign's file, or its source's newest; None when the source has none yet.

    Raises Conflict when the campaign names a file that is not loaded.
    """
    stores = runtime.stores
    if campaign.audience.file_id is not None:
        file = await stores.files.get(company_id, campaign.audience.file_id)
        if file.state is not FileState.LOADED:
            raise Conflict(f"The file {file.name!r} is {file.state}; a fire needs a loaded file.")
        if not rows_are_kept(file, runtime.now(), runtime.settings.rows_retention_days):
            raise Conflict(f"The rows of {file.name!r} are deleted by now. Upload the file again.")
        return file
    newest = await stores.files.some(
        company_id, SOURCE_FILES, campaign.audience.source_id, FileState.LOADED, limit=1
    )
    days = runtime.settings.rows_retention_days
    return newest[0] if newest and rows_are_kept(newest[0], runtime.now(), days) else None


def rows_are_kept(file: File, now: datetime, days: float) -> bool:
    """Whether the file's rows, which are kept for so many days, will be there for the next two."""
    return file.loaded_at is not None and now < file.loaded_at + timedelta(days=days) - ENDS_EARLY


async def fires_of(runtime: Runtime, company_id: str, campaign: Campaign, file: File) -> list[Fire]:
    """The campaign's fires for this file."""
    return await runtime.stores.fires.some(
        company_id, FIRES_OF_FILE, campaign.id, file.id, limit=FIRES_LOOKED_AT
    )
