"""Search for the messages whose outcome is unknown, each company in its turn."""

import asyncio
import logging
import time
from collections import Counter, defaultdict
from datetime import datetime, timedelta

from msgspec import Struct, field

from shared import log
from shared.domain.campaigns.campaign import UnknownPolicy
from shared.domain.campaigns.content import CampaignContent
from shared.domain.errors import Conflict, NotFound
from shared.domain.messages.message import Message, MessageState
from shared.domain.senders.sender import Sender
from shared.domain.turns import in_turn
from shared.firestore.queries.messages import MESSAGES_TO_SEARCH
from shared.providers.kit.asking import ProviderUnavailable, SenderRefused
from shared.providers.kit.credentials import WrongCredentials
from shared.runtime import Runtime
from shared.storage.secrets import CredentialsMissing, SecretsUnavailable
from shared.usecases.evidence.search_message import Archive, is_quiet, search_message
from shared.usecases.ledger.summarize_fire import summarize_fire

RUN_SECONDS = 120.0  # of the tick's 300; days must have their turn too
AT_ONCE = 8
COMPANY_MESSAGES = 2_000  # of one company in one run
# After the quiet period: then a provider that cannot be asked is no reason any more to decide nothing.
PATIENCE = timedelta(days=1)
UNASKABLE = (ProviderUnavailable, SenderRefused, CredentialsMissing, WrongCredentials, SecretsUnavailable)


class Searched(Struct, frozen=True, kw_only=True):
    """How many of the messages that were searched for are now what, and what went wrong."""

    states: Counter[MessageState] = field(default_factory=Counter)
    errors: list[Exception] = field(default_factory=list)


async def search_unknown(runtime: Runtime, now: datetime) -> Searched:
    """Search for all that are due at `now`. What fails keeps no other from it, and is told in the end."""
    search = _Search(runtime=runtime, deadline=time.monotonic() + RUN_SECONDS)
    await search.run(now)
    return search.searched


class _Search(Struct, kw_only=True):
    """One run: what it has found, and what it need not ask again. `deadline` is of time.monotonic."""

    runtime: Runtime
    deadline: float
    searched: Searched = field(default_factory=Searched)
    _silent: set[tuple[str, str]] = field(default_factory=set)  # senders whose provider does not answer
    _settled: set[tuple[str, str]] = field(default_factory=set)  # fires
    _contents: dict[tuple[str, str], CampaignContent] = field(default_factory=dict)
    _gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def run(self, now: datetime) -> None:
        due = await self._due(now)
        await asyncio.gather(*(self._guarded(company_id, message) for company_id, message in due))
        for company_id, fire_id in self._settled:
            with log.context(company_id=company_id, fire_id=fire_id):
                await summarize_fire(self.runtime, company_id, fire_id)

    async def _due(self, now: datetime) -> list[tuple[str, Message]]:
        by_company: dict[str, list[Message]] = defaultdict(list)
        found = self.runtime.stores.messages.each_across_companies(
            MESSAGES_TO_SEARCH, MessageState.UNKNOWN, now
        )
        # While its lease may live, its worker may still be calling.
        lease_over = now - timedelta(seconds=self.runtime.settings.lease_seconds)
        async for company_id, message in found:
            is_over = message.sending_at is not None and message.sending_at <= lease_over
            if is_over and len(by_company[company_id]) < COMPANY_MESSAGES:
                by_company[company_id].append(message)
        return in_turn(by_company)

    async def _guarded(self, company_id: str, message: Message) -> None:
        """What keeps one message from being searched must not keep others from it."""
        async with self._gate:
            if time.monotonic() >= self.deadline:
                return
            ids = {"campaign_id": message.campaign_id, "fire_id": message.fire_id, "message_id": message.id}
            with log.context(company_id=company_id, **ids):
                try:
                    await self._search(company_id, message)
                except (NotFound, Conflict) as error:
                    log.event("message not searched", level=logging.WARNING, reason=str(error))
                except Exception as error:  # noqa: BLE001 - raised when the others have had their turn
                    log.event("message not searched", level=logging.ERROR, error=error)
                    self.searched.errors.append(error)

    async def _search(self, company_id: str, message: Message) -> None:
        fire = (company_id, message.fire_id)
        if fire not in self._contents:
            self._contents[fire] = await self._content(company_id, message.fire_id)
        content = self._contents[fire]
        state = await self._state(
            company_id, message, content.senders[message.sender_id], content.campaign.unknown_policy
        )
        if state is None:
            return
        self.searched.states[state] += 1
        if state is not MessageState.UNKNOWN:
            self._settled.add(fire)

    async def _state(
        self, company_id: str, message: Message, sender: Sender, policy: UnknownPolicy
    ) -> MessageState | None:
        """What the message is after the search; None when its provider cannot be asked now."""
        key = (company_id, sender.id)
        if key not in self._silent:
            try:
                credentials = await self.runtime.credentials(company_id, sender)
                archive = Archive(sender=sender, history=self.runtime.provider_history(sender, credentials))
                return await search_message(self.runtime, company_id, message, archive, policy)
            except UNASKABLE as error:
                self._silent.add(key)
                log.event("history not read", level=logging.WARNING, sender_id=sender.id, reason=str(error))
        if not is_quiet(self.runtime.settings, self.runtime.now(), message, PATIENCE):
            return None
        without = Archive(sender=sender, history=None)
        return await search_message(self.runtime, company_id, message, without, policy)

    async def _content(self, company_id: str, fire_id: str) -> CampaignContent:
        fire = await self.runtime.stores.fires.get(company_id, fire_id)
        return await self.runtime.stores.campaign_contents.frozen(
            company_id, fire.campaign_id, fire.content_hash
        )
