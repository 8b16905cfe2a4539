"""A failure: what could not become a sent message, with the step, the field and how to mend it."""

from datetime import datetime
from enum import StrEnum

import msgspec
from msgspec import Struct

from shared.domain.messages.message import Message

SHOWN_LENGTH = 1_000  # characters of a value that is wrong; the recipient's fields are kept whole


class FailureStep(StrEnum):
    """Where on its way a row or message failed."""

    INGEST = "ingest"
    ADDRESS = "address"
    EXPIRY = "expiry"
    TIME_ZONE = "time_zone"
    TIMING = "timing"  # the field that a step's time follows from says none
    RENDER = "render"
    FILTER = "filter"
    SEND = "send"


class FailureState(StrEnum):
    """OPEN failures count in the ledger; a requeued one lives on as another message."""

    OPEN = "open"
    REQUEUED = "requeued"


class Failure(Struct, frozen=True, kw_only=True):
    """One recipient's failure, or a row's that could not be loaded.

    `value` is what was wrong, or its beginning. `reason` is a sentence; `kind` groups failures of the same
    cause. `values` are the recipient's fields, so that they can be corrected here and queued again.
    `recipient_key`, `chunk_id`, `row_number` and `contact_id` are those of the message it is in place of.
    """

    id: str
    step: FailureStep
    field: str
    value: str
    kind: str
    reason: str
    created_at: datetime
    row_number: int | None = None
    contact_id: str | None = None
    recipient_key: str = ""
    chunk_id: str = ""
    state: FailureState = FailureState.OPEN
    file_id: str | None = None
    fire_id: str | None = None
    campaign_id: str | None = None
    step_id: str | None = None
    message_id: str | None = None
    requeued_as: str | None = None
    values: dict[str, str] = msgspec.field(default_factory=dict)


def failure_of(
    message: Message, step: FailureStep, field: str, kind: str, reason: str, now: datetime
) -> Failure:
    """The failures table's entry for a message that failed; it has the message's id."""
    return Failure(
        id=message.id,
        step=step,
        field=field,
        value=message.address,
        kind=kind,
        reason=reason,
        row_number=message.row_number,
        contact_id=message.contact_id,
        recipient_key=message.recipient_key,
        chunk_id=message.chunk_id,
        created_at=now,
        file_id=message.file_id,
        fire_id=message.fire_id,
        campaign_id=message.campaign_id,
        step_id=message.step_id,
        message_id=message.id,
    )


def refusal_of(message: Message, now: datetime) -> Failure:
    """The failures table's entry for a message that its provider refused, or that provably never left."""
    kind = f"provider {message.code}" if message.code else "provider refused"
    reason = message.reason or "The provider refused it."
    return failure_of(message, FailureStep.SEND, "address", kind, reason, now)
