"""What must come of a message whose outcome is unknown, by what the provider has: the model of evidence."""

from datetime import datetime, timedelta

from shared.domain.campaigns.campaign import CampaignState, UnknownPolicy
from shared.domain.messages.failure import FailureState
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.resent import resend_id
from shared.settings import Settings
from shared.usecases.evidence.settle_message import Settlement
from tests.machine.campaign_look import Accepted, Look
from tests.machine.campaign_model import CampaignBook

_S = MessageState
SKEW = timedelta(minutes=2)
SEARCHABLE_FOR = timedelta(minutes=10)


def is_due(message: Message, now: datetime, settings: Settings) -> bool:
    """Whether the message is to be searched for now."""
    if message.state is not _S.UNKNOWN or message.search_at is None or message.sending_at is None:
        return False
    is_lease_over = message.sending_at <= now - timedelta(seconds=settings.lease_seconds)
    return message.search_at <= now and is_lease_over


def predicted(
    message: Message, look: Look, book: CampaignBook, now: datetime, settings: Settings
) -> set[MessageState]:
    """What a message that is searched for now may be afterwards; one state where the evidence is clear."""
    assert message.sending_at is not None
    is_quiet = now >= message.sending_at + timedelta(seconds=settings.quiet_period_seconds)
    lease = timedelta(seconds=settings.lease_seconds)
    absent = _S.FAILED if is_quiet else _S.UNKNOWN
    found = {_S.SENT if look.has(message.id) else absent}
    if _is_doubtful(message, look, lease):  # unless another's search has just removed the doubt
        found.add(_S.UNKNOWN)
    may_resend = message.resend_of is None and book.state is not CampaignState.CANCELED
    is_settled = book.policy is UnknownPolicy.GIVE_UP or (book.policy is UnknownPolicy.RESEND and may_resend)
    if is_quiet and is_settled:
        found = {_S.FAILED if state is _S.UNKNOWN else state for state in found}
    return found


def _is_doubtful(message: Message, look: Look, lease: timedelta) -> bool:
    """Whether something went to the address that is not known to be another message's."""
    others = [
        other
        for other in look.messages.values()
        if other.id != message.id and other.address == message.address and other.provider_id is None
    ]
    free = [one for one in look.accepted if any(one.message_id == other.id for other in others)]
    if any(_is_near(one, message, lease) or _is_later_twin(one, message) for one in free):
        return True
    own = [one for one in look.accepted if one.message_id == message.id]
    return any(
        other.body == message.body and _could_have_been_sent(other) and _is_near(one, other, lease)
        for other in others
        for one in own
    )


def _is_near(one: Accepted, message: Message, lease: timedelta) -> bool:
    if message.sending_at is None:
        return False
    return message.sending_at - SKEW <= one.created_at <= message.sending_at + lease + SKEW


def _is_later_twin(one: Accepted, message: Message) -> bool:
    return one.body == message.body and message.sending_at is not None and one.created_at > message.sending_at


def _could_have_been_sent(message: Message) -> bool:
    is_decided = message.state is _S.FAILED and message.settled_by is not None
    return is_decided or message.state in (_S.SENDING, _S.UNKNOWN, _S.SENT)


def decided(message: Message, settlement: Settlement, look: Look, book: CampaignBook) -> MessageState | None:
    """What the message is once somebody decided that; None when the decision must be refused."""
    is_resent = resend_id(message) in look.messages
    if settlement is Settlement.RESEND:
        if is_resent:
            return message.state
        failure = look.failures.get(message.id)
        is_corrected = failure is not None and failure.state is FailureState.REQUEUED
        is_open = message.state is _S.UNKNOWN or (
            message.state is _S.FAILED and message.settled_by is not None
        )
        may_send = is_open and not is_corrected and book.state is not CampaignState.CANCELED
        return _S.FAILED if may_send else None
    wanted = _S.SENT if settlement is Settlement.SENT else _S.FAILED
    if message.state is wanted and message.settled_by is not None and not is_resent:
        return wanted
    return wanted if message.state is _S.UNKNOWN else None
