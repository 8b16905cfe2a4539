"""Why a message was skipped, in words."""

from shared.domain.messages.message import Message, MessageState, SkipReason

SKIP_WORDS: dict[SkipReason, str] = {
    SkipReason.OPTED_OUT: "The person has opted out.",
    SkipReason.BOUNCED: "Nothing reaches this address: an earlier message came back for good.",
    SkipReason.WINDOW_CLOSED: "The contact window does not open before it is of no more use.",
    SkipReason.EXPIRED: "The time after which it is of no use has passed.",
    SkipReason.CANCELED: "The campaign was canceled before it went out.",
    SkipReason.ANSWERED: "The person has answered already.",
    SkipReason.DUPLICATE: "Another row of the fire is the same message.",
    SkipReason.ALREADY_SENT: "The same message was sent in another fire.",
    SkipReason.FORGOTTEN: "The person asked for deletion while it waited.",
}

WITHDRAWN = "A later file of the source canceled or moved the appointment."


def skip_words(message: Message) -> str | None:
    """Why the message was skipped, as a sentence; None when it was not."""
    if message.state is not MessageState.SKIPPED or message.reason is None:
        return None
    if message.withdrawn_by is not None:
        return WITHDRAWN
    return message.explanation or SKIP_WORDS[SkipReason(message.reason)]
