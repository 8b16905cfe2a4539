"""Intent: everything that could forbid a message is read in the transaction that marks it `sending`."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from shared.domain.campaigns import window
from shared.domain.campaigns.content import CampaignContent
from shared.domain.companies.company import Company
from shared.domain.companies.consent_rules import Narrowing
from shared.domain.contacts.opt_out import OptOut
from shared.domain.contacts.verified import is_unverified
from shared.domain.fires.capping import Room
from shared.domain.fires.earlier import EarlierMessage
from shared.domain.fires.fire import Fire, FireState
from shared.domain.fires.step_rules import Before, judge
from shared.domain.lease import LeaseLost, is_held
from shared.domain.messages.batch import Claim
from shared.domain.messages.failure import Failure, FailureStep, failure_of
from shared.domain.messages.intents import Intended, Intents
from shared.domain.messages.message import Message, MessageState, moved, rendering_hash
from shared.domain.messages.open_conversation import OpenConversation
from shared.domain.messages.purpose import Purpose
from shared.domain.messages.skip_reason import SkipReason, skip_reason
from shared.domain.record import replace
from shared.domain.senders.day_left import DayLeft
from shared.domain.senders.sender import Sender
from shared.firestore.kit.transactions import Transaction, transact_at
from shared.runtime import Runtime
from shared.usecases.sending.read_group import GroupRead, read_group

# How long a message waits for the outcome of the same one that another fire is just sending.
LEAVING_SECONDS = 30


async def intend_messages(
    runtime: Runtime, company_id: str, claim: Claim, content: CampaignContent, message_ids: Sequence[str]
) -> Intents:
    """Mark the group's messages `sending` under our token; those that must not go out are settled instead.

    Consent is read in the same transaction, which makes STOP exact. So are the same messages of other fires,
    where the campaign's dedupe scope asks for them and such a fire is open beside ours: of two fires one
    sends. And so are the earlier steps' messages, so whoever has answered gets no further step.
    Raises LeaseLost.
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
        decided = [_decided(one, found, claim, fire, content, now) for one in found.messages]
        for decision in decided:
            decision.write(runtime, transaction, company_id)
        return _intents(decided)

    committed = await transact_at(stores.db, intend, "intend_messages")
    return committed.result.written(committed.at)


def _decided(
    message: Message, found: GroupRead, claim: Claim, fire: Fire, content: CampaignContent, now: datetime
) -> "_Decision":
    decision = _unverified(message, found.narrowing) or _decide(
        message,
        claim.token,
        fire,
        content,
        found.refusals.get(message.id),
        found.earlier.get(message.id),
        found.conversations.get(message.id),
        found.before.get(message.id),
        found.room,
        now,
    )
    return _within_day(decision, found.day, content)


def _waits(fire: Fire, senders: Iterable[Sender], companies: Iterable[Company]) -> bool:
    """Whether nothing may go out now; what a canceled fire still has is skipped whatever its sender."""
    if fire.state is FireState.FIRING:
        is_disabled = not any(company.sending_enabled for company in companies)
        return is_disabled or any(sender.is_paused for sender in senders)
    return fire.state is FireState.PAUSED


class _Decision(Struct, frozen=True, kw_only=True):
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
    talk: OpenConversation | None,
    steps: Before | None,
    room: Room | None,
    now: datetime,
) -> _Decision:
    validity = _validity(message, content, talk, now)
    if message.state is MessageState.SENDING and message.token == token:  # our own intent, applied twice
        _count(message, room, now)
        intended = Intended(message=message, validity_seconds=validity, was_written=True)
        return _Decision(message=message, intended=intended)
    if fire.state is FireState.CANCELED:
        return _skipped(message, SkipReason.CANCELED)
    if (taken_back := _taken_back(message, content, now)) is not None:
        return taken_back
    if (refused := _refused(message, refusal)) is not None:
        return _skipped(message, refused)
    if message.not_after is not None and message.not_after <= now:
        return _skipped(message, SkipReason.EXPIRED)
    if (by_others := _by_others(message, content, before, now)) is not None:
        return by_others
    if (by_steps := _by_steps(message, content, steps, now)) is not None:
        return by_steps
    sealed = rendering_hash(fire.content_hash, message.channel, message.address, *message.said)
    if sealed != message.rendering_hash or fire.content_hash != content.content_hash:
        return _tampered(message, now)
    if message.needs_conversation and not (talk and talk.is_open(now)):
        return _not_written(message, now)
    if validity <= 0:
        return _outside(message, content, now)
    if (over := _over_cap(message, content, room, now)) is not None:
        return over
    _count(message, room, now)
    return _leaving(message, token, validity, now)


def _taken_back(message: Message, content: CampaignContent, now: datetime) -> _Decision | None:
    """What a cancelation of its appointment says against it, or the lack of one where it tells of that."""
    is_told = message.purpose is Purpose.CAMPAIGN and content.step(message.step_id).tells_cancelation
    if is_told == (message.withdrawn_by is not None):
        return None
    if not is_told:
        return _skipped(message, SkipReason.WITHDRAWN)
    if message.waits_until is not None and now < message.waits_until:
        return _Decision(message=message, later=message.waits_until)
    return _skipped(message, SkipReason.NOT_CANCELED)


def _leaving(message: Message, token: str, validity: int, now: datetime) -> _Decision:
    sent = moved(message, MessageState.SENDING, token=token, attempt=message.attempt + 1, sending_at=now)
    intended = Intended(message=sent, validity_seconds=validity)
    return _Decision(message=message, changed=sent, intended=intended)


