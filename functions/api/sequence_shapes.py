"""What sequences, their steps and the people in them look like, going in and out."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, ClassVar

from pydantic import Field, StrictBool, StrictInt, StringConstraints

from functions.api.audience_shapes import ChosenShape
from functions.api.kit.shapes import LEFT_OUT, Day, Input, ItemId, Name, Output, WallTime, WallTimeShown
from shared.domain.campaigns.audience import MOST_CHOSEN, PeopleAudience
from shared.domain.companies.consent_rules import TOPIC_CHARACTERS
from shared.domain.sequences.check_sequence import CONTENT_BYTES, MOST_AWAY_DAYS, SUBJECT_BYTES
from shared.domain.sequences.mailbox import MOST_MAILBOXES
from shared.domain.sequences.sequence import (
    LONGEST_WAIT_DAYS,
    MOST_STEPS,
    WORKING_DAYS,
    Endings,
    Sequence,
    SequenceState,
    SequenceStep,
)
from shared.views.text_warnings import step_warnings

_Content = Annotated[str, StringConstraints(max_length=CONTENT_BYTES)]
_Subject = Annotated[str, StringConstraints(max_length=SUBJECT_BYTES)]
_WaitDays = Annotated[StrictInt, Field(ge=0, le=LONGEST_WAIT_DAYS)]
_Position = Annotated[StrictInt, Field(ge=1, le=MOST_STEPS)]
_Several = Annotated[tuple[ChosenShape, ...], Field(max_length=MOST_CHOSEN)]


class StepChanges(Input):
    """What may be changed of a step; what is left out stays."""

    position: _Position = LEFT_OUT
    wait_days: _WaitDays = LEFT_OUT
    subject: _Subject = LEFT_OUT
    content: _Content = LEFT_OUT
    html: _Content = LEFT_OUT


class StepInput(StepChanges):
    """An email of a sequence, so many days after the one before was sent. Texts are templates.

    With 0 days as with 1 it is the next day: nobody gets two emails of a sequence on one.
    Without a `position` it is the last one. Without a `subject` a later one answers in the thread of the
    first.
    """

    position: _Position = MOST_STEPS
    wait_days: _WaitDays = 0
    subject: _Subject = ""
    content: _Content
    html: _Content = ""


class OrderInput(Input):
    """All steps of the sequence in their new order."""

    step_ids: Annotated[tuple[ItemId, ...], Field(min_length=1, max_length=MOST_STEPS)]


class EndingsInput(Input):
    """What ends a contact's way before the last step; an unsubscribe always does."""

    record_type: ClassVar[Callable[..., Any] | None] = Endings
    at_reply: StrictBool = True
    at_bounce: StrictBool = True


class SequenceChanges(Input):
    """What may be changed of a sequence; what is left out stays. Lists are replaced as a whole.

    Emails go out from `start_time` to `end_time` on `days`, 1 (Monday) to 7, that are neither `closed_days`
    nor holidays of `holiday_country`: by the clock of the contact's own zone where that is known, with
    `in_contacts_zone`, else by that of `time_zone`. `mailbox_ids` is the pool. When a machine answers that
    somebody is away, the next email waits `away_days`. Who refused the `topic` gets none.
    """

    name: Name = LEFT_OUT
    start_time: WallTime = LEFT_OUT
    end_time: WallTime = LEFT_OUT
    time_zone: Name = LEFT_OUT
    days: Annotated[
        tuple[Annotated[StrictInt, Field(ge=1, le=7)], ...], Field(min_length=1, max_length=7)
    ] = LEFT_OUT
    closed_days: Annotated[tuple[Day, ...], Field(max_length=400)] = LEFT_OUT
    holiday_country: Annotated[str, StringConstraints(min_length=2, max_length=60)] | None = None
    in_contacts_zone: StrictBool = LEFT_OUT
    mailbox_ids: Annotated[tuple[ItemId, ...], Field(max_length=MOST_MAILBOXES)] = LEFT_OUT
    endings: EndingsInput = LEFT_OUT
    away_days: Annotated[StrictInt, Field(ge=1, le=MOST_AWAY_DAYS)] = LEFT_OUT
    topic: Annotated[str, StringConstraints(max_length=TOPIC_CHARACTERS)] = LEFT_OUT


class SequenceInput(SequenceChanges):
    """A sequence as a draft; steps may also be added later."""

    name: Name
    start_time: WallTime
    end_time: WallTime
    time_zone: Name
    days: Annotated[
        tuple[Annotated[StrictInt, Field(ge=1, le=7)], ...], Field(min_length=1, max_length=7)
    ] = WORKING_DAYS
    steps: Annotated[tuple[StepInput, ...], Field(max_length=MOST_STEPS)] = ()


class PeopleInput(Input):
    """Whoever is in one of `include` and in none of `exclude` now."""

    record_type: ClassVar[Callable[..., Any] | None] = PeopleAudience
    include: Annotated[_Several, Field(min_length=1)]
    exclude: _Several = ()


class EnrollInput(Input):
    """Whom to bring into the sequence."""

    audience: PeopleInput


class PreviewInput(Input):
    """Whose emails to show."""

    contact_id: ItemId


class StepOutput(Output):
    """An email of a sequence."""

    id: str
    position: int
    wait_days: int
    subject: str
    content: str
    html: str
    warnings: tuple[str, ...]

    @classmethod
    def derived(cls, record: SequenceStep) -> dict[str, object]:
        """What becomes of who answers with the words that it asks for."""
        return {"warnings": step_warnings(record)}


class EndingsOutput(Output):
    """What ends a contact's way before the last step."""

    at_reply: bool
    at_bounce: bool


class SequenceOutput(Output):
    """A sequence: its window, its pool of mailboxes, its steps in order."""

    id: str
    name: str
    state: SequenceState
    start_time: WallTimeShown
    end_time: WallTimeShown
    time_zone: str
    days: tuple[int, ...]
    closed_days: tuple[date, ...]
    holiday_country: str | None
    in_contacts_zone: bool
    mailbox_ids: tuple[str, ...]
    endings: EndingsOutput
    away_days: int
    topic: str
    steps: tuple[StepOutput, ...]
    created_at: datetime
    updated_at: datetime

    @classmethod
    def derived(cls, record: Sequence) -> dict[str, object]:
        """Its steps, each with its warnings."""
        return {"steps": tuple(map(StepOutput.of, record.steps))}
