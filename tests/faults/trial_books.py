"""What there is to see of one trial: its messages, its ledger, and what the providers accepted."""

from collections.abc import Sequence
from typing import Any

from infra.local.simulator.client import SimulatorClient
from shared.domain.channels.channel import Channel
from shared.domain.fires.fire import Fire, FireProgress
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.purpose import Purpose
from shared.runtime import Runtime
from tests.faults.account import (
    PAGES,
    PHONES,
    Account,
    person_of,
)

THANKS = "Thank you, see you then."
PENDING = (MessageState.QUEUED, MessageState.SENDING)


class TrialBooks:
    """Reads what a campaign of `account` came to; `channels` and `numbers` say who gets what."""

    def __init__(
        self,
        runtime: Runtime,
        simulator: SimulatorClient,
        account: Account,
        campaign_id: str,
        channels: Sequence[Channel],
        numbers: Sequence[str],
    ) -> None:
        self.runtime = runtime
        self.stores = runtime.stores
        self.simulator = simulator
        self.account = account
        self.company_id = account.company_id
        self.channels = channels
        self.numbers = list(numbers)
        self.planned = len(self.numbers) * len(channels)
        self.acknowledges = False  # an answer, once
        self._campaign_id = campaign_id

    async def fire(self) -> Fire | None:
        """The campaign's fire, once there is one."""
        campaign = await self.stores.campaigns.find(self.company_id, self._campaign_id)
        if campaign is None or campaign.last_fire_id is None:
            return None
        return await self.stores.fires.get(self.company_id, campaign.last_fire_id)

    async def progress(self) -> FireProgress | None:
        """The fire's ledger as people see it."""
        fire = await self.fire()
        return await self.stores.fire_progress.find(self.company_id, fire.id) if fire else None

    async def messages(self) -> list[Message]:
        """The campaign's messages."""
        found: list[Message] = []
        after = None
        while True:
            page = await self.stores.messages.page(self.company_id, limit=1000, after=after)
            found += [message for message in page.items if message.purpose is Purpose.CAMPAIGN]
            after = page.next_after
            if after is None:
                return found

    async def accepted(self) -> list[dict[str, Any]]:
        """What the providers accepted of the campaign: the only judge of what was sent."""
        return [message for message in await self._all_accepted() if message["body"] != THANKS]

    async def acknowledged(self) -> list[str]:
        """Who was thanked for an answer, as often as the provider accepted it."""
        return [message["handset"] for message in await self._all_accepted() if message["body"] == THANKS]

    async def _all_accepted(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        page = f"meta:{self.account.page.address}"
        for account in (self.account.twilio.sid, self.account.mails, page):
            found += await self.simulator.messages(account=account)
        return [message for message in found if not message["incoming"]]

    def addresses(self) -> list[str]:
        """Where the messages go."""
        addresses = list(self.numbers) if set(PHONES) & set(self.channels) else []
        if Channel("email") in self.channels:
            addresses += [f"p{place}@example-clinic.com" for place in range(len(self.numbers))]
        if PAGES in self.channels:
            addresses += [person_of(number) for number in self.numbers]
        return addresses
