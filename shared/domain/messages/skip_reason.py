"""Why a message is skipped."""

from enum import StrEnum

from shared.domain.contacts.opt_out import OptOut


class SkipReason(StrEnum):
    """Why a message was not sent, and will not be."""

    OPTED_OUT = "opted_out"
    BOUNCED = "bounced"  # an earlier message came back for good: nothing reaches the address
    WINDOW_CLOSED = "window_closed"
    EXPIRED = "expired"
    CANCELED = "canceled"
    ANSWERED = "answered"
    DUPLICATE = "duplicate"  # of another row of its fire
    ALREADY_SENT = "already_sent"  # the same message went out in another fire, or may have
    CONVERSATION_CLOSED = "conversation_closed"  # the person has not written lately, as the channel demands
    FORGOTTEN = "forgotten"  # the person asked for deletion while it waited
    TOO_MANY = "too_many"  # the person has had as many lately as the company allows
    WITHDRAWN = "withdrawn"  # by somebody, or by a later file that cancels what it is about
    CHANGED = "changed"  # a later file changed what it is about, and it could not follow
    ASKED_TOGETHER = "asked_together"  # in the message of another row to the same address
    TOO_LATE = "too_late"  # the step's time had passed before the campaign fired
    ALREADY_REACHED = "already_reached"  # by an earlier step, and this one is for whom none reached
    NOT_REACHED = "not_reached"  # by an earlier step, and this one is for whom one reached
    NOT_INVITED = "not_invited"  # what the step invites to does not wait for the person
    NOT_VERIFIED = "not_verified"  # the company is in trial, and has not verified the address
    NOT_CANCELED = "not_canceled"  # its appointment was not, and the step is for whose appointment was
    OTHER_ANSWER = "other_answer"  # none of those that the step follows on


REFUSED = (SkipReason.OPTED_OUT, SkipReason.BOUNCED)


def skip_reason(refusal: OptOut) -> SkipReason:
    """Why a message to an address with this opt-out is not sent."""
    return SkipReason.BOUNCED if refusal.is_bounce else SkipReason.OPTED_OUT
