"""A preview: what a campaign would do, for every row and not for a sample."""

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.domain.campaigns.audience import FoundAudience
from shared.domain.ids import computed_id


class Verdict(StrEnum):
    """What would become of one row's message."""

    WILL_SEND = "will_send"
    WILL_WAIT = "will_wait"
    SKIPPED = "skipped"
    MUST_BE_MENDED = "must_be_mended"
    FILTERED = "filtered"  # the campaign's row filter does not take the row

    @property
    def will_go_out(self) -> bool:
        """Whether the message would be sent, now or later."""
        return self in (Verdict.WILL_SEND, Verdict.WILL_WAIT)


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewedMessage:
    """What would become of one recipient's message of one step. `until` is when the window opens.

    `position` is the recipient's place in the audience, from 1.
    """

    position: int
    step_id: str
    verdict: Verdict
    row_number: int | None = None
    contact_id: str | None = None
    address: str = ""
    subject: str = ""
    body: str = ""
    parts: int = 0
    until: datetime | None = None
    kind: str = ""
    field: str = ""
    value: str = ""
    reason: str = ""


class PreviewState(StrEnum):
    """Whether a preview is still being made."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """A preview's totals. `counts` are messages by verdict, `reasons` by verdict and reason.

    `estimated_cost` is in `currency`, at the channels' list prices (shared/domain/channels).
    """

    id: str
    campaign_id: str
    content_hash: str
    made_at: datetime
    audience: FoundAudience = dataclasses.field(default_factory=FoundAudience)
    state: PreviewState = PreviewState.RUNNING
    percent: int = 0
    counts: dict[str, int] = dataclasses.field(default_factory=dict)
    reasons: dict[str, int] = dataclasses.field(default_factory=dict)
    opens_at: dict[str, int] = dataclasses.field(default_factory=dict)
    parts: int = 0
    estimated_cost: str = "0"
    currency: str = "USD"
    error: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewChunk:
    """The previewed messages of one piece of the audience, as compressed JSON."""

    id: str
    preview_id: str
    number: int
    messages: bytes


def preview_chunk_id(preview_id: str, number: int) -> str:
    """A preview chunk's id follows from its place."""
    return computed_id(preview_id, "preview", number)
