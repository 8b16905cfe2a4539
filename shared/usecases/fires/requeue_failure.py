"""Correct a failed row and queue it again."""

import re
from collections.abc import Mapping
from datetime import timedelta

from shared.domain.campaigns.content import CampaignContent
from shared.domain.contacts.opt_out import active
from shared.domain.contacts.preference_link import Links
from shared.domain.errors import Conflict, InvalidInput, Problem
from shared.domain.fires.deciding import identities_of
from shared.domain.fires.earlier import EarlierMessage
from shared.domain.fires.fire import Fire
from shared.domain.fires.planning import FilteredOut, PlannedFailure, PlannedMessage, Planner
from shared.domain.fires.queueing import Arranged, Writes, arrange
from shared.domain.fires.recipient import Recipient
from shared.domain.fires.starts import Starts
from shared.domain.messages.batch import BatchState, send_job
from shared.domain.messages.failure import Failure, FailureState
from shared.domain.messages.message import MessageState
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.campaigns.find_withdrawn import find_withdrawn
from shared.usecases.campaigns.read_recipients import read_recipients
from shared.usecases.companies.find_rules import find_rules
from shared.usecases.companies.make_links import make_links
from shared.usecases.ledger.find_alone import find_alone
from shared.usecases.ledger.find_earlier import find_earlier
from shared.usecases.ledger.reopen_fire import check_may_send, reopen_books_of, reopen_fire
from shared.usecases.ledger.summarize_fire import summarize_fire
from shared.usecases.sending.find_linked_files import find_linked_files
from shared.usecases.sending.withdraw_messages import withdraw_messages

LONGEST_VALUE = 10_000
_FIELD = re.compile(r"[a-z][a-z0-9_]*")


async def requeue_failure(
    runtime: Runtime, company_id: str, failure_id: str, corrections: dict[str, str]
) -> Failure:
    """Plan the failure's row again with `corrections` in place of its values, and queue the message.

    What the provider refused may be corrected too: that makes a new message, with `resend_of`.
    Raises InvalidInput when the corrected row fails again, Conflict when it cannot be queued any more.
    """
    _check(corrections)
    failure = await runtime.stores.failures.get(company_id, failure_id)
    if failure.fire_id is None:
        raise Conflict("A rejected row is mended in its file: upload the rejected-rows file, corrected.")
    fire = await runtime.stores.fires.get(company_id, failure.fire_id)
    content = await runtime.stores.campaign_contents.frozen(company_id, fire.campaign_id, fire.content_hash)
    recipient = await _recipient(runtime, company_id, failure, corrections)
    source_id = content.campaign.audience.source_id
    if (await find_withdrawn(runtime, company_id, source_id, [recipient])).files:
        raise Conflict("A later file of the source canceled or moved this appointment: it cannot be queued.")
    rules = await find_rules(runtime, company_id, content)
    links = make_links(runtime, company_id)
    plan = await _plan(runtime, company_id, content, failure, fire, recipient, links)
    arranged = arrange(company_id, fire, content, [plan], rules.narrowing)
    done, writes = await _store(runtime, company_id, failure, arranged)
    # A file that came meanwhile did not find the message.
    withdrawn = await find_withdrawn(runtime, company_id, source_id, [recipient])
    await withdraw_messages(runtime, company_id, withdrawn.withdrawals)
    due = [send_job(batch) for batch in writes.batches if batch.state is BatchState.DISPATCHED]
    await announce_jobs(runtime, due, "requeue_failure.publish")
    await summarize_fire(runtime, company_id, fire.id)
    return done


def _check(corrections: dict[str, str]) -> None:
    problems = [
        Problem(field=f"corrections.{name}", reason="is not the name of a field")
        for name in corrections
        if not _FIELD.fullmatch(name)
    ]
    problems += [
        Problem(field=f"corrections.{name}", reason=f"is longer than {LONGEST_VALUE:,} characters")
        for name, value in corrections.items()
        if len(value) > LONGEST_VALUE
    ]
    if problems:
        raise InvalidInput(*problems)


