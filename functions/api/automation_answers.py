"""What the API answers of automations: drafts, versions, effects, dry runs, and the contacts in them."""

from datetime import datetime

from functions.api.automation_shapes import DefinitionShape, shown_definition
from functions.api.kit.shapes import Output
from shared.domain.automations.automation import Automation, AutomationVersion, definition_in
from shared.domain.automations.editing import ChangeKind, Choice
from shared.domain.automations.enrollment import Completed, EndReason, Enrollment, EnrollmentState
from shared.domain.automations.state import AutomationState
from shared.domain.automations.version_diff import Difference
from shared.usecases.automations.foresee_edit import StepEffect


class TriedStepOutput(Output):
    """A step that the contact would do: when, what would come of it, and the text it would get."""

    step_id: str
    kind: str
    at: datetime
    outcome: str
    text: str


class TriedOutput(Output):
    """The steps that the contact would do, in their order."""

    items: tuple[TriedStepOutput, ...]


class StepEffectOutput(Output):
    """What publishing does to those who stand on one step. `going_on` is null where it depends on each."""

    step_id: str
    kind: ChangeKind
    standing: int
    going_on: int | None
    default: Choice
    choices: tuple[Choice, ...]
    words: str

    @classmethod
    def derived(cls, record: StepEffect) -> dict[str, object]:
        """What is known of the change."""
        change = record.change
        return {
            "step_id": change.step_id,
            "kind": change.kind,
            "default": change.default,
            "choices": change.choices,
        }


class EffectOutput(Output):
    """What publishing the draft does to those who are in the automation."""

    items: tuple[StepEffectOutput, ...]


class VersionOutput(Output):
    """A version. `moved` of `found` contacts who stood on steps that it concerned were brought up to it."""

    id: str
    number: int
    published_at: datetime
    published_by: str
    choices: dict[str, str]
    found: int
    moved: int
    is_moved: bool

    @classmethod
    def derived(cls, record: AutomationVersion) -> dict[str, object]:
        """How far it came with them."""
        moving = record.moving
        return {
            "found": moving.found if moving else 0,
            "moved": moving.moved if moving else 0,
            "is_moved": moving is None or moving.is_done,
        }


class VersionsOutput(Output):
    """The newest versions of an automation, the newest first."""

    items: tuple[VersionOutput, ...]


class DifferenceOutput(Output):
    """A step that differs from the version before."""

    step_id: str
    difference: Difference


class VersionDetailOutput(Output):
    """A version with all of it, and what differs from the one before: steps, and the names of other parts."""

    version: VersionOutput
    definition: DefinitionShape
    steps: tuple[DifferenceOutput, ...]
    others: tuple[str, ...]


class EventOutput(Output):
    """An event that was told."""

    id: str
    at: datetime


class AutomationOutput(Output):
    """An automation. `draft` is edited, `live` runs: null before the first publishing."""

    id: str
    name: str
    state: AutomationState
    version: int
    draft: DefinitionShape
    live: DefinitionShape | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def derived(cls, record: Automation) -> dict[str, object]:
        """The definitions as they are written."""
        live = shown_definition(definition_in(record.live)) if record.live else None
        return {"draft": shown_definition(definition_in(record.draft)), "live": live}


class CompletedOutput(Output):
    """A step that is done; `record_id` is its message, failure, webhook or notice."""

    step_id: str
    at: datetime
    outcome: str
    record_id: str

    @classmethod
    def all(cls, several: tuple[Completed, ...]) -> tuple["CompletedOutput", ...]:
        """Each as it is shown."""
        return tuple(map(cls.of, several))


class EnrollmentOutput(Output):
    """One contact's way through an automation: what let it in, what it completed, where it stands since when.

    `waits_until` is null where it does not wait.
    """

    id: str
    automation_id: str
    contact_id: str
    entered_by: str
    entered_at: datetime
    state: EnrollmentState
    step_id: str
    since: datetime | None
    waits_until: datetime | None
    completed: tuple[CompletedOutput, ...]
    ended_at: datetime | None
    end_reason: EndReason | None

    @classmethod
    def derived(cls, record: Enrollment) -> dict[str, object]:
        """Its steps as they are shown."""
        return {"completed": CompletedOutput.all(record.completed)}


class EnrolledOutput(Output):
    """The enrollments of the contacts that were let in."""

    items: tuple[EnrollmentOutput, ...]