def _by_others(
    message: Message, content: CampaignContent, before: EarlierMessage | None, now: datetime
) -> _Decision | None:
    """What the same message in another fire says against it, if it does."""
    if before is not None and before.forbids:
        words = before.words(content.company_time_zone)
        return _skipped(message, SkipReason.ALREADY_SENT, duplicate_of=before.message_id, explanation=words)
    if before is not None and before.is_leaving:
        return _Decision(message=message, later=now + timedelta(seconds=LEAVING_SECONDS))
    return None


def _not_written(message: Message, now: datetime) -> _Decision:
    """The person has not written lately: it waits where a step invites them, and only so long."""
    if message.waits_until is not None and now < message.waits_until:
        return _Decision(message=message, later=message.waits_until)
    return _skipped(message, SkipReason.CONVERSATION_CLOSED)


def _over_cap(
    message: Message, content: CampaignContent, room: Room | None, now: datetime
) -> _Decision | None:
    """What becomes of one that is too many for its person; None when there is room for it."""
    if room is None or message.purpose is not Purpose.CAMPAIGN:
        return None
    until = room.full_until(message.channel, message.address, now)
    if until is None:
        return None
    if (opens_at := room.next_opening(content.campaign.window, message, until, now)) is None:
        return _skipped(message, SkipReason.TOO_MANY)
    return _Decision(message=message, changed=replace(message, is_over_cap=True), later=opens_at)


def _count(message: Message, room: Room | None, now: datetime) -> None:
    if room is not None and message.purpose is Purpose.CAMPAIGN:
        room.take(message.channel, message.address, now)


def _within_day(decision: _Decision, day: DayLeft | None, content: CampaignContent) -> _Decision:
    """The decision, unless the sender has sent as many today as it may: then the message waits for tomorrow.

    What answers people leaves all the same.
    """
    message, intended = decision.message, decision.intended
    if day is None or intended is None or intended.was_written or message.purpose is not Purpose.CAMPAIGN:
        return decision
    if day.take():
        return decision
    opens_at = window.next_open(content.campaign.window, message.time_zones, day.next_day, message.places)
    if opens_at is None or (message.not_after is not None and opens_at >= message.not_after):
        return _skipped(message, SkipReason.EXPIRED)
    return _Decision(message=message, changed=replace(message, is_over_capacity=True), later=opens_at)


def _unverified(message: Message, narrowing: Narrowing) -> _Decision | None:
    """A message that a company in trial must not send; one that is being sent already is not taken back.

    The one that brings a code is what verifies an address.
    """
    is_to_be_sent = message.state is MessageState.QUEUED and message.purpose is not Purpose.TRIAL_CODE
    if is_to_be_sent and is_unverified(message.channel, message.address, narrowing):
        return _skipped(message, SkipReason.NOT_VERIFIED)
    return None


def _by_steps(
    message: Message, content: CampaignContent, steps: Before | None, now: datetime
) -> _Decision | None:
    """What the recipient's earlier steps say against it, if they do."""
    if steps is None:
        return None
    verdict = judge(content.step(message.step_id), content.campaign, steps, now)
    if verdict is None:
        return None
    if verdict.skip is not None:
        return _skipped(message, verdict.skip)
    return _Decision(message=message, later=verdict.later)


def _refused(message: Message, refusal: OptOut | None) -> SkipReason | None:
    """Why the person's refusal forbids it. Its own confirmation is what it lets through, while it holds."""
    if message.purpose is Purpose.OPT_OUT_CONFIRMATION:
        return SkipReason.CANCELED if refusal is None or refusal.is_bounce else None
    return None if refusal is None else skip_reason(refusal)


def _skipped(message: Message, reason: SkipReason, **facts: object) -> _Decision:
    return _Decision(message=message, changed=moved(message, MessageState.SKIPPED, reason=reason, **facts))


def _validity(
    message: Message, content: CampaignContent, talk: OpenConversation | None, now: datetime
) -> int:
    """For how many seconds the message may still arrive; 0 when it may not go out now."""
    rules, zones, places = content.campaign.window, message.time_zones, message.places
    if not window.is_open(rules, zones, now, places):
        return 0
    ends = window.closes_at(rules, zones, now, places)
    if message.not_after is not None:
        ends = min(ends, message.not_after)
    if talk is not None and talk.ends_at is not None:
        ends = min(ends, talk.ends_at)
    # It must be able to arrive before its window closes, so the last seconds are not used.
    return max(0, int((ends - now).total_seconds()) - message.channel.record.closing_seconds)


def _outside(message: Message, content: CampaignContent, now: datetime) -> _Decision:
    """Outside its window: it waits for the next opening, unless that comes too late for it."""
    resume_at = now + timedelta(seconds=message.channel.record.closing_seconds)
    if message.not_after is not None and message.not_after <= resume_at:
        return _skipped(message, SkipReason.EXPIRED)
    rules, zones = content.campaign.window, message.time_zones
    opens_at = window.next_open(rules, zones, resume_at, message.places)
    if opens_at is None or (message.not_after is not None and opens_at >= message.not_after):
        return _skipped(message, SkipReason.WINDOW_CLOSED)
    return _Decision(message=message, later=max(opens_at, resume_at))


def _tampered(message: Message, now: datetime) -> _Decision:
    reason = "The text differs from what was frozen when the campaign was marked ready; it was not sent."
    failure = failure_of(message, FailureStep.SEND, "body", "content changed", reason, now)
    failed = moved(message, MessageState.FAILED, reason=reason)
    return _Decision(message=message, changed=failed, failure=failure)
