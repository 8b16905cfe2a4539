"""Why a message was skipped, in words."""

from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.skip_reason import SkipReason

SKIP_WORDS: dict[SkipReason, str] = {
    SkipReason.OPTED_OUT: "The person has opted out.",
    SkipReason.BOUNCED: "Nothing reaches this address: an earlier message came back for good.",
    SkipReason.WINDOW_CLOSED: "The contact window does not open before it is of no more use.",
    SkipReason.EXPIRED: "The time after which it is of no use has passed.",
    SkipReason.CANCELED: "The campaign was canceled before it went out.",
    SkipReason.ANSWERED: "The person has answered an earlier step already.",
    SkipReason.DUPLICATE: "Another row of the fire is the same message.",
    SkipReason.ALREADY_SENT: "The same message was sent in another fire.",
    SkipReason.CONVERSATION_CLOSED: (
        "The channel takes a text of your own words only within 24 hours after the person last wrote to this "
        "sender."
    ),
    SkipReason.TOO_MANY: "The person has had as many messages on this channel lately as are allowed.",
    SkipReason.FORGOTTEN: "The person asked for deletion while it waited.",
    SkipReason.WITHDRAWN: "It was withdrawn before it went out.",
    SkipReason.CHANGED: "A later file of the source moved or changed the appointment.",
    SkipReason.ASKED_TOGETHER: "It is asked in the message of another row to the same address.",
    SkipReason.TOO_LATE: "The time of this step had passed before the campaign fired.",
    SkipReason.ALREADY_REACHED: "An earlier step reached the person; this one is for whom none did.",
    SkipReason.NOT_REACHED: "No earlier step is known to have reached them; this one is for whom one did.",
    SkipReason.NOT_INVITED: "The message that it invites to went out already, or will not go out.",
    SkipReason.NOT_VERIFIED: "The company is in trial: it sends only to addresses that it has verified.",
    SkipReason.NOT_CANCELED: "The appointment was not canceled; this step is for whose appointment was.",
    SkipReason.OTHER_ANSWER: "The person has not given an answer that this step follows on.",
}

CANCELED_BY_FILE = "A later file of the source canceled the appointment."


def withdrawal_words(*, is_change: bool) -> str:
    """Why a message was skipped that a later file withdrew, as a sentence."""
    return SKIP_WORDS[SkipReason.CHANGED] if is_change else CANCELED_BY_FILE


def skip_words(message: Message) -> str | None:
    """Why the message was skipped, as a sentence; None when it was not."""
    if message.state is not MessageState.SKIPPED or message.reason is None:
        return None
    if message.withdrawn_by is not None and message.explanation is None:
        return withdrawal_words(is_change=message.reason == SkipReason.CHANGED)
    return message.explanation or SKIP_WORDS[SkipReason(message.reason)]
