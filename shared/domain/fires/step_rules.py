"""Whether a step is for a recipient, by what became of the steps before: asked when it is queued, if anything
is known by then, and decided in the transaction that marks it as being sent.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.reply_option import Disposition
from shared.domain.campaigns.step import AfterDelay, OnlyIf, Step
from shared.domain.messages.invite import is_waiting
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.sending import Delivery
from shared.domain.messages.skip_reason import SkipReason

# Of each earlier step, in order: the recipient's messages, the newest last. Most have one.
Before = Sequence[Sequence[Message]]
_REACHED = frozenset({Delivery.DELIVERED, Delivery.READ})
_LEFT = frozenset({MessageState.SENT, MessageState.UNKNOWN})  # it went out, or may have
_UNDER_WAY = frozenset({MessageState.QUEUED, MessageState.SENDING})
# What waits for an exact moment is sent together with what is due shortly after: one batch for many.
_SHORTEST, _LONGEST, _PARTS = 1.0, 60.0, 20
# How often at most it is asked whether a message that is to go first has gone.
_PATIENCE = timedelta(seconds=30)


class Verdict(Struct, frozen=True, kw_only=True):
    """What the steps before say against a message: to skip it for `skip`, or to wait until `later`."""

    skip: SkipReason | None = None
    later: datetime | None = None


def unmet(step: Step, campaign: Campaign, before: Before) -> SkipReason | None:
    """Why the step is not for somebody, with whose earlier steps that happened; None when it is.

    The first answer ends the steps, unless the campaign goes on, but for those that follow on an answer. One
    whose option stops the steps ends all of them; one whose option starts them ends none.
    """
    known = [message for several in before for message in several]
    if step.tells_cancelation:  # whoever canceled it themselves knows
        is_known = any(message.disposition is Disposition.CANCELED for message in known)
        return SkipReason.ANSWERED if is_known else None
    ending = {option.disposition for option in campaign.reply_options if option.stops_steps}
    if any(message.disposition in ending for message in known):
        return SkipReason.ANSWERED
    starting = {option.disposition for option in campaign.reply_options if option.starts_steps}
    is_answered = any(
        message.disposition not in starting if message.disposition else message.reply_id for message in known
    )
    is_reached = any(message.delivery in _REACHED for message in known)
    if step.only_if is OnlyIf.ANSWERED_WITH:
        is_so = any(message.disposition in step.answers for message in known)
        return None if is_so else SkipReason.OTHER_ANSWER
    stops = campaign.stop_at_answer or step.only_if in (OnlyIf.NOT_ANSWERED, OnlyIf.DELIVERED_NOT_ANSWERED)
    if is_answered and stops:
        return SkipReason.ANSWERED
    if step.only_if is OnlyIf.NOT_DELIVERED and is_reached:
        return SkipReason.ALREADY_REACHED
    if step.only_if is OnlyIf.DELIVERED_NOT_ANSWERED and not is_reached:
        return SkipReason.NOT_REACHED
    return None


def judge(step: Step, campaign: Campaign, before: Before, now: datetime) -> Verdict | None:
    """What the earlier steps' messages say to this step's, which is due by its plan; None: it may go out.

    A delay that counts from the recipient's own send counts from the real one. Where the step before never
    went out to the recipient, as it was refused, failed or not meant for them, the planned time holds.
    """
    skip, due = unmet(step, campaign, before), _due(step, before, now)
    if due is not None and now < due and skip is not SkipReason.ANSWERED:  # that does not change any more
        return Verdict(later=_rounded(due, step))
    if skip is not None:
        return Verdict(skip=skip)
    return None if step.invites_to is None else _of_invited(before[step.invites_to], now)


def _of_invited(messages: Sequence[Message], now: datetime) -> Verdict | None:
    """Whether the person is to be invited: None where the message waits for them to write."""
    last = messages[-1] if messages else None
    if last is None:  # it is queued in another chunk of the fire, and not yet
        return Verdict(later=now + _PATIENCE)
    if is_waiting(last):
        return None
    if last.state in _UNDER_WAY:
        return Verdict(later=max(now, last.planned_for or now) + _PATIENCE)
    return Verdict(skip=SkipReason.NOT_INVITED)


def _due(step: Step, before: Before, now: datetime) -> datetime | None:
    """When a delay after the recipient's own send is over; None where the planned time holds."""
    when, last = step.when, before[-1][-1] if before and before[-1] else None
    if not isinstance(when, AfterDelay) or not step.waits_for_own_send or last is None:
        return None
    delay = timedelta(seconds=when.seconds)
    if last.state in _UNDER_WAY:
        return max(now, last.planned_for or now) + max(delay, _PATIENCE)
    sent_at = last.sent_at or last.sending_at
    return sent_at + delay if last.state in _LEFT and sent_at else None


def _rounded(due: datetime, step: Step) -> datetime:
    """The moment or a little later, so that messages that are due one after the other share a batch."""
    seconds = step.when.seconds if isinstance(step.when, AfterDelay) else 0
    part = min(_LONGEST, max(_SHORTEST, seconds / _PARTS))
    late = due.timestamp() % part
    return due if not late else due + timedelta(seconds=part - late)
