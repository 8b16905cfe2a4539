"""What a campaign looks like going in and out."""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Annotated, Any, ClassVar

from pydantic import Field, StrictBool, StrictInt, StringConstraints

from functions.api.audience_shapes import AudienceInput, AudienceOutput
from functions.api.frequency_cap_shapes import FrequencyCapInput, FrequencyCapOutput
from functions.api.kit.shapes import (
    LEFT_OUT,
    Day,
    FieldName,
    Input,
    ItemId,
    Name,
    Output,
    WallDateTime,
    WallDateTimeShown,
    WallTime,
    WallTimeShown,
)
from functions.api.message_filter_shapes import FilterInput, FilterOutput
from functions.api.reply_option_shapes import ReplyOptionInput, ReplyOptionOutput
from functions.api.row_filter_shapes import RowFilterInput, RowFilterOutput
from functions.api.step_shapes import StepInput, StepOutput
from shared.domain.campaigns.campaign import Campaign, CampaignState, UnknownPolicy
from shared.domain.campaigns.dedupe_scope import MOST_DAYS, DedupeScope
from shared.domain.campaigns.public_holidays import holiday_hint, holidays_of
from shared.domain.campaigns.schedule import Schedule, ScheduleKind
from shared.domain.campaigns.send_again import MOST_ROWS, ChosenRow, SendAgain
from shared.domain.campaigns.window import ContactWindow
from shared.domain.companies.consent_rules import TOPIC_CHARACTERS
from shared.domain.replies.check_options import option_warnings
from shared.usecases.campaigns.save_campaign import STEPS

_Topic = Annotated[str, StringConstraints(max_length=TOPIC_CHARACTERS)]


class WindowInput(Input):
    """When people may be contacted, in their own time. `days` are 1 (Monday) to 7.

    `holiday_country` names whose public holidays are not contact days: US, US-FL, or US+US-FL for both. On
    `half_days`, and on half holidays known of that place, the window closes at `half_days_close`.

    Where neither row nor number says a person's time zone, the window must be open in every zone of the
    company's country; with `assumed_time_zone` it is that one. With `keeps_quiet_hours` nobody is contacted
    when the law of their place forbids unasked calls (GET /v1/quiet-hours): by their number, and by the field
    `place_field`, which holds a US state, a ZIP code or an address.
    """

    record_type: ClassVar[Callable[..., Any] | None] = ContactWindow
    days: Annotated[
        tuple[Annotated[StrictInt, Field(ge=1, le=7)], ...], Field(min_length=1, max_length=7)
    ] = (1, 2, 3, 4, 5, 6, 7)
    opens: WallTime = time(9, 0)
    closes: WallTime = time(20, 0)
    time_zone_field: FieldName | None = None
    closed_days: Annotated[tuple[Day, ...], Field(max_length=400)] = ()
    holiday_country: Annotated[str, StringConstraints(min_length=2, max_length=60)] | None = None
    half_days: Annotated[tuple[Day, ...], Field(max_length=400)] = ()
    half_days_close: WallTime | None = None
    assumed_time_zone: Name | None = None
    keeps_quiet_hours: StrictBool = False
    place_field: FieldName | None = None


class ScheduleInput(Input):
    """When it fires. `at` is wall time in `time_zone`; `rule` is an RFC 5545 RRULE without DTSTART."""

    record_type: ClassVar[Callable[..., Any] | None] = Schedule
    kind: ScheduleKind = ScheduleKind.ON_DEMAND
    at: WallDateTime | None = None
    rule: Annotated[str, StringConstraints(min_length=1, max_length=500)] | None = None
    time_zone: Name | None = None


class ChosenRowInput(Input):
    """A row of a file. The header is row 1."""

    record_type: ClassVar[Callable[..., Any] | None] = ChosenRow
    file_id: ItemId
    row_number: Annotated[StrictInt, Field(ge=1, le=10_000_000)]


class SendAgainInput(Input):
    """Who gets the message whatever was sent before: everybody, or the chosen rows."""

    record_type: ClassVar[Callable[..., Any] | None] = SendAgain
    everybody: StrictBool = False
    rows: Annotated[tuple[ChosenRowInput, ...], Field(max_length=MOST_ROWS)] = ()


_Steps = Annotated[tuple[StepInput, ...], Field(min_length=1, max_length=STEPS)]
_DedupeKey = Annotated[tuple[FieldName, ...], Field(min_length=1, max_length=10)]


class CampaignChanges(Input):
    """The fields of a draft to change. Lists are replaced as a whole.

    `dedupe_scope` says among which messages none may be the same twice: those of one `fire`, all of the
    `campaign`, or also those that any campaign of the `source` sent within `dedupe_days`. Null leaves it to
    the default: `campaign` when it is recurring, else `source` with 30 days. Answers that come later than
    `answers_close_minutes` before the appointment's start are left to a person; by default, after its start.
    With `stop_at_answer`, the default, whoever has answered gets no further step, but one for such answers.
    `topic` is one of the company's topics: whoever has refused it gets none of these messages.
    `frequency_cap` takes the place of the company's; with `ignores_frequency_cap` there is none.
    With `pause_at_percent` a fire pauses by itself, once, when so many of 20 or more messages failed at the
    provider or are unknown. With `asks_together` all rows of one address are asked in one message: its
    template lists `appointments`.
    """

    name: Name = LEFT_OUT
    audience: AudienceInput = LEFT_OUT
    steps: _Steps = LEFT_OUT
    window: WindowInput = LEFT_OUT
    schedule: ScheduleInput = LEFT_OUT
    reply_options: Annotated[tuple[ReplyOptionInput, ...], Field(max_length=10)] = LEFT_OUT
    expires_field: FieldName | None = None
    filters: Annotated[tuple[FilterInput, ...], Field(max_length=20)] = LEFT_OUT
    row_filter: RowFilterInput | None = None
    dedupe_key: _DedupeKey | None = None
    dedupe_scope: DedupeScope | None = None
    dedupe_days: Annotated[StrictInt, Field(ge=1, le=MOST_DAYS)] | None = None
    send_again: SendAgainInput = LEFT_OUT
    unknown_policy: UnknownPolicy = LEFT_OUT
    answers_close_minutes: Annotated[StrictInt, Field(ge=0, le=10_080)] = LEFT_OUT
    stop_at_answer: StrictBool = LEFT_OUT
    topic: _Topic = LEFT_OUT
    frequency_cap: FrequencyCapInput | None = None
    ignores_frequency_cap: StrictBool = LEFT_OUT
    asks_together: StrictBool = LEFT_OUT
    pause_at_percent: Annotated[StrictInt, Field(ge=1, le=100)] | None = None


