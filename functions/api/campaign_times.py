"""/v1/campaigns: when a campaign fires next, before and after it is saved."""

from datetime import datetime

from fastapi import APIRouter

from functions.api.campaign_shapes import ScheduleInput, WindowInput
from functions.api.kit.authentication import Reader, Writer
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import Input, ItemId, Output, WallDateTimeShown
from shared.domain.campaigns.schedule import Schedule
from shared.domain.campaigns.window import ContactWindow
from shared.views import coming_times as view

router = APIRouter(prefix="/v1/campaigns", tags=["campaigns"], route_class=ApiRoute)


class TimesInput(Input):
    """A schedule to try. `window` and `source_id` are those the campaign would have; both may be left out."""

    schedule: ScheduleInput
    window: WindowInput = WindowInput()
    source_id: ItemId | None = None


class ComingTimeOutput(Output):
    """One time: `at` as a moment, `local` on the clock of the schedule's zone.

    `closed_for` is why that day is no contact day there, or null: what fires on one waits for the next
    opening.
    """

    at: datetime
    local: WallDateTimeShown
    weekday: str
    closed_for: str | None


class TimesOutput(Output):
    """The next ten times in `time_zone`; fewer when the schedule ends before."""

    time_zone: str
    times: tuple[ComingTimeOutput, ...]


@router.get("/{campaign_id}/times")
async def get_campaign_times(caller: Reader, campaign_id: ItemId) -> TimesOutput:
    """When the campaign fires next: ten times at most, none on demand or when it was canceled."""
    return TimesOutput.of(await view.campaign_times(caller.runtime, caller.company_id, campaign_id))


@router.post("/times")
async def try_times(caller: Writer, body: TimesInput) -> TimesOutput:
    """When a schedule would fire, without saving it. The first times after now are shown, ten at most."""
    given = body.given()
    schedule: Schedule = given["schedule"]
    window: ContactWindow = given.get("window", ContactWindow())
    found = await view.try_schedule(caller.runtime, caller.company_id, schedule, window, body.source_id)
    return TimesOutput.of(found)
