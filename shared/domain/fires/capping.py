"""The frequency cap, applied: to plans, and to the messages of a group that are about to be sent."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from shared.domain.campaigns import window
from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.window import ContactWindow
from shared.domain.channels.channel import Channel
from shared.domain.companies.company import Company
from shared.domain.companies.frequency_cap import FrequencyCap, WhenFull
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.purpose import Purpose
from shared.domain.messages.skip_reason import SkipReason
from shared.domain.record import replace

if TYPE_CHECKING:  # who sends does not plan
    from shared.domain.fires.planning import PlannedMessage

_LEFT = frozenset({MessageState.SENDING, MessageState.SENT, MessageState.UNKNOWN})
_TRIES = 8  # openings that are looked at for room; those of a week, and one more


def cap_of(campaign: Campaign, company: Company) -> FrequencyCap | None:
    """The cap that holds for the campaign's messages: its own, or else the company's."""
    if campaign.ignores_frequency_cap:
        return None
    return campaign.frequency_cap or company.consent.frequency_cap


class Room:
    """How much room there is for each address on each channel, by what was sent and what is taken since."""

    def __init__(self, cap: FrequencyCap, sent: Iterable[Message]) -> None:
        """`sent` are messages to these addresses in the cap's period, of any state."""
        self._cap = cap
        self._sent: defaultdict[tuple[Channel, str], list[datetime]] = defaultdict(list)
        for one in sent:
            if one.state in _LEFT and one.sending_at is not None and one.purpose is Purpose.CAMPAIGN:
                self._sent[one.channel, one.address].append(one.sending_at)

    def full_until(self, channel: Channel, address: str, at: datetime) -> datetime | None:
        """When there is room again; None when there is at `at`."""
        return self._cap.full_until(self._sent[channel, address], at)

    def take(self, channel: Channel, address: str, at: datetime) -> None:
        """Count one more."""
        self._sent[channel, address].append(at)

    def next_opening(
        self, rules: ContactWindow, message: Message, until: datetime, now: datetime
    ) -> datetime | None:
        """When a message that waits `until` there is room may go; None when it is skipped."""
        if self._cap.when_full is WhenFull.SKIP:
            return None
        opens_at = window.next_open(rules, message.time_zones, max(until, now), message.places)
        is_of_use = opens_at is not None and (message.not_after is None or opens_at < message.not_after)
        return opens_at if is_of_use else None

    def planned(self, rules: ContactWindow, plan: "PlannedMessage") -> "PlannedMessage":
        """The plan, moved to where there is room, or skipped; and counted, unless it is skipped."""
        if plan.skip is not None:
            return plan
        channel, address, at = plan.step.channel, plan.address, plan.opens_at
        for _ in range(_TRIES):
            until = self.full_until(channel, address, at)
            if until is None:
                self.take(channel, address, at)
                return plan if at == plan.opens_at else replace(plan, opens_at=at, is_over_cap=True)
            opens_at = window.next_open(rules, plan.where.zones, until, plan.where.places)
            is_useless = plan.not_after is not None and opens_at is not None and opens_at >= plan.not_after
            if self._cap.when_full is WhenFull.SKIP or opens_at is None or is_useless:
                break
            at = opens_at
        return replace(plan, skip=SkipReason.TOO_MANY)
