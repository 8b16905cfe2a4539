"""Automations, and the contacts in them."""

import asyncio
from collections.abc import Sequence

from msgspec import Struct

from shared.domain.automations.automation import (
    Automation,
    AutomationVersion,
    Definition,
    definition_in,
    version_id,
)
from shared.domain.automations.bring_up import numbers_between, shown_by
from shared.domain.automations.enrollment import Enrollment, EnrollmentState
from shared.domain.automations.state import AutomationState
from shared.domain.automations.steps import every_step
from shared.domain.automations.version_diff import StepDifference, other_parts_differ, steps_differ
from shared.domain.errors import NotFound
from shared.domain.messages.message import Message
from shared.domain.record import replace
from shared.firestore.kit.query import Match
from shared.firestore.queries.automations import ENROLLMENTS_ON_STEP, ENROLLMENTS_PARKED
from shared.firestore.queries.lists import AUTOMATIONS, ENROLLMENTS
from shared.runtime import Runtime
from shared.views.kit.paging import Page, PageAsked, page_of

SHOWN_VERSIONS = 50
MOST_COUNTED = 1_000_000


async def list_automations(
    runtime: Runtime,
    company_id: str,
    asked: PageAsked,
    *,
    state: AutomationState | None = None,
    name: str | None = None,
) -> Page[Automation]:
    """The company's automations, newest first."""
    return await page_of(runtime.stores.automations, company_id, asked, AUTOMATIONS, state=state, name=name)


async def get_automation(runtime: Runtime, company_id: str, automation_id: str) -> Automation:
    """One automation. Raises NotFound."""
    return await runtime.stores.automations.get(company_id, automation_id)


async def list_enrollments(
    runtime: Runtime,
    company_id: str,
    asked: PageAsked,
    *,
    automation_id: str | None = None,
    contact_id: str | None = None,
    state: EnrollmentState | None = None,
    step_id: str | None = None,
) -> Page[Enrollment]:
    """The enrollments that match every filter given, newest first."""
    page = await page_of(
        runtime.stores.automation_enrollments,
        company_id,
        asked,
        ENROLLMENTS,
        automation_id=automation_id,
        contact_id=contact_id,
        state=state,
        step_id=step_id,
    )
    return replace(page, items=await _shown(runtime, company_id, page.items))


async def get_enrollment(
    runtime: Runtime, company_id: str, automation_id: str, enrollment_id: str
) -> Enrollment:
    """One enrollment of the automation. Raises NotFound."""
    found = await runtime.stores.automation_enrollments.get(company_id, enrollment_id)
    if found.automation_id != automation_id:
        raise NotFound("enrollment", enrollment_id)
    [shown] = await _shown(runtime, company_id, [found])
    return shown


async def _shown(runtime: Runtime, company_id: str, found: Sequence[Enrollment]) -> list[Enrollment]:
    """The enrollments without records of steps that were deleted since somebody moved them."""
    inside = [one for one in found if one.state is EnrollmentState.ACTIVE]
    stores = runtime.stores
    automations = await stores.automations.find_many(company_id, {one.automation_id for one in inside})
    ids = {
        version_id(one.automation_id, number)
        for one in inside
        if one.automation_id in automations
        for number in numbers_between(one, automations[one.automation_id])[1:]
    }
    versions: dict[str, dict[int, AutomationVersion]] = {}
    for version in (await stores.automation_versions.find_many(company_id, ids)).values():
        versions.setdefault(version.automation_id, {})[version.number] = version
    return [
        shown_by(one, automations[one.automation_id], versions.get(one.automation_id, {}))
        if one.automation_id in automations
        else one
        for one in found
    ]


async def read_sends(runtime: Runtime, company_id: str, enrollment: Enrollment) -> dict[str, Message]:
    """The messages that the enrollment's steps made, by id."""
    ids = {one.record_id for one in enrollment.completed if one.record_id}
    return await runtime.stores.messages.find_many(company_id, ids)


