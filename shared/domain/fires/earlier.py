"""What was sent before: messages of other fires that are the same as one that is planned.

What was sent counts, and what may have been: its outcome is unknown. What failed, was skipped or withdrawn,
or is known not to have arrived does not. What is queued elsewhere does not forbid a message yet: whichever is
due first goes out, and the other is skipped when its turn comes. What is just being sent has the other wait
until its outcome is known. So a fire that is canceled, or fails, takes nobody's message with it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct

from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.dedupe_scope import Scope
from shared.domain.local_time import clock_words
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.sending import Delivery

_MAY_HAVE_GONE = frozenset({MessageState.SENT, MessageState.UNKNOWN})
# Of several the one with the highest rank is told; what has no rank does not count.
_RANKS = {
    MessageState.QUEUED: 0,
    MessageState.SENDING: 1,
    MessageState.UNKNOWN: 2,
    MessageState.SENT: 2,
}
_NOT_ARRIVED = frozenset({Delivery.UNDELIVERED, Delivery.FAILED})


class EarlierMessage(Struct, frozen=True, kw_only=True):
    """A message of another fire that is the same. `at` is when it was sent, or is to be."""

    message_id: str
    fire_id: str
    campaign_id: str
    campaign_name: str
    state: MessageState
    at: datetime

    @property
    def forbids(self) -> bool:
        """Whether it went out, or may have: then the same message is not sent again."""
        return self.state in _MAY_HAVE_GONE

    @property
    def is_leaving(self) -> bool:
        """Whether it is just being sent, so that its outcome is to be waited for."""
        return self.state is MessageState.SENDING

    def words(self, time_zone: str) -> str:
        """When and by whom, as a sentence. `time_zone` (IANA) is the company's."""
        at = clock_words(self.at, time_zone)
        by = f"by the campaign {self.campaign_name!r}"
        match self.state:
            case MessageState.QUEUED:
                return (
                    f"Queued already, for {at}, {by}. Whichever is due first goes out; the other is skipped."
                )
            case MessageState.SENDING:
                return f"Just being sent, since {at}, {by}."
            case MessageState.UNKNOWN:
                return f"Perhaps already sent on {at}, {by}: nobody knows its outcome yet."
        return f"Already sent on {at}, {by}."


def counting(
    found: Iterable[Message], fire_id: str, campaign_id: str, scope: Scope, now: datetime
) -> dict[str, Message]:
    """Of messages that were found by identity, the one of each that counts for a fire with this scope.

    Messages of the fire itself do not: in a fire the dedupe key decides, for each step.
    """
    chosen: dict[str, Message] = {}
    for message in found:
        if message.fire_id == fire_id or not _counts(message, campaign_id, scope, now):
            continue
        known = chosen.get(message.identity)
        if known is None or _weight(message) > _weight(known):
            chosen[message.identity] = message
    return chosen


def _counts(message: Message, campaign_id: str, scope: Scope, now: datetime) -> bool:
    if not scope.is_wide or message.state not in _RANKS or message.delivery in _NOT_ARRIVED:
        return False
    looks_back = scope.looks_back
    return message.campaign_id == campaign_id or (
        looks_back is not None and now - _moment(message) <= looks_back
    )


def _weight(message: Message) -> tuple[int, datetime]:
    """Of several the one that forbids is told, and of these the newest."""
    return _RANKS[message.state], _moment(message)


def _moment(message: Message) -> datetime:
    if message.state is MessageState.QUEUED:
        return message.planned_for or message.created_at
    return message.sent_at or message.sending_at or message.created_at


def earlier_of(found: Mapping[str, Message], campaigns: Mapping[str, Campaign]) -> dict[str, EarlierMessage]:
    """The messages, by identity, with the names of their campaigns."""
    return {
        identity: EarlierMessage(
            message_id=message.id,
            fire_id=message.fire_id,
            campaign_id=message.campaign_id,
            campaign_name=campaigns[message.campaign_id].name if message.campaign_id in campaigns else "",
            state=message.state,
            at=_moment(message),
        )
        for identity, message in found.items()
    }
