"""Read everything that could forbid a group's messages, within the transaction that marks them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.domain.campaigns.content import CampaignContent
from shared.domain.companies.company import Company
from shared.domain.contacts.opt_out import OptOut, active, holding, opt_out_ids
from shared.domain.fires.earlier import EarlierMessage
from shared.domain.fires.fire import Fire
from shared.domain.messages.batch import Batch, Claim
from shared.domain.messages.message import Message, MessageState
from shared.domain.senders.sender import Sender
from shared.firestore.kit.together import read_together
from shared.firestore.kit.transactions import Transaction
from shared.firestore.queries.messages import MESSAGES_OF_IDENTITY
from shared.runtime import Runtime
from shared.usecases.ledger.find_earlier import earlier_among


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupRead:
    """What was read. `messages` are those that may go out, or were marked under our own token before.

    `refusals` are the opt-outs that hold, `earlier` the same messages of other fires, both by message ids.
    """

    batch: Batch | None
    fire: Fire | None
    messages: list[Message]
    refusals: dict[str, OptOut]
    earlier: dict[str, EarlierMessage]
    senders: list[Sender]
    companies: list[Company]
    is_held: bool


async def read_group(
    runtime: Runtime,
    company_id: str,
    transaction: Transaction,
    claim: Claim,
    content: CampaignContent,
    message_ids: Sequence[str],
) -> GroupRead:
    """Read batch, fire, company, sender and messages, then the messages' refusals, and what other fires sent
    of them where such a fire may send beside ours: each in one round trip.
    """
    stores, batch_id, fire_id = runtime.stores, claim.batch.id, claim.batch.fire_id
    batches, fires, found, senders, companies, holds = await read_together(
        stores.db,
        transaction,
        stores.batches.wanted(company_id, [batch_id]),
        stores.fires.wanted(company_id, [fire_id]),
        stores.messages.wanted(company_id, message_ids),
        stores.senders.wanted(company_id, [claim.batch.sender_id]),
        stores.companies.wanted(company_id),
        stores.system.wanted_hold(),
    )
    fire = fires.get(fire_id)
    messages = [found[item_id] for item_id in message_ids if item_id in found]
    messages = [message for message in messages if _is_ours(message, claim)]
    refusals, earlier = await asyncio.gather(
        _refusals(runtime, company_id, transaction, messages),
        _earlier(runtime, company_id, transaction, content, messages if fire and _compares(fire) else ()),
    )
    return GroupRead(
        batch=batches.get(batch_id),
        fire=fire,
        messages=messages,
        refusals=refusals,
        earlier=earlier,
        senders=list(senders.values()),
        companies=list(companies.values()),
        is_held=bool(holds),
    )


def _is_ours(message: Message, claim: Claim) -> bool:
    if message.state is MessageState.SENDING:
        return message.token == claim.token
    return message.state is MessageState.QUEUED and message.batch_id == claim.batch.id


def _compares(fire: Fire) -> bool:
    """Whether another fire may be sending the same. Else what was planned with holds."""
    return not fire.is_alone or fire.is_closed


async def _refusals(
    runtime: Runtime, company_id: str, transaction: Transaction, messages: Sequence[Message]
) -> dict[str, OptOut]:
    keys = {message.id: opt_out_ids(message.channel, message.address) for message in messages}
    ids = {item_id for several in keys.values() for item_id in several}
    held = active((await runtime.stores.opt_outs.find_many(company_id, ids, transaction)).values())
    found = {message_id: holding(several, held) for message_id, several in keys.items()}
    return {message_id: refusal for message_id, refusal in found.items() if refusal is not None}


async def _earlier(
    runtime: Runtime,
    company_id: str,
    transaction: Transaction,
    content: CampaignContent,
    messages: Sequence[Message],
) -> dict[str, EarlierMessage]:
    """What other fires sent, or are sending, of these messages, by their ids."""
    compared = _compared(content, messages)
    if not compared:
        return {}
    same = await runtime.stores.messages.among(
        company_id, MESSAGES_OF_IDENTITY, compared.values(), transaction
    )
    before = await earlier_among(runtime, company_id, content, messages[0].fire_id, same)
    return {item_id: before[name] for item_id, name in compared.items() if name in before}


def _compared(content: CampaignContent, messages: Sequence[Message]) -> Mapping[str, str]:
    """Those of the messages that other fires could have sent, with their identities."""
    if not content.campaign.scope.is_wide:
        return {}
    return {one.id: one.identity for one in messages if one.identity and not one.sends_again}
