"""Intent: everything that could forbid a message is read in the transaction that marks it `sending`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from shared.domain.campaigns import window
from shared.domain.campaigns.content import CampaignContent
from shared.domain.companies.company import Company
from shared.domain.contacts.opt_out import OptOut
from shared.domain.fires.earlier import EarlierMessage
from shared.domain.fires.fire import Fire, FireState
from shared.domain.lease import LeaseLost, is_held
from shared.domain.messages.batch import Claim
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
from shared.firestore.kit.transactions import Transaction, transact_at
from shared.runtime import Runtime
from shared.usecases.sending.read_group import read_group

# A message must be able to arrive before its window closes, so the last seconds are not used.
CLOSING_SECONDS = 5
# How long a message waits for the outcome of the same one that another fire is just sending.
LEAVING_SECONDS = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Intended:
    """A message we may call the provider for, now, and for how long the provider may deliver it.

    `written_at` is when the database stored that it is being sent. `was_written`: a commit before this one
    did that, and nobody knows when.
    """

    message: Message
    validity_seconds: int
    was_written: bool = False
    written_at: Any = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Intents:
    """The outcome for one group: what to call for, what must wait for which opening, and a pause."""

    intended: list[Intended]
    later: dict[datetime, list[str]]
    is_paused: bool = False

    def written(self, at: Any) -> "Intents":
        """The same, with the moment at which the transaction stored it."""
        intended = [one if one.was_written else replace(one, written_at=at) for one in self.intended]
        return replace(self, intended=intended)


def together(parts: Sequence[Intents]) -> Intents:
    """The outcome for several groups as that of one."""
    later: dict[datetime, list[str]] = {}
    for part in parts:
        for opens_at, message_ids in part.later.items():
            later.setdefault(opens_at, []).extend(message_ids)
    return Intents(
        intended=[one for part in parts for one in part.intended],
        later=later,
        is_paused=any(part.is_paused for part in parts),
    )


async def intend_messages(
    runtime: Runtime, company_id: str, claim: Claim, content: CampaignContent, message_ids: Sequence[str]
) -> Intents:
    """Mark the group's messages `sending` under our token; those that must not go out are settled instead.

    Consent is read in the same transaction, which makes STOP exact. So are the same messages of other fires,
    where the campaign's dedupe scope asks for them and such a fire is open beside ours: of two fires one
    sends. Raises LeaseLost.
    """
    stores = runtime.stores

    async def intend(transaction: Transaction) -> Intents:
        now = runtime.now()
        found = await read_group(runtime, company_id, transaction, claim, content, message_ids)
        fire = found.fire
        if found.batch is None or fire is None or not is_held(found.batch, claim.token, now):
            raise LeaseLost
        if found.is_held or _waits(fire, found.senders, found.companies):
            return Intents(intended=[], later={}, is_paused=True)
        facts = (claim.token, fire, content)
        decided = [
            _decide(m, *facts, found.refusals.get(m.id), found.earlier.get(m.id), now) for m in found.messages
        ]
        for decision in decided:
            decision.write(runtime, transaction, company_id)
        return _intents(decided)

    committed = await transact_at(stores.db, intend, "intend_messages")
    return committed.result.written(committed.at)


def _waits(fire: Fire, senders: Iterable[Sender], companies: Iterable[Company]) -> bool:
    """Whether nothing may go out now; what a canceled fire still has is skipped whatever its sender."""
    if fire.state is FireState.FIRING:
        is_disabled = not any(company.sending_enabled for company in companies)
        return is_disabled or any(sender.is_paused for sender in senders)
    return fire.state is FireState.PAUSED


@dataclass(frozen=True, kw_only=True, slots=True)
class _Decision:
    """What becomes of one message: unchanged, changed, failed, or to be sent in a later window."""

    message: Message
    changed: Message | None = None
    intended: Intended | None = None
    failure: Failure | None = None
    later: datetime | None = None

    def write(self, runtime: Runtime, transaction: Transaction, company_id: str) -> None:
        stores = runtime.stores
        if self.changed is not None:
            before, after = self.message, self.changed
            stores.messages.put_changed(transaction, company_id, before.id, before, after)
        if self.failure is not None:
            stores.failures.put(transaction, company_id, self.failure.id, self.failure)


def _intents(decided: Sequence[_Decision]) -> Intents:
    later: dict[datetime, list[str]] = {}
    for decision in decided:
        if decision.later is not None:
            later.setdefault(decision.later, []).append(decision.message.id)
    return Intents(intended=[d.intended for d in decided if d.intended is not None], later=later)


def _decide(
    message: Message,
    token: str,
    fire: Fire,
    content: CampaignContent,
    refusal: OptOut | None,
    before: EarlierMessage | None,
    now: datetime,
) -> _Decision:
    if message.state is MessageState.SENDING and message.token == token:  # our own intent, applied twice
        validity = _validity(message, content, now)
        intended = Intended(message=message, validity_seconds=validity, was_written=True)
        return _Decision(message=message, intended=intended)
    if fire.state is FireState.CANCELED or message.withdrawn_by is not None:
        return _skipped(message, SkipReason.CANCELED)
    if refusal is not None:
        return _skipped(message, skip_reason(refusal))
    if message.not_after is not None and message.not_after <= now:
        return _skipped(message, SkipReason.EXPIRED)
    if before is not None and before.forbids:
        words = before.words(content.company_time_zone)
        return _skipped(message, SkipReason.ALREADY_SENT, duplicate_of=before.message_id, explanation=words)
    if before is not None and before.is_leaving:
        return _Decision(message=message, later=now + timedelta(seconds=LEAVING_SECONDS))
    sealed = rendering_hash(
        fire.content_hash, message.channel, message.address, message.subject, message.body
    )
    if sealed != message.rendering_hash or fire.content_hash != content.content_hash:
        return _tampered(message, now)
    validity = _validity(message, content, now)
    if validity <= 0:
        return _outside(message, content, now)
    sending = moved(message, MessageState.SENDING, token=token, attempt=message.attempt + 1, sending_at=now)
    return _Decision(
        message=message, changed=sending, intended=Intended(message=sending, validity_seconds=validity)
    )


def _skipped(message: Message, reason: SkipReason, **facts: object) -> _Decision:
    return _Decision(message=message, changed=moved(message, MessageState.SKIPPED, reason=reason, **facts))


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
    return _Decision(message=message, later=max(opens_at, resume_at))


def _tampered(message: Message, now: datetime) -> _Decision:
    reason = "The text differs from what was frozen when the campaign was marked ready; it was not sent."
    failure = failure_of(message, FailureStep.SEND, "body", "content changed", reason, now)
    failed = moved(message, MessageState.FAILED, reason=reason)
    return _Decision(message=message, changed=failed, failure=failure)
