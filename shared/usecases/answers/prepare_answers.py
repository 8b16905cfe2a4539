"""Prepare what a person is answered with: messages of the sender's standing fire.

They are stored with what asks for them. From there on they are messages as all others: a batch is announced,
and found by the sweep where that is lost.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta

from google.api_core.exceptions import GoogleAPIError
from msgspec import Struct, field

from shared import faults, log
from shared.domain.campaigns.content import CampaignContent
from shared.domain.companies.company import Company
from shared.domain.fires.fire import Fire
from shared.domain.fires.standing import (
    HELPED_FOR,
    Answer,
    answer_message,
    standing_content,
    standing_fire,
)
from shared.domain.ids import computed_id
from shared.domain.job import SendBatch
from shared.domain.messages.batch import Batch, batch_of, send_job
from shared.domain.messages.message import Message
from shared.domain.record import replace
from shared.domain.senders.sender import Sender
from shared.firestore.kit.transactions import Transaction
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs


class Prepared(Struct, frozen=True, kw_only=True):
    """Messages with their batches, and the fire with its content where that is the day's first."""

    pairs: tuple[tuple[Message, Batch], ...] = ()
    fire: Fire | None = None
    content: CampaignContent | None = None
    jobs: list[SendBatch] = field(default_factory=list)

    def write(self, runtime: Runtime, transaction: Transaction, company_id: str) -> None:
        """Store all of it, as part of the transaction in which it was prepared."""
        stores = runtime.stores
        if self.content is not None:
            item_id = computed_id(self.content.campaign.id, self.content.content_hash)
            stores.campaign_contents.put(transaction, company_id, item_id, self.content)
        if self.fire is not None:
            stores.fires.put(transaction, company_id, self.fire.id, self.fire)
        for message, batch in self.pairs:
            stores.batches.put(transaction, company_id, batch.id, batch)
            stores.messages.put(transaction, company_id, message.id, message)


NOTHING = Prepared()


async def prepare_answers(
    runtime: Runtime,
    company_id: str,
    transaction: Transaction,
    company: Company,
    sender: Sender,
    address: str,
    answers: Sequence[Answer],
) -> Prepared:
    """The answers that are not stored yet, ready to be written; all are of one standing campaign.

    It only reads; its writes come last.
    """
    if not answers:
        return NOTHING
    stores, now = runtime.stores, runtime.now()
    content = standing_content(sender, company, answers[0].campaign_id)
    fire = standing_fire(content, sender.id, now)
    ids = [item_id for one in answers for item_id in (one.id, one.unless) if item_id]
    stored = await stores.messages.find_many(company_id, ids, transaction)
    known = await stores.fires.find(company_id, fire.id, transaction)
    pairs = []
    for answer in answers:
        lately = stored.get(answer.unless or "")
        if answer.id in stored or (lately is not None and lately.created_at > now - HELPED_FOR):
            continue
        message = answer_message(fire, sender, address, company.time_zone, answer, now)
        soon = now + timedelta(seconds=runtime.settings.dispatch_ahead_seconds)
        batch = batch_of(company_id, fire.id, sender.id, [message], now, now, soon)
        pairs.append((replace(message, batch_id=batch.id, planned_for=now), batch))
    return Prepared(
        pairs=tuple(pairs),
        fire=fire if known is None else None,
        content=content if known is None else None,
        jobs=[send_job(batch) for _, batch in pairs],
    )


async def announce_answers(
    runtime: Runtime, jobs: Sequence[SendBatch], fault_point: faults.Point | None
) -> None:
    """Have the answers sent. What is not announced is stored: the sweep finds it."""
    try:
        await announce_jobs(runtime, jobs, fault_point)
    except GoogleAPIError as error:
        log.event("answer not announced", level=logging.WARNING, error_type=type(error).__name__)
