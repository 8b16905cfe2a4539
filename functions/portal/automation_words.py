"""What an automation does, as people say it: its steps, what came of them, and how versions differ."""

from collections.abc import Mapping

from msgspec import Struct, field

from functions.portal.automation_events import days_words, event_words
from functions.portal.kit.wording import weekdays, words
from shared.domain.automations.editing import Choice
from shared.domain.automations.enrollment import Completed
from shared.domain.automations.steps import (
    OTHERWISE,
    THEN,
    AutomationStep,
    FieldStep,
    HandOverStep,
    IfStep,
    ListStep,
    SendStep,
    Steps,
    TagStep,
    Wait,
    WaitFor,
    WaitStep,
    WaitUntilDate,
    WaitUntilEvent,
    WaitUntilTime,
    WebhookStep,
)
from shared.domain.contacts.criterion_words import Names, criterion_words
from shared.domain.messages.message import Message
from shared.domain.messages.skipping import skip_words

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))
_OUTCOMES = {
    THEN: "it is so: the first branch",
    OTHERWISE: "it is not so: the other branch",
    "limit": "it did not come in time",
    "moved on": "sent on by an edit",
}
CHOICES = {
    Choice.GO_ON: "go on to the next step at once",
    Choice.NEW_TIME: "wait the new time; the time waited counts",
    Choice.STAY: "stay on the old version to its end",
    Choice.LEAVE: "leave: their way ends here",
}


class Called(Struct, frozen=True, kw_only=True):
    """What people call the parts of steps: lists and fields, and templates by their ids."""

    names: Names
    templates: Mapping[str, str]


class ShownStep(Struct, frozen=True, kw_only=True):
    """A step of the flow: what it does, how many stand there, and its branches if it is an if."""

    id: str
    text: str
    is_if: bool
    standing: int = 0
    then: tuple["ShownStep", ...] = field(default=())
    otherwise: tuple["ShownStep", ...] = field(default=())


def flow_of(steps: Steps, counts: Mapping[str, int], called: Called) -> tuple[ShownStep, ...]:
    """The steps from top to bottom, with how many stand on each."""
    return tuple(
        ShownStep(
            id=step.id,
            text=step_words(step, called),
            is_if=isinstance(step, IfStep),
            standing=counts.get(step.id, 0),
            then=flow_of(step.then, counts, called) if isinstance(step, IfStep) else (),
            otherwise=flow_of(step.otherwise, counts, called) if isinstance(step, IfStep) else (),
        )
        for step in steps
    )


def step_words(step: AutomationStep, called: Called) -> str:
    """What the step does, in a line."""
    names = called.names
    match step:
        case SendStep():
            template = called.templates.get(step.template_id, step.template_id)
            return f"Send “{template}” as {step.channel.record.noun}"
        case WaitStep():
            return f"Wait {wait_words(step.wait, names)}"
        case IfStep():
            return f"If the contact {criterion_words(step.criterion, names)}"
        case TagStep():
            return f"{'Attach' if step.is_attached else 'Take off'} the tag “{step.tag}”"
        case ListStep():
            name = names.lists.get(step.list_id, step.list_id)
            return f"{'Put on' if step.is_member else 'Take off'} the list “{name}”"
        case FieldStep():
            name = names.fields.get(step.field, step.field)
            return f"Empty {name}" if step.value is None else f"Set {name} to {step.value}"
        case WebhookStep():
            return f"Tell your system “{step.name}”"
        case HandOverStep():
            return f"Hand over to a person: {step.text}"
    return "End here"


def wait_words(wait: Wait, names: Names) -> str:
    """How long, or until when."""
    match wait:
        case WaitFor(seconds=seconds):
            return duration(seconds)
        case WaitUntilTime(clock=clock, weekdays=days):
            return f"until {clock:%H:%M}" + (f" on {weekdays(days)}" if days else "")
        case WaitUntilDate():
            at = f" at {wait.clock:%H:%M}" if wait.clock is not None else ""
            return f"until {days_words(wait.days)} {names.fields.get(wait.field, words(wait.field))}{at}"
        case WaitUntilEvent():
            return f"until {event_words(wait.event, names)}, {duration(wait.limit_seconds)} at most"


def duration(seconds: int) -> str:
    """The largest unit that it is a whole number of: 2 days, 90 minutes."""
    size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
    count = seconds // size
    return f"{count:,} {unit}{'' if count == 1 else 's'}"


def outcome_words(outcome: str) -> str:
    """What came of a step, and why: "it is so: the first branch", "skipped: opted out"."""
    return _OUTCOMES.get(outcome, words(outcome))


def came_of(done: Completed, message: Message | None) -> str:
    """What came of a step that is done: of a message, how far it is by now, and why."""
    if message is None:
        return outcome_words(done.outcome)
    reason = skip_words(message) or message.delivery_reason or message.reason
    return words(message.delivery or message.state) + (f": {reason}" if reason else "")
