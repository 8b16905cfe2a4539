"""Send messages that came to nothing again, each as another message."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

from shared.domain.fires.fire import Fire
from shared.domain.fires.resending import Unreached, left_out, unreached
from shared.domain.ids import random_id
from shared.domain.messages.batch import Batch, BatchState, batch_of, send_job
from shared.domain.messages.failure import Failure, FailureState, FailureStep, failure_of
from shared.domain.messages.message import Message
from shared.domain.messages.resent import resend_id, resent
from shared.domain.record import replace
from shared.domain.senders.pacing import batch_size
from shared.domain.senders.sender import Sender
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.ledger.find_alone import find_alone
from shared.usecases.ledger.reopen_fire import check_may_send, reopen_fire
from shared.usecases.sending.reserve_start import reserve_start

_KIND, _REASON = "sent again", "It did not arrive; it was sent again as another message."


async def resend_messages(
    runtime: Runtime, company_id: str, fire_id: str, messages: Sequence[Message]
) -> int:
    """Send these messages of a fire again; how many. Asked again, it sends none twice.

    Each becomes a new message with `resend_of`, under the same seal: consent, window and "no use after" hold
    for it as for any other. One that its provider refused gives its place in the ledger to the new one; one
    that was sent stays sent, and the new one is planned beside it. Raises NotFound, and Conflict where
    nothing of the fire is sent any more.
    """
    count = 0
    for sender_id, members in _by_sender(messages):
        sender = await runtime.stores.senders.get(company_id, sender_id)
        size = batch_size(sender.rate_per_second)
        for first in range(0, len(members), size):
            count += await _resend(runtime, company_id, fire_id, sender, members[first : first + size])
    return count


def _by_sender(messages: Sequence[Message]) -> Iterator[tuple[str, list[Message]]]:
    for sender_id in dict.fromkeys(message.sender_id for message in messages):
        yield sender_id, [message for message in messages if message.sender_id == sender_id]


async def _resend(
    runtime: Runtime, company_id: str, fire_id: str, sender: Sender, messages: Sequence[Message]
) -> int:
    ids = [resend_id(message) for message in messages]
    start = await reserve_start(runtime, company_id, fire_id, sender, runtime.now(), ids)
    resending = _Resending(runtime, company_id, fire_id, messages, start)
    count, batch = await transact(runtime.stores.db, resending.make, None)
    due = [send_job(batch)] if batch is not None and batch.state is BatchState.DISPATCHED else []
    await announce_jobs(runtime, due, None)  # lost, the sweep finds the batch
    return count


class _Resending:
    """The new messages of one batch, in a transaction that may run more than once."""

    def __init__(
        self, runtime: Runtime, company_id: str, fire_id: str, messages: Sequence[Message], start: datetime
    ) -> None:
        self._runtime = runtime
        self._company_id = company_id
        self._fire_id = fire_id
        self._ids = [message.id for message in messages]
        self._start = start
        self._batch_id = random_id()  # by which our own messages are told from those of who asks beside us
        self._made: tuple[int, Batch | None] | None = None

    async def make(self, transaction: Transaction) -> tuple[int, Batch | None]:
        """How many are sent again, and in which batch; no more of those that changed meanwhile."""
        stores, company_id, now = self._runtime.stores, self._company_id, self._runtime.now()
        fire = await stores.fires.get(company_id, self._fire_id, transaction)
        campaign = await stores.campaigns.find(company_id, fire.campaign_id, transaction)
        found = await stores.messages.find_many(company_id, self._ids, transaction)
        failures = await stores.failures.find_many(company_id, self._ids, transaction)
        done = await stores.messages.find_many(
            company_id, [resend_id(one) for one in found.values()], transaction
        )
        alone = await find_alone(self._runtime, company_id, transaction)
        if self._made is not None and any(one.batch_id == self._batch_id for one in done.values()):
            return self._made  # our own commit, applied though it reported an error
        check_may_send(fire, campaign)
        members = [
            found[item_id]
            for item_id in self._ids
            if item_id in found and _still(found[item_id], failures.get(item_id), done, now)
        ]
        if not members:
            return 0, None
        batch = self._write(transaction, fire, members, failures, now)
        more = Counter(one.step_id for one in members if unreached(one) is Unreached.NOT_DELIVERED)
        reopen_fire(self._runtime, company_id, transaction, fire, campaign, alone, more=more)
        self._made = len(members), batch
        return self._made

    def _write(
        self,
        transaction: Transaction,
        fire: Fire,
        members: Sequence[Message],
        failures: dict[str, Failure],
        now: datetime,
    ) -> Batch:
        stores, company_id = self._runtime.stores, self._company_id
        soon = now + timedelta(seconds=self._runtime.settings.dispatch_ahead_seconds)
        made = [resent(message, now) for message in members]
        planned = batch_of(company_id, fire.id, made[0].sender_id, made, self._start, now, soon)
        batch = replace(planned, id=self._batch_id)
        stores.batches.put(transaction, company_id, batch.id, batch)
        for old, new in zip(members, made, strict=True):
            placed = replace(new, batch_id=batch.id, planned_for=self._start)
            stores.messages.put(transaction, company_id, placed.id, placed)
            known = failures.get(old.id) or failure_of(old, FailureStep.SEND, "address", _KIND, _REASON, now)
            ended = replace(known, state=FailureState.REQUEUED, requeued_as=new.id)
            stores.failures.put(transaction, company_id, ended.id, ended)
        return batch


def _still(message: Message, failure: Failure | None, done: Collection[str], now: datetime) -> bool:
    """Whether it may be sent again as it stands now. Consent is asked once more when it goes out."""
    if resend_id(message) in done or unreached(message) is None:
        return False
    return left_out(message, failure, None, now, is_unverified=False, is_reached=False) is None
