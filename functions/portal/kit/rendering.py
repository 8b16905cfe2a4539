"""Pages from templates. Everything that comes from people is escaped; what is missing is an error."""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from functions.portal.kit.statics import static_path
from functions.portal.kit.wording import (
    WEEK,
    by_example,
    cell,
    number,
    price,
    retold,
    sentence,
    size,
    weekdays,
    with_fields_named,
    without_address,
    words,
)

if TYPE_CHECKING:
    from functions.portal.kit.visit import Visit

FOLDER = Path(__file__).parents[1] / "templates"
# What exists, in the order in which a day's work goes; each with the scope that its first page needs.
# Third: the first words of the paths that belong to it.
NAVIGATION = (
    ("/files", "Files", "read", ("files", "sources")),
    ("/campaigns", "Campaigns", "read", ("campaigns", "templates", "previews", "fires", "broadcasts", "why")),
    ("/automations", "Automations", "read", ("automations",)),
    ("/sequences", "Sequences", "read", ("sequences", "mailboxes")),
    ("/contacts", "Contacts", "read", ("contacts", "lists", "segments", "imports", "opt-outs")),
    ("/inbox", "Inbox", "read", ("inbox",)),
    ("/board", "Appointments", "read", ("board",)),
    ("/reports", "Reports", "read", ("reports",)),
    ("/settings", "Settings", "admin", ("settings",)),
)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= {
        "words": words,
        "by_example": by_example,
        "with_fields_named": with_fields_named,
        "price": price,
        "without_address": without_address,
        "cell": cell,
        "number": number,
        "size": size,
        "sentence": sentence,
        "weekdays": weekdays,
    }
    made.globals |= {"static": static_path, "week": WEEK}
    return made


def render(visit: "Visit", template: str, **facts: Any) -> str:
    """The template with the facts, for who looks at it. Times are on the clock of their company."""
    zone = ZoneInfo(visit.company.time_zone) if visit.signed_in else ZoneInfo("UTC")

    def when(moment: datetime | None, empty: str = "") -> str:
        return empty if moment is None else _shown(moment.astimezone(zone), visit.runtime.now(), zone)

    def said(text: str) -> str:
        return retold(text, when)

    path = visit.request.url.path
    navigation = [
        (href, label, path.split("/")[1] in parts)
        for href, label, scope, parts in NAVIGATION
        if visit.allows(scope)
    ]
    return (
        _environment()
        .get_template(template)
        .render(visit=visit, when=when, retold=said, navigation=navigation, path=path, **facts)
    )


def _shown(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """As people say it: today 09:30, Mon 30 Nov 09:30, 30 Nov 2025 09:30."""
    today = now.astimezone(zone).date()
    clock = f"{moment:%H:%M}"
    if moment.date() == today:
        return f"today {clock}"
    if moment.year == today.year:
        return f"{moment:%a} {moment.day} {moment:%b} {clock}"
    return f"{moment.day} {moment:%b %Y} {clock}"
