"""Previews: what would become of every row, grouped, and each message as it would be sent."""

import re

from starlette.responses import Response

from functions.portal.kit.lists import Shown, shown
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from functions.portal.kit.wording import sentence
from shared.domain.companies.api_key import Scope
from shared.domain.errors import NotFound, Problem
from shared.domain.fires.preview import Preview, PreviewedMessage, PreviewState, Verdict
from shared.views.campaigns import get_campaign
from shared.views.previews import get_preview, get_previewed_row, list_previewed_messages

pages = Pages()
_OF_STEP = re.compile(r"steps\[(\d+)\]\.(\w+)")
_NAMES = {"template_id": "text", "sender_id": "sender", "address_field": "address"}


@pages.get("/previews/{preview_id}", Scope.READ)
async def show_preview(visit: Visit) -> Response:
    """The groups with their numbers and reasons, and the messages of one of them."""
    preview = await get_preview(visit.runtime, visit.company_id, visit.path("preview_id"))
    campaign = await get_campaign(visit.runtime, visit.company_id, preview.campaign_id)
    wanted = next((one for one in Verdict if one == visit.query("verdict")), None)
    row = _row_number(visit)
    messages: Shown[PreviewedMessage] | None = None
    verdict = None if row else wanted or _first_group(preview)
    if preview.state is PreviewState.DONE and row:
        messages = Shown(await _row(visit, preview, row), "", "")
    elif preview.state is PreviewState.DONE and verdict is not None:
        messages = await shown(visit, list_previewed_messages, preview_id=preview.id, verdict=verdict)
    return visit.page(
        "previews/preview.html",
        preview=preview,
        campaign=campaign,
        verdict=verdict,
        row=row,
        arrivals=arrivals_of(preview),
        groups=[(one, preview.counts.get(one, 0), _reasons(preview, one)) for one in Verdict],
        messages=messages,
        problems=[(_place(one), one.reason) for one in preview.problems],
        is_at_work=preview.state is PreviewState.RUNNING,
        going_out=sum(preview.counts.get(one, 0) for one in Verdict if one.will_go_out),
    )


@pages.get("/previews/{preview_id}/progress", Scope.READ)
async def show_progress(visit: Visit) -> Response:
    """How far it is made, to be put into its page; at the end the page is shown anew."""
    preview = await get_preview(visit.runtime, visit.company_id, visit.path("preview_id"))
    at_work = preview.state is PreviewState.RUNNING
    return visit.progress("previews/progress.html", is_over=not at_work, preview=preview, is_at_work=at_work)


def arrivals_of(preview: Preview) -> list[tuple[str, int, int]]:
    """For each hour of a person's day, from the first to the last with a message: how many go out at once,
    and how many after they waited.
    """
    known = [int(hour) for hour in preview.arrivals]
    hours = [f"{hour:02}" for hour in range(min(known), max(known) + 1)] if known else []
    counts = [(hour, preview.arrivals.get(hour, {})) for hour in hours]
    return [
        (f"{hour}:00", found.get(Verdict.WILL_SEND, 0), found.get(Verdict.WILL_WAIT, 0))
        for hour, found in counts
    ]


def _place(problem: Problem) -> str:
    """Where it is, as the pages call it: "Step 1, text"."""
    found = _OF_STEP.match(problem.field)
    if found is None:
        return sentence(problem.field)
    return f"Step {int(found[1]) + 1}, {_NAMES.get(found[2], found[2].replace('_', ' '))}"


def _row_number(visit: Visit) -> int:
    """Which row is asked for; 0 for none."""
    text = visit.query("row").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else 0


async def _row(visit: Visit, preview: Preview, number: int) -> list[PreviewedMessage]:
    try:
        return await get_previewed_row(visit.runtime, visit.company_id, preview.id, number)
    except NotFound:
        return []


def _first_group(preview: Preview) -> Verdict | None:
    """What most needs to be looked at: what must be corrected, else what goes out."""
    order = (Verdict.MUST_BE_MENDED, Verdict.WILL_SEND, Verdict.WILL_WAIT, Verdict.SKIPPED, Verdict.FILTERED)
    return next((one for one in order if preview.counts.get(one)), None)


def _reasons(preview: Preview, verdict: Verdict) -> list[tuple[str, int]]:
    """The reasons of one group with their counts, the commonest first."""
    found = {
        name.removeprefix(f"{verdict}: "): count
        for name, count in preview.reasons.items()
        if name.startswith(f"{verdict}: ")
    }
    return sorted(found.items(), key=lambda pair: -pair[1])
