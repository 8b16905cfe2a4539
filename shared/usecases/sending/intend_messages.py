"""Intent: everything that could forbid a message is read in the transaction that marks it `sending`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.campaigns import window
from shared.domain.campaigns.content import CampaignContent
from shared.domain.companies.company import Company
from shared.domain.contacts.opt_out import OptOut, active, holding, opt_out_ids
from shared.domain.fires.fire import Fire, FireState
from shared.domain.lease import LeaseLost, is_held
from shared.domain.messages.batch import Batch, Claim
from shared.domain.messages.failure import Failure, FailureStep, failure_of
from shared.domain.messages.message import (
    Message,
    MessageState,
    SkipReason,
    moved,
    rendering_hash,
    skip_reason,
)
from shared.domain.senders.sender import Sender
from shared.firestore.kit.together import read_together
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime

# A message must be able to arrive before its window closes, so the last seconds are not used.
CLOSING_SECONDS = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Intended:
    """A message we may call the provider for, now, and for how long the provider may deliver it."""

    message: Message
    validity_seconds: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Intents:
    """The outcome for one group: what to call for, what must wait for which opening, and a pause."""

    intended: list[Intended]
    later: dict[datetime, list[str]]
    is_paused: bool = False


async def intend_messages(
    runtime: Runtime, company_id: str, claim: Claim, content: CampaignContent, group: Sequence[Message]
) -> Intents:
    """Mark the group's messages `sending` under our token; those that must not go out are settled instead.

    Consent is read in the same transaction, which makes STOP exact. `group` are the messages as read
    before; only their ids and addresses, which never change, are used. Raises LeaseLost.
    """
    stores = runtime.stores
    keys = {message.id: opt_out_ids(message.channel, message.address) for message in group}
    wanted = (
        stores.batches.wanted(company_id, [claim.batch.id]),
        stores.fires.wanted(company_id, [claim.batch.fire_id]),
        stores.messages.wanted(company_id, keys),
        stores.opt_outs.wanted(company_id, {item_id for ids in keys.values() for item_id in ids}),
        stores.senders.wanted(company_id, [claim.batch.sender_id]),
        stores.companies.wanted(company_id),
        stores.system.wanted_hold(),
    )

    async def intend(transaction: Transaction) -> Intents:
        now = runtime.now()
        batches, fires, messages, opt_outs, senders, companies, holds = await read_together(
            stores.db, transaction, *wanted
        )
        batch: Batch | None = batches.get(claim.batch.id)
        if batch is None or not is_held(batch, claim.token, now):
            raise LeaseLost
        fire: Fire = fires[claim.batch.fire_id]
        if holds or _waits(fire, senders.values(), companies.values()):
            return Intents(intended=[], later={}, is_paused=True)
        refusals = active(opt_outs.values())
        held = {item_id: holding(ids, refusals) for item_id, ids in keys.items()}
        facts = (claim.token, fire, content)
        decided = [_decide(m, *facts, held[m.id], now) for m in messages.values()]
        for decision in decided:
            decision.write(runtime, transaction, company_id)
        return _intents(decided)

    return await transact(stores.db, intend, "intend_messages")


def _waits(fire: Fire, senders: Iterable[Sender], companies: Iterable[Company]) -> bool:
    """Whether nothing may go out now; what a canceled fire still has is skipped whatever its sender."""
    if fire.state is FireState.FIRING:
        is_disabled = not any(company.sending_enabled for company in companies)
        return is_disabled or any(sender.is_paused for sender in senders)
    return fire.state is FireState.PAUSED


@dataclass(frozen=True, kw_only=True, slots=True)
class _Decision:
    """What becomes of one message: unchanged, changed, failed, or to be sent in a later window."""

    changed: Message | None = None
    intended: Intended | None = None
    failure: Failure | None = None
    later: tuple[datetime, str] | None = None

    def write(self, runtime: Runtime, transaction: Transaction, company_id: str) -> None:
        stores = runtime.stores
        if self.changed is not None:
            stores.messages.put(transaction, company_id, self.changed.id, self.changed)
        if self.failure is not None:
            stores.failures.put(transaction, company_id, self.failure.id, self.failure)


def _intents(decided: Sequence[_Decision]) -> Intents:
    later: dict[datetime, list[str]] = {}
    for decision in decided:
        if decision.later is not None:
            later.setdefault(decision.later[0], []).append(decision.later[1])
    return Intents(intended=[d.intended for d in decided if d.intended is not None], later=later)


def _decide(
    message: Message, token: str, fire: Fire, content: CampaignContent, refusal: OptOut | None, now: datetime
) -> _Decision:
    if message.state is MessageState.SENDING and message.token == token:  # our own intent, applied twice
        return _Decision(
            intended=Intended(message=message, validity_seconds=_validity(message, content, now))
        )
    if message.state is not MessageState.QUEUED:
        return _Decision()
    if fire.state is FireState.CANCELED or message.withdrawn_by is not None:
        return _skipped(message, SkipReason.CANCELED)
    if refusal is not None:
        return _skipped(message, skip_reason(refusal))
    if message.not_after is not None and message.not_after <= now:
        return _skipped(message, SkipReason.EXPIRED)
    sealed = rendering_hash(
        fire.content_hash, message.channel, message.address, message.subject, message.body
    )
    if sealed != message.rendering_hash or fire.content_hash != content.content_hash:
        return _tampered(message, now)
    validity = _validity(message, content, now)
    if validity <= 0:
        return _outside(message, content, now)
    sending = moved(message, MessageState.SENDING, token=token, attempt=message.attempt + 1, sending_at=now)
    return _Decision(changed=sending, intended=Intended(message=sending, validity_seconds=validity))


def _skipped(message: Message, reason: SkipReason) -> _Decision:
    return _Decision(changed=moved(message, MessageState.SKIPPED, reason=reason))


def _validity(message: Message, content: CampaignContent, now: datetime) -> int:
    """For how many seconds the message may still arrive; 0 when it may not go out now."""
    rules = content.campaign.window
    if not window.is_open(rules, message.time_zones, now):
        return 0
    ends = window.closes_at(rules, message.time_zones, now)
    if message.not_after is not None:
        ends = min(ends, message.not_after)
    return max(0, int((ends - now).total_seconds()) - CLOSING_SECONDS)


def _outside(message: Message, content: CampaignContent, now: datetime) -> _Decision:
    """Outside its window: it waits for the next opening, unless that comes too late for it."""
    resume_at = now + timedelta(seconds=CLOSING_SECONDS)
    if message.not_after is not None and message.not_after <= resume_at:
        return _skipped(message, SkipReason.EXPIRED)
    opens_at = window.next_open(content.campaign.window, message.time_zones, resume_at)
    if opens_at is None or (message.not_after is not None and opens_at >= message.not_after):
        return _skipped(message, SkipReason.WINDOW_CLOSED)
    return _Decision(later=(max(opens_at, resume_at), message.id))


def _tampered(message: Message, now: datetime) -> _Decision:
    reason = "The text differs from what was frozen when the campaign was marked ready; it was not sent."
    failure = failure_of(message, FailureStep.SEND, "body", "content changed", reason, now)
    return _Decision(changed=moved(message, MessageState.FAILED, reason=reason), failure=failure)