async def count_steps(runtime: Runtime, company_id: str, automation: Automation) -> dict[str, int]:
    """How many stand on each step of what runs, by the newest version; no step on which nobody does."""
    if not automation.live:
        return {}
    ids = [step.id for step in every_step(definition_in(automation.live).steps)]
    enrollments = runtime.stores.automation_enrollments
    counts = await asyncio.gather(
        *(enrollments.count(company_id, ENROLLMENTS_ON_STEP, automation.id, step_id, 0) for step_id in ids)
    )
    return {step_id: count for step_id, count in zip(ids, counts, strict=True) if count}


async def count_inside(runtime: Runtime, company_id: str, automation_id: str) -> int:
    """How many stand on a step of it, of whatever version; no more than MOST_COUNTED are counted."""
    matches = ((Match("automation_id", automation_id),), (Match("state", EnrollmentState.ACTIVE),))
    return await runtime.stores.automation_enrollments.count_newest(
        company_id, ENROLLMENTS, most=MOST_COUNTED, matches=matches
    )


async def count_parked(runtime: Runtime, company_id: str, automation_id: str) -> int:
    """How many became due while the automation was paused: they go on once it does."""
    enrollments = runtime.stores.automation_enrollments
    return await enrollments.count(company_id, ENROLLMENTS_PARKED, automation_id, True)


class VersionShown(Struct, frozen=True, kw_only=True):
    """A version, with what differs from the one before it: steps, and the names of other parts.

    `before` is what the one before said, None for the first. `texts` are what messages said there and say
    here, by send step, where they differ.
    """

    version: AutomationVersion
    steps: tuple[StepDifference, ...]
    others: tuple[str, ...]
    before: Definition | None
    texts: dict[str, tuple[str, str]]


async def list_versions(runtime: Runtime, company_id: str, automation_id: str) -> list[AutomationVersion]:
    """The newest versions of the automation, the newest first. Raises NotFound."""
    automation = await get_automation(runtime, company_id, automation_id)
    numbers = range(automation.version, max(0, automation.version - SHOWN_VERSIONS), -1)
    ids = [version_id(automation_id, number) for number in numbers]
    found = await runtime.stores.automation_versions.find_many(company_id, ids)
    return [found[one] for one in ids if one in found]


async def get_version(runtime: Runtime, company_id: str, automation_id: str, version: str) -> VersionShown:
    """One version of the automation, by its id. Raises NotFound."""
    versions = runtime.stores.automation_versions
    found = await versions.get(company_id, version)
    if found.automation_id != automation_id:
        raise NotFound(versions.kind, version)
    before = await versions.find(company_id, version_id(automation_id, found.number - 1))
    new = definition_in(found.definition)
    old = definition_in(before.definition) if before else replace(new, steps=())
    return VersionShown(
        version=found,
        steps=tuple(steps_differ(old.steps, new.steps)),
        others=tuple(other_parts_differ(old, new)),
        before=old if before else None,
        texts=await _texts(runtime, company_id, before, found) if before else {},
    )


async def _texts(
    runtime: Runtime, company_id: str, old: AutomationVersion, new: AutomationVersion
) -> dict[str, tuple[str, str]]:
    """What the messages of both versions said and say, of send steps whose frozen text is another."""
    ids = [one for one, digest in new.contents.items() if old.contents.get(one, digest) != digest]
    before = await asyncio.gather(*(_text(runtime, company_id, old, one) for one in ids))
    now = await asyncio.gather(*(_text(runtime, company_id, new, one) for one in ids))
    return {
        one: both for one, both in zip(ids, zip(before, now, strict=True), strict=True) if both[0] != both[1]
    }


async def _text(runtime: Runtime, company_id: str, version: AutomationVersion, step_id: str) -> str:
    """What the version's step sends: the subject, if any, and the text."""
    contents, digest = runtime.stores.campaign_contents, version.contents[step_id]
    content = await contents.frozen(company_id, version.automation_id, digest)
    template = content.templates[content.step(step_id).template_id]
    return f"{template.subject} {template.body}".strip()
