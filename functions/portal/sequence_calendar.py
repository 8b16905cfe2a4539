"""The calendar of planned emails: a day, by mailbox, each with why it goes out at its time."""

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from msgspec import Struct
from starlette.responses import Response

from functions.portal.kit.lists import Shown, every, shown_between
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.companies.api_key import Scope
from shared.domain.local_time import moment_at
from shared.domain.record import replace
from shared.views.scheduled_emails import ShownEmail
from shared.views.sequences import (
    EmailOrder,
    list_mailboxes,
    list_scheduled_emails,
    list_sequences,
    read_plan,
)

pages = Pages()
SHOWN_DAYS = 14


class DayLink(Struct, frozen=True, kw_only=True):
    """A day with its planned emails, and the address of its page after the question mark."""

    day: date
    count: int
    query: str


@pages.get("/sequences/calendar", Scope.READ)
async def show_calendar(visit: Visit) -> Response:
    """The planned emails of a day, the earliest first; of today what comes next, if not all is asked for."""
    today = visit.runtime.now().astimezone(ZoneInfo(visit.company.time_zone)).date()
    day, mailbox_id, sequence_id = _day(visit, today), visit.query("mailbox"), visit.query("sequence")
    since, until = _begin(day, visit), _begin(day + timedelta(days=1), visit)
    comes_next = day == today and visit.query("all") != "yes"
    emails, plan, sequences, mailboxes = await asyncio.gather(
        _emails(visit, _from(visit, since, until) if comes_next else since, until),
        read_plan(visit.runtime, visit.company_id, days=SHOWN_DAYS, mailbox_id=mailbox_id or None),
        every(visit, list_sequences),
        every(visit, list_mailboxes),
    )
    counts = Counter[date]()
    for load in plan.loads:
        counts[load.day] += load.emails
    return visit.page(
        "sequences/calendar.html",
        day=day,
        emails=emails,
        comes_next=comes_next,
        is_today=day == today,
        here=_query(visit, day),
        before=_query(visit, day - timedelta(days=1)),
        after=_query(visit, day + timedelta(days=1)),
        days=[_link(visit, one, counts[one]) for one in _shown_days(today, day)],
        loads=[load for load in plan.loads if load.day == day],
        mailboxes=mailboxes,
        sequences=sequences,
        names={one.id: one.name for one in sequences},
        addresses={one.id: one.email for one in mailboxes},
        mailbox_id=mailbox_id,
        sequence_id=sequence_id,
        sequence=next((one for one in sequences if one.id == sequence_id), None),
    )


async def _emails(visit: Visit, since: datetime, until: datetime) -> Shown[ShownEmail]:
    """The earliest first; the pages that follow begin where the first one did."""
    found = await shown_between(
        visit,
        since,
        until,
        list_scheduled_emails,
        sequence_id=visit.query("sequence") or None,
        mailbox_id=visit.query("mailbox") or None,
        order=EmailOrder.EARLIEST,
    )
    begun = urlencode({"from": int(since.timestamp())})
    is_begun = "from" in visit.request.query_params
    return replace(found, more=f"{found.more}&{begun}") if found.more and not is_begun else found


def _shown_days(today: date, day: date) -> list[date]:
    days = [today + timedelta(days=number) for number in range(SHOWN_DAYS)]
    return days if day in days else sorted([*days, day])


def _link(visit: Visit, day: date, count: int) -> DayLink:
    return DayLink(day=day, count=count, query=_query(visit, day))


def _query(visit: Visit, day: date) -> str:
    """The day's page by the same filters, after the question mark."""
    wanted = {"day": day.isoformat(), "mailbox": visit.query("mailbox"), "sequence": visit.query("sequence")}
    return urlencode({name: value for name, value in wanted.items() if value})


def _from(visit: Visit, since: datetime, until: datetime) -> datetime:
    """Now; on the pages that follow, when the first one was looked at: they are of the same list."""
    text = visit.query("from")
    if text.isascii() and text.isdecimal() and since.timestamp() <= int(text[:12]) < until.timestamp():
        return datetime.fromtimestamp(int(text[:12]), UTC)
    return visit.runtime.now().replace(microsecond=0)


def _begin(day: date, visit: Visit) -> datetime:
    return moment_at(datetime.combine(day, time(0)), ZoneInfo(visit.company.time_zone))


def _day(visit: Visit, today: date) -> date:
    """The day that is asked for, on the company's clock; today for none, or for what is no day."""
    try:
        day = date.fromisoformat(visit.query("day"))
    except ValueError:
        return today
    return min(max(day, date(2000, 1, 1)), date(2100, 1, 1))
