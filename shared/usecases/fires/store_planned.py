"""Decide on what was planned of a chunk and store it: as if nothing were stored, then what that left."""

import logging
from collections.abc import Mapping

from msgspec import Struct, field

from shared import log
from shared.domain.files.withdrawal import WithdrawnBy
from shared.domain.fires.fire import FireState
from shared.domain.fires.queueing import Arranged, Writes
from shared.domain.fires.starts import Starts
from shared.domain.messages.batch import Batch
from shared.domain.messages.message import Message
from shared.domain.messages.text_claim import TextClaim
from shared.domain.record import replace
from shared.runtime import Runtime
from shared.usecases.fires.store_writes import AlreadyTaken, BatchesTooLarge, store_writes
from shared.usecases.ledger.find_earlier import find_earlier

ROUNDS = 6
Withdrawn = Mapping[str, WithdrawnBy]  # by recipient


class _Stored(Struct, frozen=True, kw_only=True):
    """What is stored of the ids that messages could take."""

    messages: Mapping[str, Message] = field(default_factory=dict)
    claims: Mapping[str, TextClaim] = field(default_factory=dict)
    failure_ids: frozenset[str] = frozenset()


async def store_planned(
    runtime: Runtime,
    company_id: str,
    arranged: Arranged,
    starts: Starts,
    withdrawn: Mapping[str, WithdrawnBy],
) -> list[Batch]:
    """Store messages and failures; the batches, which may have been stored before.

    Nothing is read first: what exists shows as an id that is taken, and only then is it looked at. It is a
    duplicate in another chunk, or was stored by a try before this one.
    Batches are cut to fit; one that the database refuses for its size all the same is cut into single
    messages, and of these what it still refuses fails.
    """
    batches: dict[str, Batch] = {}
    stored = _Stored()
    for _ in range(ROUNDS):
        writes = await _missing(runtime, arranged, stored, starts, withdrawn)
        batches |= {batch.id: batch for batch in writes.batches}
        try:
            await store_writes(runtime, company_id, writes)
        except AlreadyTaken as error:
            before = starts.recipients_before + len(arranged.messages) - len(error.messages)
            arranged, starts = arranged.only(error.messages), replace(starts, recipients_before=before)
        except BatchesTooLarge as error:
            log.event("batches too large", level=logging.ERROR, messages=len(error.messages))
            if starts.batch_bytes:
                starts = replace(starts, batch_bytes=0)  # each message alone
            else:
                arranged = arranged.without(error.messages)
        else:
            return list(batches.values())
        stored = await _read_stored(runtime, arranged)
    raise AlreadyTaken


async def _read_stored(runtime: Runtime, arranged: Arranged) -> _Stored:
    stores, company_id = runtime.stores, arranged.company_id
    return _Stored(
        messages=await stores.messages.find_many(company_id, arranged.message_ids()),
        claims=await stores.text_claims.find_many(company_id, arranged.claim_ids()),
        failure_ids=frozenset(await stores.failures.find_many(company_id, arranged.failure_ids())),
    )


async def _missing(
    runtime: Runtime,
    arranged: Arranged,
    stored: _Stored,
    starts: Starts,
    withdrawn: Mapping[str, WithdrawnBy],
) -> Writes:
    fire, company_id = arranged.fire, arranged.company_id
    earlier = await find_earlier(runtime, company_id, arranged.content, fire.id, arranged.identities())
    refused = await runtime.stores.opt_outs.ahead(company_id, fire.id, fire.planned, arranged.opt_out_ids())
    return arranged.missing(
        stored.messages,
        stored.claims,
        stored.failure_ids,
        refused,
        earlier,
        starts,
        is_canceled=fire.state is FireState.CANCELED,
        withdrawn=withdrawn,
    )
