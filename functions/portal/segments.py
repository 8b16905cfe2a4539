"""Segments: contacts by criteria, with how many they are while the criteria are written."""

import asyncio

from msgspec import Struct
from starlette.responses import Response

from functions.portal.criteria_fields import built_criterion, criteria_choices, criterion_place, names_of
from functions.portal.kit.lists import every, shown
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from functions.portal.segment_builder import Built, built_of, changed, read_built
from shared.domain.companies.api_key import Scope
from shared.domain.contacts.criterion_words import Names, criterion_words
from shared.domain.contacts.judge_contact import asks_row
from shared.domain.contacts.segment import AllOf, AnyOf, Criterion, Segment
from shared.domain.errors import Conflict, InvalidInput
from shared.domain.ids import random_id
from shared.domain.record import replace
from shared.usecases.contacts.check_criterion import check_criterion
from shared.usecases.contacts.delete_segment import delete_segment
from shared.usecases.contacts.save_segment import create_segment, edit_segment
from shared.views.contact_fields import list_contact_fields
from shared.views.contact_lists import list_contact_lists
from shared.views.segments import SegmentCount, count_segment, get_segment, list_segments

pages = Pages()


class Tried(Struct, frozen=True, kw_only=True):
    """How many meet the criteria now, or what is wrong with them, by its place in the form.

    With `by_row` nobody can be counted: it depends on the row that lets somebody into an automation.
    """

    by_row: bool = False
    count: SegmentCount | None = None
    words: str = ""
    problems: dict[str, str] | None = None


@pages.get("/segments", Scope.READ)
async def show_segments(visit: Visit) -> Response:
    """All segments, each in words."""
    segments, names = await asyncio.gather(shown(visit, list_segments), _names(visit))
    said = {one.id: _words(one.criterion, names) for one in segments.items}
    return visit.page("segments/list.html", segments=segments, said=said)


@pages.get("/segments/new", Scope.WRITE)
async def show_new_segment(visit: Visit) -> Response:
    """The builder, empty."""
    return await _page(visit, Built(), "", random_id(), None, {})


@pages.post("/segments/build", Scope.READ)
async def build(visit: Visit) -> Response:
    """The builder with a condition more or less, or of another kind. It stores nothing."""
    form = visit.form
    built = changed(read_built(form), form.given("do"))
    segment_id = form.item_id("id")
    if visit.is_fragment:
        return visit.page(
            "segments/builder.html",
            **await criteria_choices(visit),
            built=built,
            problems={},
            build="/segments/build",
        )
    return await _page(visit, built, form.given("name"), segment_id or random_id(), None, {})


@pages.post("/segments/count", Scope.READ)
async def count(visit: Visit) -> Response:
    """How many meet what is typed, and the first of them: a part of the page. It stores nothing."""
    (tried, criterion), names = await asyncio.gather(_tried(visit, read_built(visit.form)), _names(visit))
    return visit.page("segments/count.html", tried=_said(tried, criterion, names))


@pages.post("/segments", Scope.WRITE)
async def add_segment(visit: Visit) -> Response:
    """Store a new segment. Sent twice, it is one."""
    return await _save(visit, None)


@pages.get("/segments/{segment_id}", Scope.READ)
async def show_segment(visit: Visit) -> Response:
    """One segment: who is in it now, and the builder for who may change it."""
    segment = await get_segment(visit.runtime, visit.company_id, visit.path("segment_id"))
    built = built_of(segment.criterion) if visit.allows(Scope.WRITE) else None
    if built is not None:
        return await _page(visit, built, segment.name, segment.id, segment, {})
    count, names = await asyncio.gather(
        count_segment(visit.runtime, visit.company_id, segment.criterion), _names(visit)
    )
    tried = _said(Tried(count=count), segment.criterion, names)
    return visit.page("segments/segment.html", segment=segment, tried=tried)


