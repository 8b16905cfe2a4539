"""Who is in a sequence: all of them, one's way through it, and bringing people in."""

from typing import Any

from starlette.responses import Response

from functions.portal.kit.lists import every, shown
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.campaigns.audience import Chosen, FileRows, ListMembers, PeopleAudience, SegmentMembers
from shared.domain.companies.api_key import Scope
from shared.domain.errors import InvalidInput, RollcallError
from shared.domain.files.file import FileState
from shared.domain.ids import random_id
from shared.domain.sequences.enrolling import EnrollingState
from shared.domain.sequences.enrollment import END_WORDS, EnrollmentState
from shared.domain.sequences.mailbox import CHANNEL
from shared.domain.sequences.scheduled_email import EmailStatus
from shared.domain.sequences.sequence import Sequence
from shared.domain.sequences.steps_left import steps_left
from shared.usecases.sequences.end_enrollment import end_enrollment
from shared.usecases.sequences.start_enrolling import start_enrolling
from shared.views.contact_lists import list_contact_lists
from shared.views.files import list_files
from shared.views.names import contact_names
from shared.views.pasted_list import read_pasted_list
from shared.views.segments import list_segments
from shared.views.sequences import get_enrolling, get_enrollment_path, get_sequence, list_enrollments

pages = Pages()
PASTED_CHARACTERS = 200_000
_WAITING = (EmailStatus.PENDING, EmailStatus.QUEUED)


@pages.get("/sequences/{sequence_id}/people", Scope.READ)
async def show_people(visit: Visit) -> Response:
    """Who is in it, or was, newest first."""
    sequence = await _sequence(visit)
    state = next((one for one in EnrollmentState if one == visit.query("state")), None)
    found = await shown(visit, list_enrollments, sequence_id=sequence.id, state=state)
    ids = {one.contact_id for one in found.items if one.contact_id}
    return visit.page(
        "sequences/people.html",
        sequence=sequence,
        enrollments=found,
        state=state,
        names=await contact_names(visit.runtime, visit.company_id, ids),
        next_steps={one.id: steps_left(sequence, one) for one in found.items if one.is_active},
        end_words=END_WORDS,
    )


@pages.get("/sequences/{sequence_id}/people/{enrollment_id}", Scope.READ)
async def show_way(visit: Visit) -> Response:
    """One contact's way: each email, when it goes or went out, and why then; and what is still to come."""
    runtime, company_id, sequence = visit.runtime, visit.company_id, await _sequence(visit)
    path = await get_enrollment_path(runtime, company_id, sequence.id, visit.path("enrollment_id"))
    enrollment = path.enrollment
    names = await contact_names(runtime, company_id, {enrollment.contact_id or ""})
    waiting = {one.email.step_id for one in path.emails if one.email.status in _WAITING}
    left = steps_left(sequence, enrollment) if enrollment.is_active else ()
    return visit.page(
        "sequences/way.html",
        sequence=sequence,
        enrollment=enrollment,
        name=names.get(enrollment.contact_id or "", ""),
        emails=path.emails,
        subjects={one.id: one.subject for one in sequence.steps},
        to_come=[one for one in left if one.id not in waiting],
        end_words=END_WORDS,
    )


@pages.post("/sequences/{sequence_id}/people/{enrollment_id}/end", Scope.SEND)
async def take_out(visit: Visit) -> Response:
    """Let somebody get no more of it."""
    sequence_id, enrollment_id = visit.path("sequence_id"), visit.path("enrollment_id")
    await end_enrollment(visit.runtime, visit.company_id, sequence_id, enrollment_id)
    where = f"/sequences/{sequence_id}/people/{enrollment_id}"
    return visit.go(where, done="They get no more of it. What was on the queue still goes out.")


@pages.get("/sequences/{sequence_id}/enroll", Scope.SEND)
async def show_enroll(visit: Visit) -> Response:
    """Who may be brought in."""
    return await _page(visit, await _sequence(visit), _typed(visit) | {"id": random_id()}, {})


