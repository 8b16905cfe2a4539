"""A fire: its report in numbers with their reasons, and the people behind each number."""

import asyncio
from typing import Any

from starlette.responses import Response

from functions.downloads import csv_response
from functions.portal.fire_live import AT_WORK, find_campaign, live_facts, step_progress
from functions.portal.kit.lists import shown
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.campaigns.campaign import Campaign
from shared.domain.companies.api_key import Scope
from shared.domain.errors import InvalidInput, NotFound, RollcallError
from shared.domain.fires.fire import Fire
from shared.domain.fires.report import FireReport
from shared.domain.messages.failure import Failure, FailureState
from shared.domain.messages.message import MessageState
from shared.domain.messages.skipping import skip_words
from shared.usecases.fires.requeue_failure import requeue_failure
from shared.views.exports import export_messages
from shared.views.failures import get_failure, list_failures
from shared.views.file_rows import get_row
from shared.views.files import get_file
from shared.views.fire_messages import list_fire_messages
from shared.views.fire_outcomes import Outcomes, is_small
from shared.views.fires import LiveFire, get_fire, live_fire, look_around
from shared.views.job_way import job_way
from shared.views.names import automation_names
from shared.views.providers import explain_codes
from shared.views.reports import report_seen
from shared.views.sources import get_source

pages = Pages()
FAILED = "failed"
STATES = (
    MessageState.SENT,
    MessageState.QUEUED,
    MessageState.SKIPPED,
    MessageState.UNKNOWN,
    MessageState.SENDING,
)
VALUE_CHARACTERS = 10_000


@pages.get("/fires/{fire_id}", Scope.READ)
async def show_fire(visit: Visit) -> Response:
    """The report, and some of the people of one of its numbers."""
    runtime, company_id = visit.runtime, visit.company_id
    fire = await get_fire(runtime, company_id, visit.path("fire_id"))
    (report, people, live), campaign, automations, way = await asyncio.gather(
        _report(visit, fire),
        find_campaign(visit, fire.campaign_id),
        automation_names(runtime, company_id, [fire.campaign_id]),
        job_way(runtime),
    )
    return visit.page(
        "fires/fire.html",
        code=422 if people["problem"] else 200,
        **people,
        report=report,
        campaign_id=report.campaign_id if campaign or automations else "",
        home="automations" if automations else "campaigns",
        campaign_name=campaign.name if campaign else automations.get(report.campaign_id, "Answers"),
        **_progress(visit, report, live, campaign),
        states=(*STATES, FAILED),
        explain=skip_words,
        codes=explain_codes((*report.failed, *report.undelivered)),
        job_way=way,
    )


async def _report(visit: Visit, fire: Fire) -> tuple[FireReport, dict[str, Any], LiveFire | None]:
    """The report, the people, and how the fire moves if it does: of a small one all from one reading."""
    runtime, company_id = visit.runtime, visit.company_id
    around = look_around(runtime, company_id, fire) if not fire.is_closed else _nothing()
    if is_small(fire):
        (report, seen), beside = await asyncio.gather(report_seen(runtime, company_id, fire), around)
        people = await _people(visit, fire.id, seen.outcomes if seen else None)
    else:
        (report, seen), beside, people = await asyncio.gather(
            report_seen(runtime, company_id, fire), around, _people(visit, fire.id, None)
        )
    live = await live_fire(runtime, company_id, seen, beside) if seen and beside else None
    return report, people, live


async def _nothing() -> None:
    """A closed fire does not move."""


async def _people(visit: Visit, fire_id: str, outcomes: Outcomes | None) -> dict[str, Any]:
    """Some of the messages or failures that are asked for, or what is wrong with the address."""
    wanted, address = visit.query("state"), visit.query("address").strip()
    state = next((one for one in STATES if one == wanted), None)
    filters: dict[str, Any] = {"fire_id": fire_id, "address": address or None}
    found: dict[str, Any] = {
        "wanted": FAILED if wanted == FAILED else state,
        "address": address,
        "problem": "",
    }
    try:
        if wanted == FAILED:
            found["failures"] = await shown(visit, list_failures, **filters, state=FailureState.OPEN)
        else:
            found["messages"] = await shown(visit, list_fire_messages, outcomes, **filters, state=state)
    except InvalidInput as invalid:
        found["problem"] = invalid.problems[0].reason
    return {"messages": None, "failures": None} | found


def _progress(
    visit: Visit, report: FireReport, live: LiveFire | None, campaign: Campaign | None
) -> dict[str, Any]:
    """Its steps; of one that moves, all that is shown while it does."""
    if live is None or report.status not in AT_WORK:
        return {"steps": step_progress(campaign, report.steps), "is_at_work": False}
    return live_facts(visit, live, campaign)


@pages.get("/fires/{fire_id}/messages.csv", Scope.READ)
async def download_messages(visit: Visit) -> Response:
    """Every message of the fire with what became of it, as a file for spreadsheets."""
    fire_id = (await get_fire(visit.runtime, visit.company_id, visit.path("fire_id"))).id
    pieces = await export_messages(visit.runtime, visit.company_id, fire_id=fire_id)
    return csv_response(pieces, f"messages-{fire_id}.csv")


@pages.get("/fires/{fire_id}/failures/{failure_id}", Scope.READ)
async def show_failure(visit: Visit) -> Response:
    """What failed, with the row's fields, to be corrected."""
    failure = await get_failure(visit.runtime, visit.company_id, visit.path("failure_id"))
    values = await _values(visit, failure)
    return visit.page("fires/failure.html", failure=failure, values=values, problems={})


@pages.post("/fires/{fire_id}/failures/{failure_id}", Scope.SEND)
async def correct_failure(visit: Visit) -> Response:
    """Correct the row's fields, and queue its message."""
    failure = await get_failure(visit.runtime, visit.company_id, visit.path("failure_id"))
    values = await _values(visit, failure)
    typed = {
        name: visit.form.line(f"values.{name}", is_needed=False, most=VALUE_CHARACTERS)
        for name in values
        if f"values.{name}" in visit.form
    }
    visit.form.check()
    corrections = {name: value for name, value in typed.items() if value != values[name]}
    try:
        await requeue_failure(visit.runtime, visit.company_id, failure.id, corrections)
    except InvalidInput as invalid:
        problems = {one.field.rpartition(".")[2]: one.reason for one in invalid.problems}
        return visit.page(
            "fires/failure.html",
            code=422,
            failure=failure,
            values={**values, **typed},
            problems=problems,
        )
    except RollcallError as refused:
        return visit.go(f"/fires/{failure.fire_id}/failures/{failure.id}", refused=str(refused))
    return visit.go(f"/fires/{failure.fire_id}", done="The row is corrected, and its message is queued.")


async def _values(visit: Visit, failure: Failure) -> dict[str, str]:
    """All fields of the row, empty ones too: a missing one may be what is wrong."""
    runtime, company_id = visit.runtime, visit.company_id
    if failure.file_id is None:
        return failure.values
    try:
        source_id = (await get_file(runtime, company_id, failure.file_id)).source_id
        fields = [column.field for column in (await get_source(runtime, company_id, source_id)).columns]
        values = failure.values
        if not values and failure.row_number is not None:  # the provider refused it
            values = (await get_row(runtime, company_id, failure.file_id, failure.row_number)).values
    except NotFound:  # their time is over
        return failure.values
    return {**dict.fromkeys(fields, ""), **values}
