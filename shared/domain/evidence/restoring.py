"""After a database was restored from a backup: what may have been sent since, and what is certain."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum

from shared.domain.campaigns.campaign import Campaign, CampaignState
from shared.domain.campaigns.recurrence import next_fire
from shared.domain.campaigns.schedule import ScheduleKind
from shared.domain.channels.channel import Channel
from shared.domain.evidence.reconciling import BY_HISTORY, ProviderMessage, plain_text
from shared.domain.messages.message import Message, MessageState, moved
from shared.domain.record import replace

RESTORED = "The database was restored from a backup; it may have been sent since then."
_PAUSED = {
    CampaignState.READY,
    CampaignState.SCHEDULED,
    CampaignState.FIRING,
    CampaignState.NEEDS_ATTENTION,
}


IN_DOUBT = (MessageState.QUEUED, MessageState.SENDING, MessageState.UNKNOWN)


class Since(StrEnum):
    """What became of a message since the backup."""

    SENT = "sent"
    NOT_SENT = "not_sent"
    WAITING = "waiting"  # nothing is found, but the provider's list may lag
    UNCLEAR = "unclear"


def held_campaign(campaign: Campaign, company_time_zone: str, now: datetime) -> Campaign:
    """The campaign, waiting for a person to resume it. Times that passed since the backup are over.

    One that was to fire once since then may have fired: resumed, it is ready, and fires only when told to.
    """
    if campaign.state not in _PAUSED or (
        campaign.state is CampaignState.NEEDS_ATTENTION and campaign.next_fire_at is None
    ):
        return campaign
    before, following = campaign.state, campaign.next_fire_at
    if following is not None and following <= now:
        is_recurring = campaign.schedule.kind is ScheduleKind.RECURRING
        following = next_fire(campaign.schedule, company_time_zone, now) if is_recurring else None
        if following is None and before is CampaignState.SCHEDULED:
            before = CampaignState.READY
    return replace(campaign, state=CampaignState.PAUSED, paused_from=before, next_fire_at=following)


Became = dict[str, tuple[Since, ProviderMessage | None]]  # by message id


class SentSince:
    """What a sender's provider sent since the backup that no message here is known to be."""

    def __init__(self, channel: Channel, messages: Sequence[ProviderMessage]) -> None:
        self.messages = messages
        self._kind = channel.record.address
        self._by_address: dict[str, list[ProviderMessage]] = {}
        for one in messages:
            self._by_address.setdefault(self._kind.key(self._kind.received(one.to_address)), []).append(one)

    def became(self, group: Sequence[Message], *, is_over: bool) -> Became:
        """What became of all messages to one address. `is_over`: the list can lack nothing any more.

        A message was sent when the list holds as many of its text as there are such messages here, and was
        not sent when nothing went to the address but what others of the group are. All else is unclear. Where
        the provider shows no texts, all of the group are alike.
        """
        listed = self._by_address.get(self._kind.key(group[0].address), [])
        shows_texts = all(one.body is not None for one in listed)

        def text_of(body: str | None) -> str:
            return plain_text(body or "") if shows_texts else ""

        texts = {
            text: [one for one in listed if text_of(one.body) == text]
            for text in (text_of(message.body) for message in group)
        }
        is_strange = len(listed) > sum(len(found) for found in texts.values())
        outcomes: Became = {}
        for text, found in texts.items():
            own = [message for message in group if text_of(message.body) == text]
            for place, message in enumerate(own):
                if len(found) == len(own):
                    outcomes[message.id] = (Since.SENT, found[place])
                elif found or is_strange:
                    outcomes[message.id] = (Since.UNCLEAR, None)
                else:
                    outcomes[message.id] = (Since.NOT_SENT if is_over else Since.WAITING, None)
        return outcomes


def unclear(group: Sequence[Message]) -> Became:
    """Of a provider that keeps no list nothing can be known."""
    return {message.id: (Since.UNCLEAR, None) for message in group}


def after_restore(message: Message, became: Since, found: ProviderMessage | None) -> Message:
    """The message by what became of it. Proof that it was not sent makes it wait for its turn again."""
    if became is Since.WAITING or (message.state is MessageState.UNKNOWN and found is None):
        return message
    if became is Since.NOT_SENT:
        if message.state is MessageState.QUEUED:
            return message
        return moved(message, MessageState.QUEUED, token=None)
    if message.state is MessageState.QUEUED:
        at = found.created_at if found else message.sending_at
        message = moved(message, MessageState.SENDING, token=None, sending_at=at)
    if found is None:
        return moved(message, MessageState.UNKNOWN, reason=RESTORED, search_at=None)
    return moved(
        message,
        MessageState.SENT,
        provider_id=found.provider_id,
        sent_at=found.sent_at or found.created_at,
        reason=None,
        code=None,
        search_at=None,
        settled_by=BY_HISTORY,
    )


def by_address(messages: Iterable[Message]) -> list[list[Message]]:
    """The messages in groups of one address each."""
    groups: dict[str, list[Message]] = {}
    for message in messages:
        groups.setdefault(message.channel.record.address.key(message.address), []).append(message)
    return list(groups.values())
