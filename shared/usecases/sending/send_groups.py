"""Send a claimed batch's messages group by group: intents one after the other, their calls overlapping."""

import asyncio
import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import datetime

from msgspec import Struct, field

from shared import log
from shared.domain.campaigns.content import CampaignContent
from shared.domain.fires.fire import Fire, FireState
from shared.domain.messages.batch import Claim
from shared.domain.messages.intents import Intents
from shared.domain.messages.sending import Outcome, SendResult
from shared.domain.senders.pacing import group_size, pace_of, sending_seconds
from shared.domain.senders.run_limits import RunLimits
from shared.domain.senders.sender import Sender
from shared.firestore.kit.too_large import TooLarge
from shared.firestore.kit.transactions import halving
from shared.providers.kit.adapters import MessageSender
from shared.providers.kit.credentials import Credentials, WrongCredentials
from shared.runtime import Runtime
from shared.storage.secrets import CredentialsMissing, SecretsUnavailable
from shared.usecases.sending.call_provider import call_provider
from shared.usecases.sending.fail_too_large import fail_too_large
from shared.usecases.sending.intend_messages import intend_messages
from shared.usecases.sending.pause_sender import pause_sender
from shared.usecases.sending.record_results import record_results

# What is in flight when a worker dies is in doubt: so many groups at most.
GROUPS_IN_FLIGHT = 3
# Messages with files are called one file after the other, and none long after its intent.
WITH_FILES = 5
RUN_OVER = SendResult(outcome=Outcome.NOT_ACCEPTED, reason="The run's time was over before its turn came.")
_PUT_BACK = frozenset({Outcome.NOT_ACCEPTED, Outcome.SENDER_BROKEN})
_IN_VAIN = frozenset({Outcome.NOT_ACCEPTED, Outcome.UNKNOWN})
# Of a sender with a stand-in: after so many calls in vain in a row, or one at a batch's second try, its
# provider counts as down. It is called again after a while. An answer that took longer than this share of the
# time-out is as bad as none: whoever waits behind it waits too long.
CALLS_IN_VAIN = 3
SLOW_SHARE = 0.5
DOWN_SECONDS = 60.0


async def send_groups(
    runtime: Runtime,
    company_id: str,
    claim: Claim,
    content: CampaignContent,
    fire: Fire,
    deadline: float,
) -> "Sending":
    """Send the batch in groups, at the sender's pace; what came of it.

    Of a canceled fire nothing is sent, only skipped. What is left at the `deadline` (time.monotonic), or when
    the run's time is over, the next worker sends. Raises CredentialsMissing, WrongCredentials,
    SecretsUnavailable before anything is touched, and LeaseLost when the calls that are under way have ended.
    """
    sender = content.senders[claim.batch.sender_id]
    sending = Sending(
        runtime=runtime, company_id=company_id, claim=claim, content=content, sender=sender, fire=fire
    )
    if fire.state is not FireState.CANCELED:
        await sending.sign_in()
    await sending.send(deadline)
    return sending


