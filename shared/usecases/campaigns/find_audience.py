"""Find what a campaign's audience comes to now, and who was fired for before."""

from collections.abc import Collection
from datetime import datetime, timedelta

from shared.domain.campaigns import source_files
from shared.domain.campaigns.audience import (
    DueAudience,
    FileAudience,
    FoundAudience,
    NewestFileAudience,
    PeopleAudience,
)
from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.schedule import ScheduleKind
from shared.domain.errors import Conflict
from shared.domain.files.file import File, FileState
from shared.domain.files.firing import why_not_fired, why_not_read
from shared.domain.fires.fire import Fire
from shared.firestore.queries.files import FILES_OF_SOURCE_SINCE, SOURCE_FILES
from shared.firestore.queries.fires import CAMPAIGN_FIRES_WITH_FILES, FIRES_OF_AUDIENCE
from shared.runtime import Runtime

FIRES_LOOKED_AT = 100
NEWEST_LOOKED_AT = 20
MOST = 100_000  # files and fires of as long as rows are kept


class AudienceNotReady(Conflict):
    """The audience cannot be read now. `field` is the campaign's field that names it."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


async def find_audience(runtime: Runtime, company_id: str, campaign: Campaign) -> DueAudience:
    """What the audience comes to when the campaign fires next; one without parts when there is nobody.

    Raises NotFound, and AudienceNotReady when a file that it names cannot be read.
    """
    match campaign.audience:
        case FileAudience(file_id=file_id):
            file = await runtime.stores.files.get(company_id, file_id)
            days = await _rows_days(runtime, company_id)
            if (reason := why_not_read(file, runtime.now(), days)) is not None:
                text = f"The file {file.name!r} cannot be used: {reason}."
                raise AudienceNotReady("audience.file_id", text)
            return source_files.found([file])
        case NewestFileAudience():
            return await _of_source(runtime, company_id, campaign)
        case PeopleAudience():  # they are found when it fires
            return DueAudience(audience=FoundAudience())


async def find_newest(runtime: Runtime, company_id: str, campaign: Campaign) -> FoundAudience:
    """The newest file of the campaign's source, fired before or not; without parts when there is none."""
    newest = await _newest(runtime, company_id, campaign)
    days = await _rows_days(runtime, company_id)
    return _newest_file(runtime, days, [], newest, frozenset(), None).audience


async def _of_source(runtime: Runtime, company_id: str, campaign: Campaign) -> DueAudience:
    stores, source_id = runtime.stores, campaign.audience.source_id
    days = await _rows_days(runtime, company_id)
    kept = runtime.now() - timedelta(days=days)
    since = max(source_files.files_since(campaign), kept)
    recent = await stores.files.some(company_id, FILES_OF_SOURCE_SINCE, source_id, since, limit=MOST)
    newest = await _newest(runtime, company_id, campaign)
    fires = await _with_files(runtime, company_id, campaign)
    fired = {file_id for fire in fires for file_id in fire.audience.file_ids}
    last_fired_at = max((fire.fired_at for fire in fires), default=None)

    def why_not(file: File) -> str | None:
        return why_not_fired(file, runtime.now(), days)

    if campaign.schedule.kind is ScheduleKind.RECURRING:
        known = {file.id for file in recent}
        others = [file for file in newest if file.id not in known]
        recent += [file for file in others if source_files.arrived(file) >= since]
        older = [file for file in others if source_files.arrived(file) < since]
        return source_files.due_files(recent, older, fired, last_fired_at, why_not)
    return _newest_file(runtime, days, recent, newest, fired, last_fired_at)


def _newest_file(
    runtime: Runtime,
    days: float,
    recent: list[File],
    newest: list[File],
    fired: Collection[str],
    last_fired_at: datetime | None,
) -> DueAudience:
    return source_files.newest_file(
        recent,
        newest,
        fired,
        last_fired_at,
        lambda file: why_not_fired(file, runtime.now(), days),
        lambda file: why_not_read(file, runtime.now(), days) is None,
    )


async def _newest(runtime: Runtime, company_id: str, campaign: Campaign) -> list[File]:
    source_id = campaign.audience.source_id
    files = runtime.stores.files
    return await files.some(company_id, SOURCE_FILES, source_id, FileState.LOADED, limit=NEWEST_LOOKED_AT)


async def _rows_days(runtime: Runtime, company_id: str) -> float:
    """For how many days the company keeps rows."""
    company = await runtime.stores.companies.find(company_id)
    longest = runtime.settings.rows_retention_days
    return company.kept_for.rows_days(longest) if company else longest


async def fires_for(
    runtime: Runtime, company_id: str, campaign: Campaign, audience: FoundAudience
) -> list[Fire]:
    """The campaign's fires for these very recipients."""
    return await runtime.stores.fires.some(
        company_id, FIRES_OF_AUDIENCE, campaign.id, audience.key, limit=FIRES_LOOKED_AT
    )


async def last_with_files(runtime: Runtime, company_id: str, campaign: Campaign) -> Fire | None:
    """The last fire of a recurring campaign that had a file, if there is one."""
    if campaign.schedule.kind is not ScheduleKind.RECURRING:
        return None
    fires = await _with_files(runtime, company_id, campaign)
    return max(fires, key=lambda fire: fire.fired_at, default=None)


async def _with_files(runtime: Runtime, company_id: str, campaign: Campaign) -> list[Fire]:
    fires = runtime.stores.fires
    return await fires.some(company_id, CAMPAIGN_FIRES_WITH_FILES, campaign.id, "", limit=MOST)
