"""The steps of an automation: a list, in which an if has two lists of its own.

They are tagged unions, as msgspec stores them. A step keeps its id through all edits.
"""

from collections.abc import Iterator, Sequence
from datetime import time

import msgspec

from shared.domain.automations.trigger import Happened
from shared.domain.channels.channel import Channel
from shared.domain.contacts.contact import FieldValue
from shared.domain.contacts.segment import Criterion


class WaitFor(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="for"):
    """So many seconds."""

    seconds: int


class WaitUntilTime(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="until_time"):
    """Until it is next this `clock` time in the contact's zone, on one of the `weekdays` (ISO: Monday is 1).

    Without weekdays any day will do.
    """

    clock: time
    weekdays: tuple[int, ...] = ()


class WaitUntilDate(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="until_date"):
    """Until so many `days` from the date in a contact's field, at the `clock` time of the contact's zone.

    Without a clock: at the field's own time. A date that is over, or not known, is not waited for.
    """

    field: str
    days: int = 0
    clock: time | None = None


class WaitUntilEvent(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="until_event"):
    """Until something happens to the contact, `limit_seconds` at most."""

    event: Happened
    limit_seconds: int


Wait = WaitFor | WaitUntilTime | WaitUntilDate | WaitUntilEvent
_ZONE = "time_zone"


def fields_of(wait: Wait) -> frozenset[str]:
    """What of a contact, when it changes, moves the end of the wait: a field's name, or `time_zone`."""
    match wait:
        case WaitUntilDate(field=field):
            return frozenset({field, _ZONE})
        case WaitUntilTime():
            return frozenset({_ZONE})
    return frozenset()


class SendStep(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="send"):
    """One message to the contact. Without an `address_field` it is the channel's own."""

    id: str
    channel: Channel
    template_id: str
    sender_id: str
    address_field: str = ""


class WaitStep(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="wait"):
    """The contact stands here for a while."""

    id: str
    wait: Wait


class IfStep(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="if"):
    """Who meets the criterion goes on with `then`, the others with `otherwise`; then both go on below."""

    id: str
    criterion: Criterion
    then: tuple["AutomationStep", ...] = ()
    otherwise: tuple["AutomationStep", ...] = ()

    def branch(self, outcome: str) -> tuple["AutomationStep", ...]:
        """The steps that follow on an outcome."""
        return self.then if outcome == THEN else self.otherwise


class TagStep(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="tag"):
    """Attach a tag to the contact, or take it off."""

    id: str
    tag: str
    is_attached: bool = True


class ListStep(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="list"):
    """Put the contact on a list, or take it off."""

    id: str
    list_id: str
    is_member: bool = True


class FieldStep(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="field"):
    """Set a field of the company's own; without a value it is emptied."""

    id: str
    field: str
    value: FieldValue | None = None


class WebhookStep(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="webhook"):
    """Tell one of the company's webhook endpoints. `name` is what the webhook calls it."""

    id: str
    endpoint_id: str
    name: str


class HandOverStep(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="hand_over"):
    """Have a person of the company look after the contact, by a notice with this text."""

    id: str
    text: str


class EndStep(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="end"):
    """The contact's way ends here."""

    id: str


AutomationStep = (
    SendStep | WaitStep | IfStep | TagStep | ListStep | FieldStep | WebhookStep | HandOverStep | EndStep
)
Steps = Sequence[AutomationStep]
THEN, OTHERWISE = "then", "otherwise"


def every_step(steps: Steps) -> Iterator[AutomationStep]:
    """All steps, those of branches too, from top to bottom."""
    for step in steps:
        yield step
        if isinstance(step, IfStep):
            yield from every_step(step.then)
            yield from every_step(step.otherwise)


def find_step(steps: Steps, step_id: str) -> AutomationStep | None:
    """The step with this id; None where there is none (any more)."""
    return next((one for one in every_step(steps) if one.id == step_id), None)
