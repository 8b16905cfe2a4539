"""Look for one message whose outcome is unknown in its provider's history, and settle it by what is there."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct

from shared import faults, log
from shared.domain.campaigns.campaign import UnknownPolicy
from shared.domain.errors import Conflict
from shared.domain.evidence.reconciling import (
    CLOCK_SKEW,
    Evidence,
    Proof,
    ProviderMessage,
    after_absent,
    after_found,
    after_search,
    first_day,
    judge,
)
from shared.domain.messages.failure import refusal_of
from shared.domain.messages.message import Message, MessageState, moved
from shared.domain.record import replace
from shared.domain.senders.sender import Sender
from shared.firestore.kit.transactions import Transaction, transact
from shared.firestore.queries.messages import MESSAGES_BY_PROVIDER_ID, MESSAGES_CALLED_SINCE
from shared.providers.kit.adapters import ProviderHistory
from shared.runtime import Runtime
from shared.settings import Settings
from shared.usecases.evidence.settle_message import Settlement, settle_message
from shared.usecases.ledger.reopen_fire import reopen_books

RIVALS = 200
PAGES = 50  # of one person's messages; one with more is left to a person
BY_POLICY = "policy"
GIVEN_UP = "Nobody could know whether it went out; by the campaign's policy it counts as failed."
UNCLEAR = Evidence(proof=Proof.UNCLEAR)


class Archive(Struct, frozen=True, kw_only=True):
    """Where to look: the history of the sender a message went out from; None where there is none."""

    sender: Sender
    history: ProviderHistory | None


async def search_message(
    runtime: Runtime, company_id: str, message: Message, archive: Archive, policy: UnknownPolicy
) -> MessageState:
    """Settle the unknown message by evidence or, after the quiet period, by the campaign's policy.

    Returns the state it is in afterwards. Raises ProviderUnavailable, SenderRefused.
    """
    evidence = await _evidence(runtime, company_id, message, archive)
    # One copy is what the policy allows: what was sent again already is left to a person.
    may_resend = policy is UnknownPolicy.RESEND and message.resend_of is None
    if evidence.found is None and may_resend and is_quiet(runtime.settings, runtime.now(), message):
        try:
            settled = await settle_message(runtime, company_id, message.id, Settlement.RESEND, by=BY_POLICY)
        except Conflict as conflict:  # it was canceled, or somebody was faster: nothing more to look for
            log.event("message not sent again", reason=str(conflict))
        else:
            return settled.state
    return await _settle(runtime, company_id, message.id, evidence, policy)


def is_quiet(settings: Settings, now: datetime, message: Message, more: timedelta = timedelta()) -> bool:
    """Whether the provider's list has had the time to show everything, and `more` time has passed."""
    quiet = timedelta(seconds=settings.quiet_period_seconds) + more
    return message.sending_at is not None and now >= message.sending_at + quiet


async def _evidence(runtime: Runtime, company_id: str, message: Message, archive: Archive) -> Evidence:
    if archive.history is None or message.sending_at is None:
        return UNCLEAR
    evidence = await _judged(runtime, company_id, message, archive, since=first_day(message))
    if evidence.proof is Proof.ABSENT and is_quiet(runtime.settings, runtime.now(), message):
        # What the provider still queues was sent on no day yet: only the whole list proves absence.
        evidence = await _judged(runtime, company_id, message, archive, since=None)
    return evidence


async def _judged(
    runtime: Runtime, company_id: str, message: Message, archive: Archive, since: date | None
) -> Evidence:
    listed = await _list(message, archive, since)
    if listed is None or message.sending_at is None:
        return UNCLEAR
    call_lasts = timedelta(seconds=runtime.settings.lease_seconds)
    since_call = message.sending_at - call_lasts - 2 * CLOCK_SKEW
    rivals = await _rivals(runtime, company_id, message, since_call)
    if rivals is None:
        return UNCLEAR
    taken = await _taken(runtime, company_id, message, listed)
    return judge(message, listed, taken, rivals, call_lasts)