@pages.post("/sequences/{sequence_id}/enroll", Scope.SEND)
async def enroll(visit: Visit) -> Response:
    """Bring them in. Sent twice, they come in once."""
    sequence = await _sequence(visit)
    try:
        audience, item_id = await _audience(visit), visit.form.item_id("id")
        visit.form.check()
        by = f"user {visit.user.id}"
        await start_enrolling(visit.runtime, visit.company_id, sequence.id, audience, item_id, by)
    except InvalidInput as invalid:
        return await _page(visit, sequence, _typed(visit), _problems(invalid))
    except RollcallError as refused:
        return visit.go(f"/sequences/{sequence.id}", refused=str(refused))
    return visit.go(f"/sequences/{sequence.id}/enrollings/{item_id}")


@pages.get("/sequences/{sequence_id}/enrollings/{enrolling_id}", Scope.READ)
async def show_enrolling(visit: Visit) -> Response:
    """How far people were brought in."""
    return await _progress(visit, "sequences/enrolling.html")


@pages.get("/sequences/{sequence_id}/enrollings/{enrolling_id}/progress", Scope.READ)
async def show_enrolling_progress(visit: Visit) -> Response:
    """The part of the page that changes."""
    return await _progress(visit, "sequences/enrolling_progress.html")


async def _progress(visit: Visit, template: str) -> Response:
    runtime, company_id, sequence = visit.runtime, visit.company_id, await _sequence(visit)
    found = await get_enrolling(runtime, company_id, sequence.id, visit.path("enrolling_id"))
    is_over = found.state is not EnrollingState.WAITING
    return visit.progress(template, is_over=is_over, sequence=sequence, enrolling=found)


_FIELDS = ("list_id", "segment_id", "file_id", "addresses")


def _problems(invalid: InvalidInput) -> dict[str, str]:
    """What is wrong by field: several lines of the addresses may be."""
    reasons: dict[str, list[str]] = {}
    for one in invalid.problems:
        reasons.setdefault(one.field if one.field in _FIELDS else "addresses", []).append(one.reason)
    return {field: "; ".join(found) for field, found in reasons.items()}


async def _audience(visit: Visit) -> PeopleAudience:
    """Who the form says. Raises InvalidInput."""
    form = visit.form
    include: list[Chosen] = []
    if list_id := form.item_id("list_id", is_needed=False):
        include.append(ListMembers(list_id=list_id))
    if segment_id := form.item_id("segment_id", is_needed=False):
        include.append(SegmentMembers(segment_id=segment_id))
    if file_id := form.item_id("file_id", is_needed=False):
        include.append(FileRows(file_id=file_id))
    if text := form.text("addresses", is_needed=False, most=PASTED_CHARACTERS).strip():
        pasted = await read_pasted_list(visit.runtime, visit.company_id, text, CHANNEL)
        for fault in pasted.faults[:5]:
            form.wrong("addresses", f"line {fault.line}, {fault.value!r}: {fault.reason}")
        include += pasted.parts
    elif not include:
        form.wrong("addresses", "choose a list, a segment or a file, or write addresses")
    except_id = form.item_id("except_list_id", is_needed=False)
    form.check()
    return PeopleAudience(
        include=tuple(include), exclude=(ListMembers(list_id=except_id),) if except_id else ()
    )


def _typed(visit: Visit) -> dict[str, Any]:
    names = ("id", "list_id", "segment_id", "file_id", "addresses", "except_list_id")
    return {name: visit.form.given(name) for name in names}


async def _sequence(visit: Visit) -> Sequence:
    return await get_sequence(visit.runtime, visit.company_id, visit.path("sequence_id"))


async def _page(
    visit: Visit, sequence: Sequence, typed: dict[str, Any], problems: dict[str, str]
) -> Response:
    return visit.page(
        "sequences/enroll.html",
        code=422 if problems else 200,
        sequence=sequence,
        typed=typed,
        problems=problems,
        lists=await every(visit, list_contact_lists),
        segments=await every(visit, list_segments),
        files=await every(visit, list_files, state=FileState.LOADED),
    )
