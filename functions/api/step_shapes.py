"""What the steps of a campaign look like going in and out."""

from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, StrictInt

from functions.api.kit.channel_name import ChannelName
from functions.api.kit.shapes import FieldName, Input, ItemId, Output, WallTime, WallTimeShown
from shared.domain.campaigns.reply_option import Disposition
from shared.domain.campaigns.step import AfterDelay, AtField, AtOnce, DelayMeasure, IfLate, OnlyIf, Step, When

_YEAR = 366 * 86_400


def _made(struct: Callable[..., When]) -> Callable[..., When]:
    return lambda kind, **given: struct(**given)


class AtOnceShape(Input):
    """When the campaign fires."""

    record_type: ClassVar[Callable[..., Any] | None] = _made(AtOnce)
    kind: Literal["at_once"]


class AfterDelayShape(Input):
    """So many seconds after the step before: from the end of its sending, or each recipient's own send."""

    record_type: ClassVar[Callable[..., Any] | None] = _made(AfterDelay)
    kind: Literal["after_delay"]
    seconds: Annotated[StrictInt, Field(ge=1, le=_YEAR)]
    counted_from: DelayMeasure = DelayMeasure.RECIPIENT

    def given(self) -> dict[str, Any]:
        """Also from when it is counted by default."""
        return {"counted_from": self.counted_from} | super().given()


class AtFieldInput(Input):
    """At a time that follows from a date or datetime field of the row; before it when negative.

    Either `seconds` from it (-7200: two hours before), or `days` with a `clock` time where the recipient is
    (-3 and 17:00: three days before, at five). Without a clock it is the field's own. `if_late` is for rows
    whose time had passed before the campaign fired.
    """

    record_type: ClassVar[Callable[..., Any] | None] = _made(AtField)
    kind: Literal["at_field"]
    field: FieldName
    seconds: Annotated[StrictInt, Field(ge=-_YEAR, le=_YEAR)] = 0
    days: Annotated[StrictInt, Field(ge=-366, le=366)] = 0
    clock: WallTime | None = None
    if_late: IfLate = IfLate.SKIP


class AtFieldOutput(Output):
    """At a time that follows from a date or datetime field of the row."""

    kind: Literal["at_field"]
    field: str
    seconds: int
    days: int
    clock: WallTimeShown | None
    if_late: IfLate


_WhenInput = Annotated[AtOnceShape | AfterDelayShape | AtFieldInput, Field(discriminator="kind")]
_WhenOutput = Annotated[AtOnceShape | AfterDelayShape | AtFieldOutput, Field(discriminator="kind")]


def _step(**fields: Any) -> Step:
    return Step(id="", **fields)  # a step's id follows from its place: save_campaign gives it


class StepInput(Input):
    """One message: over which channel, from which sender, to the address in which field; when, for whom.

    Steps are in the order in which they are written: a delay counts from the one before, and `only_if` asks
    what became of those before. `answers` go with `answered_with`. One for `appointment_canceled` comes last,
    and waits until its appointment is canceled. With `invites_to`, the place of an earlier
    step counted from 0, it goes to those whose message of that step waits for them to write: its template
    says `{{ invite_url }}`, the link by which they do.
    """

    record_type: ClassVar[Callable[..., Any] | None] = _step
    channel: ChannelName
    template_id: ItemId
    sender_id: ItemId
    address_field: FieldName
    when: _WhenInput = AtOnceShape(kind="at_once")
    only_if: OnlyIf = OnlyIf.ANYBODY
    answers: Annotated[tuple[Disposition, ...], Field(max_length=len(Disposition))] = ()
    invites_to: Annotated[StrictInt, Field(ge=0, le=100)] | None = None


class StepOutput(Output):
    """One message of a campaign."""

    id: str
    channel: ChannelName
    template_id: str
    sender_id: str
    address_field: str
    when: _WhenOutput
    only_if: OnlyIf
    answers: tuple[Disposition, ...]
    invites_to: int | None

    @classmethod
    def derived(cls, record: Step) -> dict[str, object]:
        """Its time, by its kind."""
        return {"when": _shown(record.when)}


def _shown(when: When) -> dict[str, object]:
    names = when.__struct_fields__
    return {"kind": when.__struct_config__.tag, **{name: getattr(when, name) for name in names}}
