"""What the criteria of a segment look like, going in and out."""

from typing import Annotated, Any, Literal

import msgspec
from pydantic import AfterValidator, Field, StrictBool, StrictFloat, StrictInt, StringConstraints

from functions.api.kit.channel_name import ChannelName
from functions.api.kit.shapes import FieldName, Input, ItemId
from functions.api.row_filter_shapes import as_text
from shared.domain.channels.channel import as_text as channel_text
from shared.domain.channels.channel import named
from shared.domain.contacts.contact import Consent
from shared.domain.contacts.segment import Activity, Criterion
from shared.domain.files.row_filter import ConditionTest

_Text = Annotated[str, StringConstraints(max_length=200)]
_Number = StrictInt | Annotated[StrictFloat, Field(allow_inf_nan=False)]
_Value = Annotated[_Text | StrictBool | _Number, AfterValidator(as_text)]


class FieldShape(Input):
    """A field of yours, or `name`, `key`, `language`, `time_zone`, `created_at`, meets a test.

    `values` go with is_one_of and is_none_of, `value` with others. For dates, `today`, `today+3` and
    `today-1` are values too.
    """

    kind: Literal["field"]
    field: FieldName
    test: ConditionTest
    value: _Value | None = None
    values: Annotated[tuple[_Value, ...], Field(max_length=100)] = ()


class RowShape(Input):
    """A field of the row that let the contact into an automation meets a test; for an automation's ifs alone.

    Where no row did, its fields are empty.
    """

    kind: Literal["row"]
    field: FieldName
    test: ConditionTest
    value: _Value | None = None
    values: Annotated[tuple[_Value, ...], Field(max_length=100)] = ()


class TagShape(Input):
    """The contact has the tag `value`."""

    kind: Literal["tag"]
    value: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class ListShape(Input):
    """The contact is on the list."""

    kind: Literal["list"]
    list_id: ItemId


class ConsentShape(Input):
    """One of the contact's addresses on the channel has this consent; refusals count as unsubscribed."""

    kind: Literal["consent"]
    channel: ChannelName
    consent: Consent


class ReachableShape(Input):
    """The contact has an address on the channel that is neither refused nor bounced."""

    kind: Literal["reachable"]
    channel: ChannelName


class ActivityShape(Input):
    """It holds for at least `times` messages that were sent to the contact in the last `days` days.

    `not_answered` counts messages without an answer. Without a channel it does not matter which.
    """

    kind: Literal["activity"]
    activity: Activity
    days: Annotated[int, Field(ge=1, le=365)]
    times: Annotated[int, Field(ge=1, le=1_000)] = 1
    channel: ChannelName | None = None


class AllShape(Input):
    """All of the criteria are met."""

    kind: Literal["all"]
    criteria: Annotated[tuple["CriterionShape", ...], Field(max_length=100)]


class AnyShape(Input):
    """One of the criteria is met."""

    kind: Literal["any"]
    criteria: Annotated[tuple["CriterionShape", ...], Field(max_length=100)]


class NotShape(Input):
    """The criterion is not met."""

    kind: Literal["not"]
    criterion: "CriterionShape"


CriterionShape = Annotated[
    AllShape
    | AnyShape
    | NotShape
    | FieldShape
    | RowShape
    | TagShape
    | ListShape
    | ConsentShape
    | ReachableShape
    | ActivityShape,
    Field(discriminator="kind"),
]


def criterion_of(shape: Any) -> Criterion:
    """The criteria that came in."""
    made: Criterion = msgspec.convert(shape.model_dump(mode="json"), Criterion, dec_hook=named)
    return made


def shape_of(criterion: Criterion) -> dict[str, Any]:
    """Criteria as they go out."""
    shown: dict[str, Any] = msgspec.to_builtins(criterion, enc_hook=channel_text)
    return shown