class CampaignInput(CampaignChanges):
    """A campaign's definition. `expires_field` names the field after whose time a message is no use.

    It is a date or a datetime. Rows that `row_filter` does not take get no message.
    """

    name: Name
    audience: AudienceInput
    steps: _Steps


class WindowOutput(Output):
    """When people may be contacted."""

    days: tuple[int, ...]
    opens: WallTimeShown
    closes: WallTimeShown
    time_zone_field: str | None
    closed_days: tuple[date, ...]
    holiday_country: str | None
    half_days: tuple[date, ...]
    half_days_close: WallTimeShown | None
    assumed_time_zone: str | None
    keeps_quiet_hours: bool
    place_field: str | None


class ScheduleOutput(Output):
    """When a campaign fires."""

    kind: ScheduleKind
    at: WallDateTimeShown | None
    rule: str | None
    time_zone: str | None


class ChosenRowOutput(Output):
    """A row of a file."""

    file_id: str
    row_number: int


class SendAgainOutput(Output):
    """Who gets the message whatever was sent before."""

    everybody: bool
    rows: tuple[ChosenRowOutput, ...]


class HolidayOutput(Output):
    """A public holiday."""

    day: date
    name: str


class DedupeQuestionOutput(Output):
    """What only the company can say about its dedupe key: the `field` to set, and why."""

    field: str
    question: str


class ApprovalOutput(Output):
    """Who made a campaign ready, and who else approved it ("user …" or "key …"). `is_waiting`: nobody yet.

    `recipients` is null where they are counted only when it fires.
    """

    asked_by: str
    asked_at: datetime
    recipients: int | None
    is_needed: bool
    is_waiting: bool
    approved_by: str
    approved_at: datetime | None


class CampaignOutput(Output):
    """A campaign. `content_hash` and `approval` are set while it is frozen.

    `fire_refusal` says why it has not started though its time has come; it is tried again. `warnings` say
    what carriers do with words of its reply options.
    """

    id: str
    name: str
    state: CampaignState
    audience: AudienceOutput
    steps: tuple[StepOutput, ...]
    window: WindowOutput
    schedule: ScheduleOutput
    reply_options: tuple[ReplyOptionOutput, ...]
    expires_field: str | None
    filters: tuple[FilterOutput, ...]
    row_filter: RowFilterOutput | None
    dedupe_key: tuple[str, ...] | None
    dedupe_scope: DedupeScope
    dedupe_days: int | None
    send_again: SendAgainOutput
    questions: tuple[DedupeQuestionOutput, ...]
    unknown_policy: UnknownPolicy
    answers_close_minutes: int
    stop_at_answer: bool
    topic: str
    frequency_cap: FrequencyCapOutput | None
    ignores_frequency_cap: bool
    asks_together: bool
    pause_at_percent: int | None
    content_hash: str | None
    next_fire_at: datetime | None
    last_fire_id: str | None
    fire_refusal: str
    approval: ApprovalOutput | None
    warnings: tuple[str, ...]
    created_at: datetime
    updated_at: datetime

    @classmethod
    def derived(cls, record: Campaign) -> dict[str, object]:
        """The dedupe scope it has, be it the default."""
        audience = AudienceOutput.of(record.audience)
        return {
            "audience": audience,
            "approval": ApprovalOutput.of(record.approval) if record.approval else None,
            "steps": tuple(StepOutput.of(step) for step in record.steps),
            "dedupe_scope": record.scope.kind,
            "dedupe_days": record.scope.days,
            "warnings": tuple(option_warnings(record.reply_options)),
        }


class CampaignDetailOutput(CampaignOutput):
    """A campaign by itself, with the holidays of its window. A list would take seconds to find them all.

    `holidays` are those in the year after it was saved, and `holiday_hint` is what may be missing there.
    """

    holidays: tuple[HolidayOutput, ...]
    holiday_hint: str | None

    @classmethod
    def derived(cls, record: Campaign) -> dict[str, object]:
        """Also the days on which nobody is contacted, and what that calendar may lack."""
        country, saved = record.window.holiday_country, record.updated_at
        days = holidays_of(country, saved.date()) if country else ()
        return super().derived(record) | {
            "holidays": tuple(HolidayOutput.of(day) for day in days),
            "holiday_hint": holiday_hint(country, saved.year) if country else None,
        }


class ReadyCampaignOutput(CampaignDetailOutput):
    """A campaign that was just made ready.

    `sender_remarks` are sentences on its senders: how they are registered with carriers, and what is set at
    the provider. They stop nothing. `warnings` are of its texts, too, and of providers' formats.
    """

    sender_remarks: tuple[str, ...]
