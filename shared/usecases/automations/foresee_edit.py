"""What publishing an automation's draft would do to those who are in it, in numbers."""

from datetime import timedelta

from msgspec import Struct

from shared.domain.automations.automation import Automation, definition_in
from shared.domain.automations.editing import Choice, StepChange, step_changes
from shared.domain.automations.steps import Steps, WaitFor, WaitStep, WaitUntilEvent, find_step
from shared.firestore.queries.automations import ENROLLMENTS_DUE_ON_STEP, ENROLLMENTS_ON_STEP
from shared.runtime import Runtime


class StepEffect(Struct, frozen=True, kw_only=True):
    """How many stand on a step that the draft deletes or changes, and how many of them would go on now.

    None: that depends on each of them, and is not counted. Whatever is chosen, nobody gets a step twice.
    """

    change: StepChange
    standing: int
    going_on: int | None

    @property
    def words(self) -> str:
        """In a sentence."""
        stand = "waits" if self.standing == 1 else "wait"
        now = "" if self.going_on is None else f", {self.going_on:,} would go on now"
        return f"{self.standing:,} {stand} in this step{now}, none gets anything twice."


async def foresee_edit(runtime: Runtime, company_id: str, automation_id: str) -> list[StepEffect]:
    """What the draft means for each step that it deletes or changes; nothing before the first publishing.

    Raises NotFound.
    """
    automation = await runtime.stores.automations.get(company_id, automation_id)
    if not automation.live:
        return []
    old, new = definition_in(automation.live).steps, definition_in(automation.draft).steps
    return [await _effect(runtime, company_id, automation, one, old, new) for one in step_changes(old, new)]


async def _effect(
    runtime: Runtime, company_id: str, automation: Automation, change: StepChange, old: Steps, new: Steps
) -> StepEffect:
    enrollments = runtime.stores.automation_enrollments
    place = (automation.id, change.step_id, 0)
    standing = await enrollments.count(company_id, ENROLLMENTS_ON_STEP, *place)
    if change.default is Choice.GO_ON:
        return StepEffect(change=change, standing=standing, going_on=standing)
    shorter = _shorter_by(old, new, change.step_id)
    going_on = None
    if shorter is not None:
        until = runtime.now() + shorter
        going_on = await enrollments.count(company_id, ENROLLMENTS_DUE_ON_STEP, *place, until)
    return StepEffect(change=change, standing=standing, going_on=going_on)


def _shorter_by(old: Steps, new: Steps, step_id: str) -> timedelta | None:
    """By how much everybody's wait becomes shorter; None where that differs."""
    before, after = _seconds(find_step(old, step_id)), _seconds(find_step(new, step_id))
    return None if before is None or after is None else timedelta(seconds=before - after)


def _seconds(step: object) -> int | None:
    match step:
        case WaitStep(wait=WaitFor(seconds=seconds)):
            return seconds
        case WaitStep(wait=WaitUntilEvent(limit_seconds=seconds)):
            return seconds
    return None
