"""How plans are shown in a preview: by what queueing would write of them."""

from datetime import datetime

from shared.domain.fires.deciding import DecidedMessage
from shared.domain.fires.planning import PlannedFailure
from shared.domain.fires.preview import PreviewedMessage, Verdict
from shared.domain.messages.message import SkipReason

SKIP_REASONS = {
    SkipReason.DUPLICATE: "Another row gives the same message to the same person.",
    SkipReason.EXPIRED: "The time after which it is of no use has passed.",
    SkipReason.WINDOW_CLOSED: "The contact window does not open before it is of no more use.",
    SkipReason.OPTED_OUT: "The person has opted out.",
}


def previewed_message(position: int, decided: DecidedMessage, parts: int, now: datetime) -> PreviewedMessage:
    """How a planned message is shown."""
    plan, skip = decided.keyed.plan, decided.skip
    waits = skip is None and plan.opens_at > now
    return PreviewedMessage(
        position=position,
        step_id=plan.step.id,
        verdict=Verdict.SKIPPED if skip else Verdict.WILL_WAIT if waits else Verdict.WILL_SEND,
        row_number=plan.recipient.row_number,
        contact_id=plan.recipient.contact_id,
        address=plan.address,
        subject=plan.subject,
        body=plan.body,
        parts=parts,
        until=plan.opens_at if waits else None,
        kind=skip or ("outside the contact window" if waits else ""),
        reason=SKIP_REASONS[skip] if skip else "",
    )


def previewed_failure(position: int, failure: PlannedFailure) -> PreviewedMessage:
    """How a failure is shown."""
    return PreviewedMessage(
        position=position,
        step_id=failure.step.id,
        verdict=Verdict.MUST_BE_MENDED,
        row_number=failure.recipient.row_number,
        contact_id=failure.recipient.contact_id,
        kind=failure.kind,
        field=failure.field,
        value=failure.value,
        reason=failure.reason,
    )