@pages.post("/segments/{segment_id}", Scope.WRITE)
async def change_segment(visit: Visit) -> Response:
    """Store what was changed. Campaigns read it when they fire."""
    segment = await get_segment(visit.runtime, visit.company_id, visit.path("segment_id"))
    if built_of(segment.criterion) is None:
        raise Conflict("A program made this segment of more than the page can show. Change it by the API.")
    return await _save(visit, segment)


@pages.get("/segments/{segment_id}/delete", Scope.WRITE)
async def ask_delete_segment(visit: Visit) -> Response:
    """What deleting it does."""
    segment = await get_segment(visit.runtime, visit.company_id, visit.path("segment_id"))
    return visit.page("segments/delete.html", segment=segment)


@pages.post("/segments/{segment_id}/delete", Scope.WRITE)
async def remove_segment(visit: Visit) -> Response:
    """Delete it; its people stay."""
    await delete_segment(visit.runtime, visit.company_id, visit.path("segment_id"))
    return visit.go("/segments", done="The segment is deleted. Its people are still there.")


async def _save(visit: Visit, known: Segment | None) -> Response:
    form, built = visit.form, read_built(visit.form)
    segment_id, name, now = known.id if known else form.item_id("id"), form.line("name"), visit.runtime.now()
    try:
        form.check()
        criterion = built_criterion(built)
        if known is None:
            made = Segment(id=segment_id, name=name, criterion=criterion, created_at=now, updated_at=now)
            await create_segment(visit.runtime, visit.company_id, made)
        else:
            changes = {"name": name, "criterion": criterion}
            await edit_segment(visit.runtime, visit.company_id, known.id, changes)
    except InvalidInput as invalid:
        problems = _placed(invalid)
        return await _page(visit, built, form.given("name"), segment_id or random_id(), known, problems)
    return visit.go(f"/segments/{segment_id}", done="The segment is stored.")


def _placed(invalid: InvalidInput) -> dict[str, str]:
    """What is wrong, by its place in the form."""
    return {criterion_place(one.field): one.reason for one in invalid.problems}


async def _tried(visit: Visit, built: Built) -> tuple[Tried, Criterion | None]:
    """How many meet what is typed, and that as it is counted."""
    try:
        typed = built_criterion(built)
        if asks_row(typed):
            return Tried(by_row=True), None
        criterion = await check_criterion(visit.runtime, visit.company_id, typed)
    except InvalidInput as invalid:
        return Tried(problems=_placed(invalid)), None
    return Tried(count=await count_segment(visit.runtime, visit.company_id, criterion)), criterion


def _said(tried: Tried, criterion: Criterion | None, names: Names) -> Tried:
    """The same with the criterion in words."""
    return replace(tried, words=_words(criterion, names)) if criterion else tried


def _words(criterion: Criterion, names: Names) -> str:
    """The criterion in words; a single group stands without brackets."""
    if isinstance(criterion, AllOf | AnyOf) and len(criterion.criteria) == 1:
        return criterion_words(criterion.criteria[0], names)
    return criterion_words(criterion, names)


async def _names(visit: Visit) -> Names:
    lists, fields = await asyncio.gather(every(visit, list_contact_lists), every(visit, list_contact_fields))
    return names_of(lists, fields)


async def _page(
    visit: Visit, built: Built, name: str, segment_id: str, segment: Segment | None, problems: dict[str, str]
) -> Response:
    choices, (tried, criterion) = await asyncio.gather(
        criteria_choices(visit), _tried(visit, built) if segment else _untried()
    )
    return visit.page(
        "segments/form.html",
        code=422 if problems else 200,
        **choices,
        build="/segments/build",
        built=built,
        name=name,
        segment_id=segment_id,
        segment=segment,
        problems=problems,
        tried=_said(tried, criterion, choices["names"]) if tried else None,
    )


async def _untried() -> tuple[None, None]:
    """Of a segment that is not stored yet nothing is counted before somebody asks."""
    return None, None
