"""A preview: what a campaign would do, for every row and not for a sample."""

from datetime import datetime
from enum import StrEnum

import msgspec
from msgspec import Struct

from shared.domain.campaigns.audience import FoundAudience, LeftOut
from shared.domain.campaigns.dedupe import Question
from shared.domain.campaigns.send_again import NOBODY_AGAIN, SendAgain
from shared.domain.errors import Problem
from shared.domain.fires.earlier import EarlierMessage
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


class PreviewedRow(Struct, frozen=True, kw_only=True):
    """A row of the preview's audience: in which file, and in which piece of the audience it is read.

    `values` are its fields; they are not kept with the preview, but read with it.
    """

    file_id: str | None
    row_number: int | None
    piece: int
    values: dict[str, str] | None = None


class PreviewedMessage(Struct, frozen=True, kw_only=True):
    """What would become of one recipient's message of one step.

    `until` is when it goes out: when the window opens, or, if it `is_later`, when the step is due for the
    recipient, as far as that can be said beforehand.

    `position` is the recipient's place in the audience, from 1, and `piece` the piece it is read in. Of a
    duplicate, `same_as` is the row that gets the message, and `values` are its own fields, read with it.
    `before` is the same message in another fire; one that is only queued there forbids nothing.
    `warnings` are kinds of trouble that do not keep it from going out.
    """

    position: int
    step_id: str
    verdict: Verdict
    row_number: int | None = None
    file_id: str | None = None
    contact_id: str | None = None
    piece: int = 0
    address: str = ""
    subject: str = ""
    body: str = ""
    html: str = ""
    media_urls: tuple[str, ...] = ()
    parts: int = 0
    until: datetime | None = None
    kind: str = ""
    field: str = ""
    value: str = ""
    reason: str = ""
    same_as: PreviewedRow | None = None
    before: EarlierMessage | None = None
    warnings: tuple[str, ...] = ()
    values: dict[str, str] | None = None
    is_later: bool = False


class PreviewState(StrEnum):
    """Whether a preview is still being made."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Preview(Struct, frozen=True, kw_only=True):
    """A preview's totals. `counts` are messages by verdict, `reasons` by verdict and reason, `warnings` those
    that would go out, by what is to be known of them.

    `arrivals` are messages by the hour on their person's clock at which they would go out, and by verdict; of
    those that wait for somebody to write, or for a cancelation, nobody knows it. `send_again` is the choice
    it was made with. `estimated_cost` is in `currency`, at the channels' list prices
    (shared/domain/channels). `problems` are for what marking it ready is refused, as it says them: nothing of
    these steps goes out.
    """

    id: str
    campaign_id: str
    content_hash: str
    made_at: datetime
    audience: FoundAudience = msgspec.field(default_factory=FoundAudience)
    state: PreviewState = PreviewState.RUNNING
    percent: int = 0
    counts: dict[str, int] = msgspec.field(default_factory=dict)
    reasons: dict[str, int] = msgspec.field(default_factory=dict)
    opens_at: dict[str, int] = msgspec.field(default_factory=dict)
    arrivals: dict[str, dict[str, int]] = msgspec.field(default_factory=dict)
    parts: int = 0
    estimated_cost: str = "0"
    currency: str = "USD"
    error: str = ""
    left_out: tuple[LeftOut, ...] = ()
    send_again: SendAgain = NOBODY_AGAIN
    questions: tuple[Question, ...] = ()
    warnings: dict[str, int] = msgspec.field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


class PreviewChunk(Struct, frozen=True, kw_only=True):
    """The previewed messages of one piece of the audience, as compressed JSON.

    Long ones do not fit one document: then this is the first of `part_count`, whose others come after it.
    """

    id: str
    preview_id: str
    number: int
    messages: bytes
    part_count: int = 1


def preview_chunk_id(preview_id: str, number: int, part: int = 0) -> str:
    """A preview chunk's id follows from its place; so do those of its further parts."""
    return computed_id(preview_id, "preview", number, *([part] if part else []))


def further_part_ids(preview_id: str, number: int, part_count: int) -> list[str]:
    """The ids of the parts after the first, in order."""
    return [preview_chunk_id(preview_id, number, part) for part in range(1, part_count)]
