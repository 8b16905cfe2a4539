"""The appointment board of a day: who comes, who does not, whose time is free, and who wants another."""

import asyncio
from datetime import date, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.responses import Response

from functions.downloads import csv_response
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.companies.api_key import Scope
from shared.domain.fires.board import FREED, SlotState
from shared.views.board import export_board, get_board, nearby_days
from shared.views.names import newest_campaigns

pages = Pages()


@pages.get("/board", Scope.READ)
async def show_board(visit: Visit) -> Response:
    """A day: tomorrow, where none is asked for."""
    day, campaign_id = _day(visit), visit.query("campaign_id")
    state = next((one for one in SlotState if one == visit.query("state")), None)
    board, campaigns = await asyncio.gather(
        get_board(visit.runtime, visit.company_id, day, campaign_id=campaign_id or None),
        newest_campaigns(visit.runtime, visit.company_id),
    )
    return visit.page(
        "board/board.html",
        board=board,
        day=day,
        state=state,
        states=[(one, board.count(one)) for one in SlotState],
        slots=[slot for slot in board.slots if state is None or slot.state is state],
        freed=[slot for slot in board.slots if slot.state in FREED],
        campaigns=campaigns,
        campaign_id=campaign_id,
        nearby=_link(day, campaign_id).replace("/board?", "/board/nearby?"),
        before=_link(day - timedelta(days=1), campaign_id),
        after=_link(day + timedelta(days=1), campaign_id),
        here=_link(day, campaign_id),
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