async def _recipient(
    runtime: Runtime, company_id: str, failure: Failure, corrections: Mapping[str, str]
) -> Recipient:
    """The recipient with corrections. Of a refused message the fields are read where they are kept."""
    values, file_id = failure.values, failure.file_id
    if failure.message_id is not None:
        chunk = await runtime.stores.chunks.find(company_id, failure.chunk_id)
        found = await read_recipients(runtime, company_id, chunk.piece) if chunk else []
        values = next((dict(one.values) for one in found if one.key == failure.recipient_key), {})
        file_id = chunk.piece.file_id if chunk else None
    return Recipient(
        key=failure.recipient_key,
        values={**values, **corrections},
        row_number=failure.row_number,
        file_id=file_id,
        contact_id=failure.contact_id,
    )


async def _plan(
    runtime: Runtime,
    company_id: str,
    content: CampaignContent,
    failure: Failure,
    fire: Fire,
    recipient: Recipient,
    links: Links,
) -> PlannedMessage:
    step = content.step(failure.step_id or "")
    began_at = fire.began_at(step.id)
    planned = Planner(content, step, runtime.now(), fire.fired_at, began_at, links).plan(recipient)
    [plan] = await find_linked_files(runtime, company_id, content, [planned], runtime.now())
    if isinstance(plan, FilteredOut):
        raise Conflict(f"{plan.reason} So corrected, this row is none of them, and nothing is sent.")
    if isinstance(plan, PlannedFailure):
        raise InvalidInput.at(f"corrections.{plan.field}", plan.reason)
    return plan


def _starts(runtime: Runtime, failure: Failure) -> Starts:
    now = runtime.now()
    return Starts(
        now=now,
        reserved_at=now,
        opening=now,
        recipients_before=0,
        chunk_id=failure.chunk_id,
        dispatch_until=now + timedelta(seconds=runtime.settings.dispatch_ahead_seconds),
    )


async def _store(
    runtime: Runtime, company_id: str, failure: Failure, arranged: Arranged
) -> tuple[Failure, Writes]:
    """The message and the end of the failure in one transaction: the ledger holds throughout."""
    stores, starts = runtime.stores, _starts(runtime, failure)
    fire_id, identities = arranged.fire.id, identities_of(arranged.messages)
    earlier = await find_earlier(runtime, company_id, arranged.content, fire_id, identities)
    tried: list[Writes] = []

    async def requeue(transaction: Transaction) -> tuple[Failure, Writes]:
        current = await stores.failures.get(company_id, failure.id, transaction)
        fire = await stores.fires.get(company_id, arranged.fire.id, transaction)
        campaign = await stores.campaigns.find(company_id, fire.campaign_id, transaction)
        alone = await find_alone(runtime, company_id, transaction)
        writes = await _writes(runtime, arranged, earlier, starts, transaction)
        if tried and current.requeued_as == tried[0].messages[0].id:
            return current, tried[0]  # our own commit, applied though it reported an error
        if current.state is not FailureState.OPEN:
            raise Conflict("This failure was queued again already.")
        check_may_send(fire, campaign)
        if not writes.messages:
            raise Conflict("This row has this very message already: correct what was wrong with it.")
        tried[:] = [writes]
        message = replace(writes.messages[0], resend_of=failure.message_id)
        stores.messages.put(transaction, company_id, message.id, message)
        for batch in writes.batches:
            stores.batches.put(transaction, company_id, batch.id, batch)
        for claim in writes.claims.values():
            stores.text_claims.put(transaction, company_id, claim.id, claim)
        done = replace(current, state=FailureState.REQUEUED, requeued_as=message.id)
        stores.failures.put(transaction, company_id, failure.id, done)
        if message.state is MessageState.QUEUED:
            reopen_fire(runtime, company_id, transaction, fire, campaign, alone)
        else:
            await reopen_books_of(runtime, company_id, transaction, fire)
        return done, writes

    return await transact(stores.db, requeue, "requeue_failure")


async def _writes(
    runtime: Runtime,
    arranged: Arranged,
    earlier: Mapping[str, EarlierMessage],
    starts: Starts,
    transaction: Transaction,
) -> Writes:
    stores, company_id = runtime.stores, arranged.company_id
    existing = await stores.messages.find_many(company_id, arranged.message_ids(), transaction)
    claims = await stores.text_claims.find_many(company_id, arranged.claim_ids(), transaction)
    opt_outs = await stores.opt_outs.find_many(company_id, arranged.opt_out_ids(), transaction)
    refused = active(opt_outs.values())
    return arranged.missing(existing, claims, (), refused, earlier, starts, is_canceled=False)
