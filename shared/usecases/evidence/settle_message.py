"""Somebody decides about a message whose outcome nobody could learn: sent, not sent, or send it again."""

from datetime import timedelta
from enum import StrEnum

from msgspec import Struct

from shared import log
from shared.domain.campaigns.campaign import Campaign
from shared.domain.errors import Conflict
from shared.domain.fires.fire import Fire
from shared.domain.fires.person import is_forgotten
from shared.domain.messages.batch import Batch, batch_of, send_job
from shared.domain.messages.failure import Failure, FailureState, FailureStep, failure_of
from shared.domain.messages.message import Message, MessageState, moved
from shared.domain.messages.resent import resend_id, resent
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.ledger.find_alone import find_alone
from shared.usecases.ledger.reopen_fire import check_may_send, reopen_books_of, reopen_fire
from shared.usecases.ledger.summarize_fire import summarize_fire


class Settlement(StrEnum):
    """What is decided."""

    SENT = "sent"
    NOT_SENT = "not_sent"
    RESEND = "resend"


_REASONS = {
    Settlement.NOT_SENT: "It was decided that this message, whose outcome was unknown, was not sent.",
    Settlement.RESEND: "Nobody could know whether it went out; it was sent again as another message.",
}


async def settle_message(
    runtime: Runtime, company_id: str, message_id: str, settlement: Settlement, *, by: str
) -> Message:
    """Settle an unknown message, and record `by` whom. The same decision again changes nothing.

    To send it again makes a new message with `resend_of`, under the same seal: consent, window and "no
    use after" hold for it as for any other. It takes the place of the old one in the ledger, as a
    corrected failure does. One that counts as not sent may be sent again too. Raises NotFound, Conflict.
    """
    decision = _Settling(runtime, company_id, message_id, settlement, by)
    settled, batch = await transact(runtime.stores.db, decision.make, "settle_message")
    ids = {"campaign_id": settled.campaign_id, "fire_id": settled.fire_id, "message_id": message_id}
    with log.context(company_id=company_id, **ids):
        log.event("message settled", settlement=settlement, by=by)
        await _announce(runtime, company_id, settled, batch)
    return settled


async def _announce(runtime: Runtime, company_id: str, settled: Message, batch: Batch | None) -> None:
    jobs = [send_job(batch)] if batch else []
    await announce_jobs(runtime, jobs, "settle_message.publish")
    await summarize_fire(runtime, company_id, settled.fire_id)


class _Parts(Struct, frozen=True, kw_only=True):
    message: Message
    fire: Fire
    campaign: Campaign | None
    failure: Failure | None
    resent: Message | None
    alone: list[Fire]


class _Settling:
    """One decision, as a transaction that may run more than once."""

    def __init__(
        self, runtime: Runtime, company_id: str, message_id: str, settlement: Settlement, by: str
    ) -> None:
        self._runtime = runtime
        self._company_id = company_id
        self._message_id = message_id
        self._settlement = settlement
        self._by = by
        self._batch: Batch | None = None

    async def make(self, transaction: Transaction) -> tuple[Message, Batch | None]:
        """The settled message, and the batch to announce when it is sent again."""
        parts = await self._read(transaction)
        if self._is_done(parts):
            return parts.message, self._batch  # ours, when it was applied though it reported an error
        self._check(parts)
        settled = self._settled(parts.message)
        stores = self._runtime.stores
        stores.messages.put(transaction, self._company_id, settled.id, settled)
        if self._settlement is not Settlement.RESEND:
            await reopen_books_of(self._runtime, self._company_id, transaction, parts.fire)
        if self._settlement is Settlement.SENT:
            return settled, None
        failure = failure_of(
            settled,
            FailureStep.SEND,
            "address",
            f"settled as {self._settlement}",
            _REASONS[self._settlement],
            self._runtime.now(),
        )
        if self._settlement is Settlement.RESEND:
            failure = replace(
                parts.failure or failure, state=FailureState.REQUEUED, requeued_as=resend_id(settled)
            )
            self._batch = self._send_again(transaction, parts)
        stores.failures.put(transaction, self._company_id, failure.id, failure)
        return settled, self._batch

    async def _read(self, transaction: Transaction) -> _Parts:
        stores, company_id = self._runtime.stores, self._company_id
        message = await stores.messages.get(company_id, self._message_id, transaction)
        return _Parts(
            message=message,
            fire=await stores.fires.get(company_id, message.fire_id, transaction),
            campaign=await stores.campaigns.find(company_id, message.campaign_id, transaction),
            failure=await stores.failures.find(company_id, message.id, transaction),
            resent=await stores.messages.find(company_id, resend_id(message), transaction),
            alone=await self._alone(transaction),
        )

    async def _alone(self, transaction: Transaction) -> list[Fire]:
        is_asked = self._settlement is Settlement.RESEND
        return await find_alone(self._runtime, self._company_id, transaction) if is_asked else []

    def _is_done(self, parts: _Parts) -> bool:
        """Whether this very decision was made before."""
        if self._settlement is Settlement.RESEND:
            return parts.resent is not None
        state = MessageState.SENT if self._settlement is Settlement.SENT else MessageState.FAILED
        is_settled = parts.message.state is state and parts.message.settled_by is not None
        return is_settled and parts.resent is None

    def _check(self, parts: _Parts) -> None:
        message = parts.message
        may_be_resent = (
            self._settlement is Settlement.RESEND
            and message.state is MessageState.FAILED
            and message.settled_by is not None
        )
        if message.state is not MessageState.UNKNOWN and not may_be_resent:
            raise Conflict(
                f"Only a message whose outcome is unknown can be settled; this is {message.state}."
            )
        if parts.failure is not None and parts.failure.state is FailureState.REQUEUED:
            raise Conflict("This message was corrected and queued again already.")
        if self._settlement is Settlement.RESEND:
            check_may_send(parts.fire, parts.campaign)
            if is_forgotten(message):
                raise Conflict("The person asked for deletion: there is nobody to send this to.")
            if message.withdrawn_by is not None:
                raise Conflict("A later file canceled or moved the appointment: it is not sent again.")

    def _settled(self, message: Message) -> Message:
        if message.state is MessageState.FAILED:
            return message
        facts: dict[str, object] = {"code": None, "search_at": None, "settled_by": self._by}
        if self._settlement is Settlement.SENT:
            sent_at = message.sending_at or self._runtime.now()
            return moved(message, MessageState.SENT, sent_at=sent_at, reason=None, **facts)
        return moved(message, MessageState.FAILED, reason=_REASONS[self._settlement], **facts)

    def _send_again(self, transaction: Transaction, parts: _Parts) -> Batch:
        """Store the new message with its batch, and open the fire again."""
        stores, company_id, now = self._runtime.stores, self._company_id, self._runtime.now()
        again = resent(parts.message, now)
        soon = now + timedelta(seconds=self._runtime.settings.dispatch_ahead_seconds)
        batch = batch_of(company_id, parts.fire.id, again.sender_id, [again], now, now, soon)
        stores.batches.put(transaction, company_id, batch.id, batch)
        again = replace(again, batch_id=batch.id, planned_for=now)
        stores.messages.put(transaction, company_id, again.id, again)
        reopen_fire(self._runtime, company_id, transaction, parts.fire, parts.campaign, parts.alone)
        return batch
