"""What a broadcast looks like going in and out."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, ClassVar

from pydantic import Field, StrictInt, StringConstraints

from functions.api.audience_shapes import AudienceOutput, ChosenShape
from functions.api.campaign_shapes import WindowInput, WindowOutput
from functions.api.fires import LedgerOutput
from functions.api.kit.channel_name import ChannelName
from functions.api.kit.shapes import (
    LEFT_OUT,
    FieldName,
    Input,
    ItemId,
    Name,
    Output,
    WallDateTime,
    WallDateTimeShown,
)
from functions.api.reply_option_shapes import ReplyOptionInput, ReplyOptionOutput
from shared.domain.campaigns.audience import MOST_CHOSEN, PeopleAudience
from shared.domain.campaigns.broadcast import Broadcast, BroadcastState, Wave
from shared.domain.companies.consent_rules import TOPIC_CHARACTERS
from shared.domain.fires.broadcast_phase import BroadcastPhase
from shared.domain.senders.run_limits import (
    FASTEST_PER_SECOND,
    LONGEST_SECONDS,
    MOST_MESSAGES,
    RUN_MESSAGES,
    RUN_PER_SECOND,
    RUN_SECONDS,
    SLOWEST_PER_SECOND,
    RunLimits,
)
from shared.views.broadcasts import LiveBroadcast

LONGEST_PAUSE = 7 * 86_400
_Several = Annotated[tuple[ChosenShape, ...], Field(max_length=MOST_CHOSEN)]
_Topic = Annotated[str, StringConstraints(max_length=TOPIC_CHARACTERS)]


class PeopleInput(Input):
    """Whom it is for: whoever is in one of `include` and in none of `exclude` when it is made, each once."""

    record_type: ClassVar[Callable[..., Any] | None] = PeopleAudience
    include: Annotated[tuple[ChosenShape, ...], Field(min_length=1, max_length=MOST_CHOSEN)]
    exclude: _Several = ()


class WaveInput(Input):
    """One message to each person: over which channel, from which sender, to the address in which field."""

    record_type: ClassVar[Callable[..., Any] | None] = Wave
    channel: ChannelName
    template_id: ItemId
    sender_id: ItemId
    address_field: FieldName


class RunsInput(Input):
    """Messages leave in runs of `size`, each stopped after `seconds`: `per_second` of them a second from a
    sender, and no more than its own pace.
    """

    record_type: ClassVar[Callable[..., Any] | None] = RunLimits
    size: Annotated[StrictInt, Field(ge=1, le=MOST_MESSAGES)] = RUN_MESSAGES
    seconds: Annotated[StrictInt, Field(ge=1, le=int(LONGEST_SECONDS))] = int(RUN_SECONDS)
    per_second: Annotated[float, Field(ge=SLOWEST_PER_SECOND, le=FASTEST_PER_SECOND)] = RUN_PER_SECOND


class BroadcastChanges(Input):
    """The fields of a planned broadcast to change; the later ones of its series follow it.

    `at` is wall time in `time_zone`, or in the company's. The `second` wave goes to those who have not
    replied, `pause_seconds` after the last message of the `first`; without one there is no second wave.
    """

    name: Name = LEFT_OUT
    audience: PeopleInput = LEFT_OUT
    at: WallDateTime = LEFT_OUT
    time_zone: Name | None = None
    first: WaveInput = LEFT_OUT
    second: WaveInput | None = None
    pause_seconds: Annotated[StrictInt, Field(ge=1, le=LONGEST_PAUSE)] = LEFT_OUT
    runs: RunsInput = LEFT_OUT
    window: WindowInput = LEFT_OUT
    reply_options: Annotated[tuple[ReplyOptionInput, ...], Field(max_length=10)] = LEFT_OUT
    topic: _Topic = LEFT_OUT


class BroadcastInput(BroadcastChanges):
    """The first broadcast of a series. It runs at the time `at`, and then on each working day.

    Whenever one is made, the next is planned: at the same time of the next working day of the company's
    calendar, which PATCH /v1/company sets.
    """

    name: Name
    audience: PeopleInput
    at: WallDateTime
    first: WaveInput


class WaveOutput(Output):
    """One message to each person."""

    channel: ChannelName
    template_id: str
    sender_id: str
    address_field: str


class RunsOutput(Output):
    """How messages leave."""

    size: int
    seconds: float
    per_second: float


class BroadcastOutput(Output):
    """One broadcast of a series.

    `state` is `planned`, `making`, `made`, `collecting`, `ended` or `canceled`. `refusal` says why it was not
    made though its time has come; it is tried again. Its messages are those of `campaign_id` and `fire_id`.
    """

    id: str
    series_id: str
    number: int
    name: str
    state: BroadcastState
    audience: AudienceOutput
    at: WallDateTimeShown
    time_zone: str | None
    run_at: datetime
    first: WaveOutput
    second: WaveOutput | None
    pause_seconds: int
    runs: RunsOutput
    window: WindowOutput
    reply_options: tuple[ReplyOptionOutput, ...]
    topic: str
    campaign_id: str | None
    fire_id: str | None
    next_id: str | None
    refusal: str
    note: str
    made_at: datetime | None
    ended_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def derived(cls, record: Broadcast) -> dict[str, object]:
        """Whom it is for."""
        return {"audience": AudienceOutput.of(record.audience)}


class CollectedOutput(Output):
    """The day's statuses: how many pages were read from providers, and how many messages they moved on."""

    page_count: int
    settled_count: int
    is_done: bool


class LiveBroadcastOutput(BroadcastOutput):
    """A broadcast as it stands now.

    `phase` is `planned`, `making`, `made`, `first_wave`, `waiting`, `second_wave`, `collecting_statuses`,
    `ended` or `canceled`. `waves` are the ledgers of the first and the second, as far as they are planned:
    what is `pending` of one is its pool. `waits_for` says in sentences what it waits for.
    """

    phase: BroadcastPhase
    waves: tuple[LedgerOutput, ...]
    second_wave_at: datetime | None
    collected: CollectedOutput
    waits_for: tuple[str, ...]


def live_output(live: LiveBroadcast) -> LiveBroadcastOutput:
    """The broadcast as it stands."""
    return LiveBroadcastOutput.of(
        live.broadcast,
        phase=live.phase,
        waves=tuple(LedgerOutput.of(wave) for wave in live.waves),
        second_wave_at=live.second_wave_at,
        collected=CollectedOutput.of(live.collected),
        waits_for=live.waits_for,
    )


class MadeOutput(Output):
    """What was made: null when no broadcast is due today. `following` is the next that is planned."""

    broadcast: BroadcastOutput | None
    following: BroadcastOutput | None


class CancelBroadcastInput(Input):
    """`goes_on`: only this one is left out; the series goes on with its next working day."""

    goes_on: bool = False
