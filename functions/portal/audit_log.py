"""The audit log: who changed what, when, and from where. Admins only."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.responses import Response

from functions.downloads import csv_response
from functions.portal.kit.lists import every, shown_between
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.companies.api_key import Scope
from shared.views.api_keys import list_api_keys
from shared.views.audit import audited_nouns, export_audit_records, field_words, list_audit_records
from shared.views.users import list_users

pages = Pages()
HERE = "/settings/audit"
OPS = "ops"
_FILTERS = ("by", "noun", "since", "until")


@pages.get(HERE, Scope.ADMIN)
async def show_audit(visit: Visit) -> Response:
    """What was changed, newest first; by one of them, of one kind of thing, in some days."""
    since, until = _between(visit)
    by, noun = _filters(visit)
    records = await shown_between(visit, since, until, list_audit_records, by_id=by, noun=noun)
    asked = {name: visit.query(name) for name in _FILTERS}
    given = {name: value for name, value in asked.items() if value}
    return visit.page(
        "audit/log.html",
        records=records,
        who=await _who(visit),
        nouns=audited_nouns(),
        asked=asked,
        is_filtered=bool(given),
        export=f"{HERE}/log.csv" + (f"?{urlencode(given)}" if given else ""),
        field_words=field_words,
    )


@pages.get(f"{HERE}/log.csv", Scope.ADMIN)
async def download_audit(visit: Visit) -> Response:
    """The same as a file for spreadsheets: a line for each thing."""
    since, until = _between(visit)
    by, noun = _filters(visit)
    pieces = await export_audit_records(
        visit.runtime, visit.company_id, since=since, until=until, by_id=by, noun=noun
    )
    return csv_response(pieces, "audit-log.csv")


def _filters(visit: Visit) -> tuple[str | None, str | None]:
    noun = visit.query("noun")
    return visit.query("by") or None, noun if noun in audited_nouns() else None


def _between(visit: Visit) -> tuple[datetime | None, datetime | None]:
    """The days that are asked for, on the company's clock, both included; what is no day does not count."""
    zone = ZoneInfo(visit.company.time_zone)
    first, last = _day(visit.query("since")), _day(visit.query("until"))
    if first and last and last < first:
        first, last = last, first
    since = datetime.combine(first, time(), zone).astimezone(UTC) if first else None
    end = last + timedelta(days=1) if last else None
    return since, datetime.combine(end, time(), zone).astimezone(UTC) if end else None


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2200 else None


async def _who(visit: Visit) -> list[tuple[str, str]]:
    """Whose changes may be asked for: users, keys, and who runs Rollcall."""
    users, keys = await asyncio.gather(every(visit, list_users), every(visit, list_api_keys))
    found = [(one.id, one.name) for one in users]
    found += [(one.id, f"key {one.name}") for one in keys]
    return [*found, (OPS, "whoever runs Rollcall")]
