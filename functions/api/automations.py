"""/v1/automations: steps per contact, and the contacts in them."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field

from functions.api.automation_answers import (
    AutomationOutput,
    DifferenceOutput,
    EffectOutput,
    EnrolledOutput,
    EnrollmentOutput,
    EventOutput,
    StepEffectOutput,
    TriedOutput,
    TriedStepOutput,
    VersionDetailOutput,
    VersionOutput,
    VersionsOutput,
)
from functions.api.automation_shapes import DefinitionShape, definition_of, shown_definition
from functions.api.kit.authentication import Reader, Sending, Writer
from functions.api.kit.idempotency import new_id
from functions.api.kit.paging import Page, list_page
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import Input, ItemId, Listed, Name
from shared.domain.automations.automation import (
    definition_in,
)
from shared.domain.automations.editing import Choice
from shared.domain.automations.enrollment import EnrollmentState
from shared.domain.automations.state import AutomationState
from shared.usecases.automations.change_state import change_state
from shared.usecases.automations.enroll_contacts import enroll_contacts
from shared.usecases.automations.foresee_edit import foresee_edit
from shared.usecases.automations.publish_automation import publish_automation
from shared.usecases.automations.save_automation import create_automation, edit_automation
from shared.usecases.automations.tell_event import tell_event
from shared.usecases.automations.try_automation import try_automation
from shared.usecases.automations.undo_edit import undo_edit
from shared.views import automations as view

router = APIRouter(prefix="/v1/automations", tags=["automations"], route_class=ApiRoute)


class AutomationInput(Input):
    """An automation's draft: what it will do once it is published."""

    name: Name
    definition: DefinitionShape


class EnrollInput(Input):
    """Contacts to be let in."""

    contact_ids: Annotated[tuple[ItemId, ...], Field(min_length=1, max_length=500)]


class EventInput(Input):
    """Something of your own that happened to a contact, by a name that automations listen to."""

    contact_id: ItemId
    name: Name


class PublishInput(Input):
    """What becomes of those who stand on a step that the draft deletes or changes, by step.

    Without a choice they go on from a deleted step, and wait by the new time on a wait that changes.
    """

    choices: Annotated[dict[ItemId, Choice], Field(max_length=100, default_factory=dict)]


class TryInput(Input):
    """A contact to try the draft for."""

    contact_id: ItemId


@router.post("", status_code=201)
async def add_automation(
    caller: Writer, body: AutomationInput, request: Request, response: Response
) -> AutomationOutput:
    """Create an automation as a draft. Nothing happens until it is published."""
    definition = definition_of(body.definition)
    made = await create_automation(caller.runtime, caller.company_id, new_id(request), body.name, definition)
    response.headers["Location"] = f"/v1/automations/{made.id}"
    return AutomationOutput.of(made)


@router.get("")
async def list_automations(
    caller: Reader, paging: Page, state: AutomationState | None = None, name: Name | None = None
) -> Listed[AutomationOutput]:
    """The company's automations, newest first. `name` is the whole name."""
    return await list_page(caller, paging, AutomationOutput, view.list_automations, state=state, name=name)


@router.post("/events", status_code=202)
async def tell_own_event(caller: Writer, body: EventInput, request: Request) -> EventOutput:
    """Tell that something of your own happened to a contact.

    Automations with a trigger, a goal or a wait for `contact.event` of that name hear it, once.
    """
    event = await tell_event(caller.runtime, caller.company_id, body.contact_id, body.name, new_id(request))
    return EventOutput.of(event)


@router.get("/{automation_id}")
async def get_automation(caller: Reader, automation_id: ItemId) -> AutomationOutput:
    """One automation."""
    return AutomationOutput.of(await view.get_automation(caller.runtime, caller.company_id, automation_id))


@router.put("/{automation_id}")
async def change_automation(caller: Writer, automation_id: ItemId, body: AutomationInput) -> AutomationOutput:
    """Put another draft in place. What runs stays as it is until that is published."""
    changed = await edit_automation(
        caller.runtime, caller.company_id, automation_id, body.name, definition_of(body.definition)
    )
    return AutomationOutput.of(changed)


@router.post("/{automation_id}/undo")
async def undo_one_edit(caller: Writer, automation_id: ItemId) -> AutomationOutput:
    """Take back the last change of the draft; undone again, the change is back. What runs stays as it is."""
    return AutomationOutput.of(await undo_edit(caller.runtime, caller.company_id, automation_id))


