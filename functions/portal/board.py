"""The appointment board of a day: who comes, who does not, whose time is free, and who wants another."""

import asyncio
from datetime import date, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.responses import Response

from functions.downloads import csv_response
from functions.portal.kit.lists import Shown
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.companies.api_key import Scope
from shared.domain.errors import InvalidInput
from shared.domain.fires.board import FREED, Slot, SlotState
from shared.views.board import MOST, Board, export_board, get_board, nearby_days
from shared.views.names import newest_campaigns

pages = Pages()
SHOWN = 100  # appointments on a page, and freed times beside them


@pages.get("/board", Scope.READ)
async def show_board(visit: Visit) -> Response:
    """A day: tomorrow, where none is asked for. A long one in pages, or `whole`, to print."""
    day, campaign_id = _day(visit), visit.query("campaign_id")
    state = next((one for one in SlotState if one == visit.query("state")), None)
    board, campaigns = await asyncio.gather(
        _find_board(visit, day), newest_campaigns(visit.runtime, visit.company_id)
    )
    slots = [slot for slot in board.slots if state is None or slot.state is state] if board else []
    freed = [slot for slot in board.slots if slot.state in FREED] if board else []
    is_whole, here = visit.query("whole") == "yes", _link(day, campaign_id)
    return visit.page(
        "board/board.html",
        code=200 if board else 422,
        board=board,
        most=MOST,
        day=day,
        state=state,
        states=[(one, board.count(one)) for one in SlotState] if board else [],
        slots=Shown(slots, "", "") if is_whole else _shown(slots, visit.query("page"), here, state),
        whole="" if is_whole or len(slots) <= SHOWN else _with(here, state=state or "", whole="yes"),
        count=len(slots),
        freed=freed if is_whole else freed[:SHOWN],
        freed_count=len(freed),
        campaigns=campaigns,
        campaign_id=campaign_id,
        nearby=_link(day, campaign_id).replace("/board?", "/board/nearby?"),
        before=_link(day - timedelta(days=1), campaign_id),
        after=_link(day + timedelta(days=1), campaign_id),
        here=here,
        export=_link(day, campaign_id).replace("/board?", "/board/day.csv?"),
    )


@pages.get("/board/nearby", Scope.READ)
async def show_nearby(visit: Visit) -> Response:
    """The part of an empty day's page that says which days near it have appointments."""
    day, campaign_id = _day(visit), visit.query("campaign_id")
    found = await nearby_days(visit.runtime, visit.company_id, day, campaign_id=campaign_id or None)
    return visit.page(
        "board/nearby.html" if visit.is_fragment else "board/nearby_page.html",
        day=day,
        days=[(one, _link(one, campaign_id)) for one in found],
        here=_link(day, campaign_id),
    )


@pages.get("/board/day.csv", Scope.READ)
async def download_board(visit: Visit) -> Response:
    """The day as a file for spreadsheets."""
    day, campaign_id = _day(visit), visit.query("campaign_id") or None
    pieces = await export_board(visit.runtime, visit.company_id, day, campaign_id=campaign_id)
    return csv_response(pieces, f"appointments-{day.isoformat()}.csv")


async def _find_board(visit: Visit, day: date) -> Board | None:
    """None: the day has too many to be shown."""
    try:
        return await get_board(
            visit.runtime, visit.company_id, day, campaign_id=visit.query("campaign_id") or None
        )
    except InvalidInput:
        return None


def _shown(slots: list[Slot], asked: str, here: str, state: SlotState | None) -> Shown[Slot]:
    """The page that is asked for by its number; the first for none, the last for one beyond it."""
    last = max(len(slots) - 1, 0) // SHOWN + 1
    number = min(max(int(asked), 1), last) if asked.isdecimal() and len(asked) < 9 else 1
    of_state = _with(here, state=state or "")
    return Shown(
        slots[(number - 1) * SHOWN : number * SHOWN],
        _with(of_state, page=str(number + 1)) if number < last else "",
        of_state if number > 1 else "",
    )


def _with(link: str, **more: str) -> str:
    """The link with these parameters too; empty ones do not count."""
    given = urlencode({name: value for name, value in more.items() if value})
    return f"{link}&{given}" if given else link


def _day(visit: Visit) -> date:
    """The day that is asked for, on the company's clock; tomorrow for none, or for what is no day."""
    now = visit.runtime.now().astimezone(ZoneInfo(visit.company.time_zone))
    try:
        day = date.fromisoformat(visit.query("day"))
    except ValueError:
        return now.date() + timedelta(days=1)
    return min(max(day, date(2000, 1, 1)), date(2100, 1, 1))


def _link(day: date, campaign_id: str) -> str:
    wanted = {"day": day.isoformat(), "campaign_id": campaign_id}
    return f"/board?{urlencode({name: value for name, value in wanted.items() if value})}"
