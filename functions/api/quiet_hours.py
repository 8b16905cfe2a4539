"""/v1/quiet-hours: when the law of a place forbids unasked calls and texts."""

from fastapi import APIRouter

from functions.api.kit.authentication import Reader
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import Output, WallTimeShown
from shared.domain.campaigns.quiet_hours import quiet_rules

router = APIRouter(prefix="/v1/quiet-hours", tags=["campaigns"], route_class=ApiRoute)

Hours = tuple[tuple[WallTimeShown, WallTimeShown], ...]


class QuietRuleOutput(Output):
    """The rule of a country, or of a US state (US-FL): the times at which people there may be contacted.

    None on a day: not at all. `holiday` null: its public holidays are as other days.
    """

    place: str
    name: str
    law: str
    source: str
    weekday: Hours
    saturday: Hours
    sunday: Hours
    holiday: Hours | None


class QuietHoursOutput(Output):
    """All rules that a contact window with `keeps_quiet_hours` keeps. They are no legal advice."""

    items: tuple[QuietRuleOutput, ...]


@router.get("")
async def list_quiet_hours(caller: Reader) -> QuietHoursOutput:
    """The rules, a state's beside its country's: both hold."""
    return QuietHoursOutput(items=tuple(map(QuietRuleOutput.of, quiet_rules().values())))