async def _rivals(
    runtime: Runtime, company_id: str, message: Message, since: datetime
) -> list[Message] | None:
    """Our messages to the address since then; None when those are too many.

    From whichever sender: a number may send for itself, and for a pool that it is in.
    """
    rivals: list[Message] = []
    for address in message.channel.record.address.spellings(message.address):
        rivals += await runtime.stores.messages.some(
            company_id, MESSAGES_CALLED_SINCE, address, since, limit=RIVALS
        )
    return rivals if len(rivals) < RIVALS else None


async def _list(message: Message, archive: Archive, since: date | None) -> list[ProviderMessage] | None:
    """All that went to the message's address, in any spelling; None when that is too much to read."""
    found: dict[str, ProviderMessage] = {}  # by the provider's id: it may know the spellings as one
    for address in message.channel.record.address.spellings(message.address):
        listed = await _list_of(address, archive, since)
        if listed is None:
            return None
        found |= {one.provider_id: one for one in listed}
    return list(found.values())


async def _list_of(address: str, archive: Archive, since: date | None) -> list[ProviderMessage] | None:
    found: list[ProviderMessage] = []
    cursor = None
    for _ in range(PAGES):
        with faults.step("search_history.page"):
            page = await archive.history.page(  # type: ignore[union-attr]  # asked only where there is one
                archive.sender.address, to_address=address, since=since, cursor=cursor
            )
        found += page.messages
        cursor = page.next_cursor
        if cursor is None:
            return found
    return None


async def _taken(
    runtime: Runtime, company_id: str, message: Message, listed: Sequence[ProviderMessage]
) -> set[str]:
    """Those of the provider's ids that other messages of ours have."""

    async def is_taken(provider_id: str) -> bool:
        owners = await runtime.stores.messages.some(company_id, MESSAGES_BY_PROVIDER_ID, provider_id, limit=2)
        return any(owner.id != message.id for owner in owners)

    ids = [one.provider_id for one in listed]
    answers = await asyncio.gather(*(is_taken(provider_id) for provider_id in ids))
    return {provider_id for provider_id, taken in zip(ids, answers, strict=True) if taken}


async def _settle(
    runtime: Runtime, company_id: str, message_id: str, evidence: Evidence, policy: UnknownPolicy
) -> MessageState:
    stores = runtime.stores

    async def settle(transaction: Transaction) -> MessageState:
        current = await stores.messages.get(company_id, message_id, transaction)
        if current.state is not MessageState.UNKNOWN:  # a receipt or a person was faster
            return current.state
        changed = _changed(runtime, current, evidence, policy)
        if changed.state is not MessageState.UNKNOWN:
            await reopen_books(runtime, company_id, current.fire_id, transaction)
        stores.messages.put(transaction, company_id, message_id, changed)
        if changed.state is MessageState.FAILED:
            failure = refusal_of(changed, runtime.now())
            runtime.stores.failures.put(transaction, company_id, failure.id, failure)
        return changed.state

    return await transact(stores.db, settle, "search_history.settle")


def _changed(runtime: Runtime, message: Message, evidence: Evidence, policy: UnknownPolicy) -> Message:
    now, quiet = runtime.now(), is_quiet(runtime.settings, runtime.now(), message)
    if evidence.found is not None:
        return after_found(message, evidence.found)
    if evidence.proof is Proof.ABSENT and quiet:
        return after_absent(message, now)
    if policy is UnknownPolicy.GIVE_UP and quiet:
        return replace(
            moved(message, MessageState.FAILED, reason=GIVEN_UP, code="given_up", settled_by=BY_POLICY),
            search_at=None,
            searched_at=now,
        )
    return after_search(message, now, timedelta(seconds=runtime.settings.quiet_period_seconds))