class Sending(Struct, kw_only=True):
    """A claimed batch's messages on their way out, and what came of it so far.

    `is_settled` says that nothing of the batch is left for another try: every message was sent, settled, or
    stands in `later`, by its next start. `is_paused` and `retry_after` say how what is left goes on.
    """

    runtime: Runtime
    company_id: str
    claim: Claim
    content: CampaignContent
    sender: Sender
    fire: Fire
    credentials: Credentials | None = None
    provider: MessageSender | None = None
    is_settled: bool = True
    is_paused: bool = False
    is_broken: bool = False
    retry_after: float = 0.0
    later: dict[datetime, list[str]] = field(default_factory=dict)
    in_vain: int = 0

    @property
    def stand_in(self) -> Sender | None:
        """Who takes over while the provider is down; only one that was frozen with the campaign.

        Nobody, where a conversation with the one sender counts, and for what was taken over already.
        """
        is_bound = self.sender.channel.record.conversation_hours is not None
        if is_bound or self.claim.batch.is_taken_over:
            return None
        return self.content.senders.get(self.sender.stand_in_id or "")

    @property
    def is_down(self) -> bool:
        """Whether the provider counts as down, so that the stand-in takes over what waits."""
        until = self.runtime.senders_down.get((self.company_id, self.sender.id), 0.0)
        return self.stand_in is not None and time.monotonic() < until

    run_ends: float = float("inf")  # time.monotonic

    async def sign_in(self) -> None:
        """Raises CredentialsMissing, WrongCredentials, SecretsUnavailable."""
        self.credentials = await self.runtime.credentials(self.company_id, self.sender)
        self.provider = self.runtime.message_sender(self.sender, self.credentials)

    async def send(self, deadline: float) -> None:
        """Send group by group. Raises LeaseLost."""
        gate, calls = asyncio.Semaphore(GROUPS_IN_FLIGHT), list[asyncio.Task[None]]()
        next_call = intent_took = 0.0  # calls keep the pace; an intent begins before its call's turn
        if (runs := self.content.campaign.runs) is not None:
            self.run_ends = time.monotonic() + self._run_seconds(runs)
        try:
            for group in self._groups():
                if next_call >= self.run_ends:  # its turn would come when the run is over
                    self.is_settled = False
                    break
                await _until(next_call - intent_took)
                await gate.acquire()
                if self.is_paused or self.is_broken or self.is_down or self._is_late(deadline):
                    self.is_settled = False
                    break
                started = time.monotonic()
                intents = await self._intend(group)
                intent_took = time.monotonic() - started
                await _until(next_call)
                next_call = time.monotonic() + len(intents.intended) / self._pace
                calls.append(asyncio.create_task(self._call(intents)))
                calls[-1].add_done_callback(lambda _: gate.release())
        finally:
            ended = await asyncio.gather(*calls, return_exceptions=True)
        for error in ended:
            if error is not None:
                raise error

    @property
    def _pace(self) -> float:
        """How many messages leave in a second."""
        return pace_of(self.sender.rate_per_second, self.content.campaign.runs)

    def _run_seconds(self, runs: RunLimits) -> float:
        """How long the run may last: its seconds, and no longer than the sender's time was reserved for it.

        One that begins when that is over sends nothing, and gets another time: after an outage two runs of a
        sender would else go out at once, at twice its pace.
        """
        reserved = sending_seconds(1, self.sender.rate_per_second, runs)
        gone = (self.runtime.now() - self.claim.batch.planned_start).total_seconds()
        return min(runs.seconds, reserved - gone)

    def _groups(self) -> Iterator[Sequence[str]]:
        ids, size = self.claim.batch.message_ids, group_size(self._pace, self.sender.channel)
        if self.content.carries_files(self.sender.channel):
            size = min(size, WITH_FILES)
        return (ids[first : first + size] for first in range(0, len(ids), size))

    def _is_late(self, deadline: float) -> bool:
        patience = self.runtime.settings.longest_call_seconds
        return time.monotonic() + patience >= deadline or self._is_run_over()

    def _is_run_over(self) -> bool:
        """Whether no call may begin any more. One that is under way is waited for: cut off, nobody would know
        whether its message went out.
        """
        return time.monotonic() >= self.run_ends

    async def _intend(self, group: Sequence[str]) -> Intents:
        """The group's intents: in one transaction, or in several when the database finds it too large."""

        async def intend(part: Sequence[str]) -> Intents:
            try:
                return await intend_messages(self.runtime, self.company_id, self.claim, self.content, part)
            except TooLarge as error:
                if len(part) > 1:
                    raise
                log.event("message too large", level=logging.ERROR, message_id=part[0], reason=str(error))
                await fail_too_large(self.runtime, self.company_id, self.claim, part[0])
                return Intents(intended=[], later={})

        async with self._turn():
            intents = Intents.of(await halving(group, intend))
        if intents.is_paused:
            self.is_paused, self.is_settled = True, False
        for opens_at, message_ids in intents.later.items():
            self.later.setdefault(opens_at, []).extend(message_ids)
        return intents

    def _turn(self) -> AbstractAsyncContextManager[object]:
        """In turn with the company's other groups in this process, where intents make queries."""
        campaign = self.content.campaign
        is_compared = campaign.scope.is_wide and not self.fire.is_alone
        is_asking = is_compared or campaign.frequency_cap is not None
        return self.runtime.turn(self.company_id) if is_asking else nullcontext()

    async def _call(self, intents: Intents) -> None:
        """Call and result of one group."""
        runtime, company_id, claim, intended = self.runtime, self.company_id, self.claim, intents.intended
        if self._is_run_over():
            results = {one.message.id: RUN_OVER for one in intended}
        else:
            results = await call_provider(
                runtime, company_id, claim, self.sender, self.provider, self.content, intended
            )
        async with self._turn():
            await record_results(runtime, company_id, claim.token, results, intended)
        self._learn(results)
        broken = [result for result in results.values() if result.outcome is Outcome.SENDER_BROKEN]
        if broken and not self.is_broken:
            self.is_broken = True
            self.is_paused = await self._pause_broken(broken[0]) or self.is_paused

    def _learn(self, results: Mapping[str, SendResult]) -> None:
        if any(result.outcome in _PUT_BACK for result in results.values()):
            self.is_settled = False
        self._count_in_vain(results)
        self.retry_after = max([self.retry_after, *(r.retry_after_seconds or 0.0 for r in results.values())])

    def _count_in_vain(self, results: Mapping[str, SendResult]) -> None:
        """Note that the provider is down, when too many calls went unanswered, were put off, or took long."""
        called = [result for result in results.values() if result.seconds is not None]
        if self.stand_in is None or not called:
            return
        is_in_vain = all(map(self._is_in_vain, called))
        calls = 1 if self.sender.channel.record.shares_calls else len(called)
        self.in_vain = self.in_vain + calls if is_in_vain else 0
        if self.in_vain >= CALLS_IN_VAIN or (is_in_vain and self.claim.batch.attempt > 1):
            until = time.monotonic() + DOWN_SECONDS
            self.runtime.senders_down[self.company_id, self.sender.id] = until
            log.event("sender down", level=logging.WARNING, sender_id=self.sender.id)

    def _is_in_vain(self, result: SendResult) -> bool:
        slow = SLOW_SHARE * self.runtime.settings.provider_timeout_seconds
        return result.outcome in _IN_VAIN or (result.seconds or 0.0) > slow

    async def _pause_broken(self, result: SendResult) -> bool:
        """Pause the sender that its provider calls broken. False, and nothing is done, when its credentials
        were replaced since they were read: then the next try, with the new ones, will tell.
        """
        runtime, company_id, sender = self.runtime, self.company_id, self.sender
        try:
            if await runtime.credentials(company_id, sender, fresh=True) != self.credentials:
                return False
        except (CredentialsMissing, WrongCredentials, SecretsUnavailable) as error:
            log.event("sender not ready", level=logging.ERROR, sender_id=sender.id, reason=str(error))
        await pause_sender(runtime, company_id, sender.id, result.reason or "The provider refuses it.")
        return True


async def _until(moment: float) -> None:
    """Wait until then (time.monotonic)."""
    await asyncio.sleep(max(0.0, moment - time.monotonic()))
