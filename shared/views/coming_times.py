"""When a campaign fires next, and when a schedule that is tried would."""

from msgspec import Struct

from shared.domain.campaigns.campaign import CampaignState
from shared.domain.campaigns.check_window import check_window
from shared.domain.campaigns.coming_times import ComingTime, coming_times
from shared.domain.campaigns.recurrence import check_schedule
from shared.domain.campaigns.schedule import Schedule
from shared.domain.campaigns.window import ContactWindow
from shared.domain.errors import InvalidInput, Problem
from shared.runtime import Runtime


class ComingTimes(Struct, frozen=True, kw_only=True):
    """The coming times, and the zone of the clock they are read from."""

    time_zone: str
    times: tuple[ComingTime, ...]


async def campaign_times(runtime: Runtime, company_id: str, campaign_id: str) -> ComingTimes:
    """The next ten times at which the campaign fires by itself. None on demand, or when it was canceled.

    A paused campaign has them too: it fires at those that come after it was resumed. Raises NotFound.
    """
    stores = runtime.stores
    campaign = await stores.campaigns.get(company_id, campaign_id)
    if campaign.content_hash:
        content = await stores.campaign_contents.frozen(company_id, campaign_id, campaign.content_hash)
        zone = content.company_time_zone
    else:
        zone = await _zone(runtime, company_id, campaign.audience.source_id)
    shown = campaign.schedule.time_zone or zone
    if campaign.state is CampaignState.CANCELED:
        return ComingTimes(time_zone=shown, times=())
    times = coming_times(campaign.schedule, campaign.window, zone, runtime.now())
    return ComingTimes(time_zone=shown, times=times)


async def try_schedule(
    runtime: Runtime, company_id: str, schedule: Schedule, window: ContactWindow, source_id: str | None
) -> ComingTimes:
    """The next ten times of a schedule that is not saved. Raises InvalidInput naming what is wrong."""
    problems = [*check_schedule(schedule), *check_window(window)]
    if source_id is not None and await runtime.stores.sources.find(company_id, source_id) is None:
        problems.append(Problem(field="source_id", reason="there is no such source"))
    if problems:
        raise InvalidInput(*problems)
    zone = await _zone(runtime, company_id, source_id)
    times = coming_times(schedule, window, zone, runtime.now())
    return ComingTimes(time_zone=schedule.time_zone or zone, times=times)


async def _zone(runtime: Runtime, company_id: str, source_id: str | None) -> str:
    """Where a schedule without a zone of its own is at home: as its content would be frozen."""
    company = await runtime.stores.companies.get(company_id)
    source = await runtime.stores.sources.find(company_id, source_id) if source_id else None
    return (source.time_zone if source else None) or company.time_zone
