"""A fire: its report in numbers with their reasons, and the people behind each number."""

import asyncio
from typing import Any

from starlette.responses import Response

from functions.downloads import csv_response
from functions.portal.failed_rows import FailedRow, failed_row
from functions.portal.fire_live import AT_WORK, find_campaign, live_facts, step_progress
from functions.portal.kit.lists import shown
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.campaigns.campaign import Campaign
from shared.domain.companies.api_key import Scope
from shared.domain.errors import InvalidInput, RollcallError
from shared.domain.fires.fire import Fire
from shared.domain.fires.report import FireReport
from shared.domain.messages.failure import Failure, FailureState
from shared.domain.messages.message import MessageState
from shared.domain.messages.skipping import skip_words
from shared.usecases.fires.requeue_failure import requeue_failure
from shared.views.exports import export_messages
from shared.views.failures import get_failure, list_failures
from shared.views.fire_messages import list_fire_messages
from shared.views.fire_outcomes import Outcomes, is_small
from shared.views.fires import LiveFire, get_fire, live_fire, look_around
from shared.views.job_way import job_way
from shared.views.names import automation_names
from shared.views.providers import explain_codes
from shared.views.reports import report_seen

pages = Pages()
FAILED = "failed"
STATES = (
    MessageState.SENT,
    MessageState.QUEUED,
    MessageState.SKIPPED,
    MessageState.UNKNOWN,
    MessageState.SENDING,
)


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
    return _failure_page(visit, failure, await failed_row(visit, failure), {})


@pages.post("/fires/{fire_id}/failures/{failure_id}", Scope.SEND)
async def correct_failure(visit: Visit) -> Response:
    """Correct the row's fields, and queue its message."""
    failure = await get_failure(visit.runtime, visit.company_id, visit.path("failure_id"))
    row = await failed_row(visit, failure)
    try:
        corrections = row.corrections(visit)
        visit.form.check()
        await requeue_failure(visit.runtime, visit.company_id, failure.id, corrections)
    except InvalidInput as invalid:
        problems = {one.field.rpartition(".")[2]: one.reason for one in invalid.problems}
        return _failure_page(visit, failure, row, problems)
    except RollcallError as refused:
        return visit.go(f"/fires/{failure.fire_id}/failures/{failure.id}", refused=str(refused))
    return visit.go(f"/fires/{failure.fire_id}", done="The row is corrected, and its message is queued.")


def _failure_page(visit: Visit, failure: Failure, row: FailedRow, problems: dict[str, str]) -> Response:
    values = row.shown()
    if problems:
        values |= {
            name: visit.form.given(f"values.{name}") for name in values if f"values.{name}" in visit.form
        }
    return visit.page(
        "fires/failure.html",
        code=422 if problems else 200,
        failure=failure,
        values=values,
        row=row,
        picked=row.picked(values),
        problems=problems,
    )