@router.post("/{automation_id}/publish")
async def publish_one_automation(
    caller: Sending, automation_id: ItemId, body: PublishInput | None = None
) -> AutomationOutput:
    """Publish the draft as the next version: it runs from now on.

    Texts and senders are frozen as they are now, and checked as a campaign's are. Look at the effect first:
    who stands on a step that is deleted or whose wait changes is brought up as `choices` say.
    """
    choices = body.choices if body is not None else {}
    by = f"key {caller.key.id}"
    published = await publish_automation(
        caller.runtime, caller.company_id, automation_id, by=by, choices=choices
    )
    return AutomationOutput.of(published)


@router.post("/{automation_id}/try")
async def try_one_automation(caller: Writer, automation_id: ItemId, body: TryInput) -> TriedOutput:
    """Try the draft for one contact: which steps it would do, and when. Nothing is stored or sent."""
    tried = await try_automation(caller.runtime, caller.company_id, automation_id, body.contact_id)
    return TriedOutput(items=tuple(map(TriedStepOutput.of, tried)))


@router.get("/{automation_id}/effect")
async def get_effect(caller: Reader, automation_id: ItemId) -> EffectOutput:
    """Count what publishing the draft would do to those who are in it, step by step."""
    found = await foresee_edit(caller.runtime, caller.company_id, automation_id)
    return EffectOutput(items=tuple(map(StepEffectOutput.of, found)))


@router.get("/{automation_id}/versions")
async def list_versions(caller: Reader, automation_id: ItemId) -> VersionsOutput:
    """What was published, the newest first, and how far each edit came with those it concerned."""
    found = await view.list_versions(caller.runtime, caller.company_id, automation_id)
    return VersionsOutput(items=tuple(map(VersionOutput.of, found)))


@router.get("/{automation_id}/versions/{version_id}")
async def get_version(caller: Reader, automation_id: ItemId, version_id: ItemId) -> VersionDetailOutput:
    """One version, and what differs from the one before."""
    found = await view.get_version(caller.runtime, caller.company_id, automation_id, version_id)
    definition = shown_definition(definition_in(found.version.definition))
    return VersionDetailOutput(
        version=VersionOutput.of(found.version),
        definition=DefinitionShape.model_validate(definition),
        steps=tuple(map(DifferenceOutput.of, found.steps)),
        others=found.others,
    )


@router.post("/{automation_id}/pause")
async def pause_one_automation(caller: Sending, automation_id: ItemId) -> AutomationOutput:
    """Have nobody move on. Who enters waits before the first step."""
    state = AutomationState.PAUSED
    return AutomationOutput.of(await change_state(caller.runtime, caller.company_id, automation_id, state))


@router.post("/{automation_id}/resume")
async def resume_one_automation(caller: Sending, automation_id: ItemId) -> AutomationOutput:
    """Have everybody move on again, and let contacts in."""
    state = AutomationState.LIVE
    return AutomationOutput.of(await change_state(caller.runtime, caller.company_id, automation_id, state))


@router.post("/{automation_id}/drain")
async def drain_one_automation(caller: Sending, automation_id: ItemId) -> AutomationOutput:
    """Let nobody in any more. Who is in it goes on to the end."""
    state = AutomationState.DRAINING
    return AutomationOutput.of(await change_state(caller.runtime, caller.company_id, automation_id, state))


@router.post("/{automation_id}/enroll", status_code=202)
async def enroll_by_hand(
    caller: Sending, automation_id: ItemId, body: EnrollInput, request: Request
) -> EnrolledOutput:
    """Let contacts in by hand. The rule for entering again holds for them too."""
    enrolled = await enroll_contacts(
        caller.runtime, caller.company_id, automation_id, body.contact_ids, new_id(request)
    )
    return EnrolledOutput(items=tuple(map(EnrollmentOutput.of, enrolled)))


@router.get("/{automation_id}/enrollments")
async def list_enrollments(
    caller: Reader,
    paging: Page,
    automation_id: ItemId,
    contact_id: ItemId | None = None,
    state: EnrollmentState | None = None,
    step_id: ItemId | None = None,
) -> Listed[EnrollmentOutput]:
    """Who is in the automation, or was, newest first. With `step_id`, those who stand on that step."""
    await view.get_automation(caller.runtime, caller.company_id, automation_id)
    return await list_page(
        caller,
        paging,
        EnrollmentOutput,
        view.list_enrollments,
        automation_id=automation_id,
        contact_id=contact_id,
        state=state,
        step_id=step_id,
    )


@router.get("/{automation_id}/enrollments/{enrollment_id}")
async def get_enrollment(caller: Reader, automation_id: ItemId, enrollment_id: ItemId) -> EnrollmentOutput:
    """One contact's way: each step that it completed, when, and what came of it."""
    found = await view.get_enrollment(caller.runtime, caller.company_id, automation_id, enrollment_id)
    return EnrollmentOutput.of(found)
