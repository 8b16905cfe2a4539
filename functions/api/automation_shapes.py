"""What an automation looks like, going in and out. Steps and triggers are named as they are stored."""

from typing import Annotated, Any, Literal

import msgspec
from pydantic import Field, StrictBool, StrictFloat, StrictInt, StringConstraints, WithJsonSchema

from functions.api.campaign_shapes import WindowInput
from functions.api.kit.channel_name import ChannelName
from functions.api.kit.shapes import FieldName, Input, ItemId, Name, WallTime
from functions.api.segment_shapes import CriterionShape
from shared.domain.automations.automation import Definition, Reentry
from shared.domain.automations.trigger import HEARD
from shared.domain.channels.channel import as_text, named
from shared.domain.events.event import EventType

_What = Annotated[str, StringConstraints(max_length=200)]
_Text = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
_YEAR = 365 * 86_400
_Seconds = Annotated[StrictInt, Field(ge=1, le=_YEAR)]
_Days = Annotated[StrictInt, Field(ge=-366, le=366)]
# Others are refused with what there is, as all that an automation names (check_automation.py).
_Event = Annotated[
    EventType, WithJsonSchema({"type": "string", "title": "Event", "enum": [str(one) for one in HEARD]})
]
_Value = StrictBool | StrictInt | Annotated[StrictFloat, Field(allow_inf_nan=False)] | _Text


class EventShape(Input):
    """Something happens to the contact.

    `what` is the tag, the list's id, the channel, the disposition, or the name of an event of your own
    (`contact.event`); left out, it is any.
    """

    kind: Literal["event"]
    event: _Event
    what: _What = ""


class DateShape(Input):
    """So many `days` from the date in a field of the contact, at the `clock` time of the contact's zone."""

    kind: Literal["date"]
    field: FieldName
    days: _Days = 0
    clock: WallTime


class WaitForShape(Input):
    """So many seconds."""

    kind: Literal["for"]
    seconds: _Seconds


class WaitUntilTimeShape(Input):
    """Until it is next this time where the contact is; with `weekdays` (1 is Monday), on one of them."""

    kind: Literal["until_time"]
    clock: WallTime
    weekdays: Annotated[tuple[Annotated[StrictInt, Field(ge=1, le=7)], ...], Field(max_length=7)] = ()


class WaitUntilDateShape(Input):
    """Until so many days from the date in a field of the contact, at that time of its zone or at the field's.

    A date that is over or not known is not waited for.
    """

    kind: Literal["until_date"]
    field: FieldName
    days: _Days = 0
    clock: WallTime | None = None


class WaitUntilEventShape(Input):
    """Until something happens to the contact, `limit_seconds` at most."""

    kind: Literal["until_event"]
    event: EventShape
    limit_seconds: _Seconds


_Wait = Annotated[
    WaitForShape | WaitUntilTimeShape | WaitUntilDateShape | WaitUntilEventShape, Field(discriminator="kind")
]


class SendShape(Input):
    """Send a message. Without `address_field` it goes to the contact's address on the channel."""

    kind: Literal["send"]
    id: ItemId
    channel: ChannelName
    template_id: ItemId
    sender_id: ItemId
    address_field: Annotated[str, StringConstraints(max_length=200)] = ""


class WaitShape(Input):
    """Wait."""

    kind: Literal["wait"]
    id: ItemId
    wait: _Wait


class IfShape(Input):
    """Who meets the criterion does `then`, the others `otherwise`; both go on with what stands below."""

    kind: Literal["if"]
    id: ItemId
    criterion: CriterionShape
    then: Annotated[tuple["StepShape", ...], Field(max_length=100)] = ()
    otherwise: Annotated[tuple["StepShape", ...], Field(max_length=100)] = ()


class TagStepShape(Input):
    """Attach a tag; with `is_attached` false, take it off."""

    kind: Literal["tag"]
    id: ItemId
    tag: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    is_attached: StrictBool = True


class ListStepShape(Input):
    """Put the contact on a list; with `is_member` false, take it off."""

    kind: Literal["list"]
    id: ItemId
    list_id: ItemId
    is_member: StrictBool = True


class FieldStepShape(Input):
    """Set a field of the contact; null empties it."""

    kind: Literal["field"]
    id: ItemId
    field: FieldName
    value: _Value | None = None


class WebhookStepShape(Input):
    """Tell a webhook endpoint, by an event `contact.automation_called` whose `what` is the name."""

    kind: Literal["webhook"]
    id: ItemId
    endpoint_id: ItemId
    name: Name


class HandOverShape(Input):
    """Hand the contact to a person: the company gets a notice with the text."""

    kind: Literal["hand_over"]
    id: ItemId
    text: _Text


class EndShape(Input):
    """The contact's way ends here."""

    kind: Literal["end"]
    id: ItemId


StepShape = Annotated[
    SendShape
    | WaitShape
    | IfShape
    | TagStepShape
    | ListStepShape
    | FieldStepShape
    | WebhookStepShape
    | HandOverShape
    | EndShape,
    Field(discriminator="kind"),
]
TriggerShape = Annotated[EventShape | DateShape, Field(discriminator="kind")]


class DefinitionShape(Input):
    """What an automation does. Each step has an id of yours, which it keeps through all edits.

    `reentry` says whether a contact may enter again. One of the `goals` ends a contact's way early. Messages
    go out within the `window`; who refused the `topic` gets none of them.
    """

    triggers: Annotated[tuple[TriggerShape, ...], Field(max_length=20)]
    steps: Annotated[tuple[StepShape, ...], Field(max_length=100)]
    reentry: Reentry = Reentry.ONCE
    goals: Annotated[tuple[EventShape, ...], Field(max_length=20)] = ()
    window: WindowInput = WindowInput()
    topic: Annotated[str, StringConstraints(max_length=100)] = ""


def definition_of(shape: DefinitionShape) -> Definition:
    """The definition that came in."""
    made: Definition = msgspec.convert(shape.model_dump(mode="json"), Definition, dec_hook=named)
    return made


def shown_definition(definition: Definition) -> dict[str, Any]:
    """A definition as it goes out."""
    shown: dict[str, Any] = msgspec.to_builtins(definition, enc_hook=as_text)
    return shown
