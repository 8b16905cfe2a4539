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
from shared.domain.messages.message import Message
from shared.domain.senders.sender import Sender
from shared.firestore.kit.together import read_together
from shared.firestore.kit.transactions import Transaction
from shared.firestore.queries.messages import MESSAGES_OF_IDENTITY
from shared.runtime import Runtime
from shared.usecases.ledger.find_earlier import earlier_among


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupRead:
    """What was read. `refusals` are the opt-outs that hold, `earlier` the same messages of other fires.

    Both are by ids of messages.
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
    group: Sequence[Message],
) -> GroupRead:
    """Read batch, fire, company, sender, messages, refusals, and what other fires sent, in one round trip."""
    stores, batch_id, fire_id = runtime.stores, claim.batch.id, claim.batch.fire_id
    keys = {message.id: opt_out_ids(message.channel, message.address) for message in group}
    compared = _compared(content, group)
    read, same = await asyncio.gather(
        read_together(
            stores.db,
            transaction,
            stores.batches.wanted(company_id, [batch_id]),
            stores.fires.wanted(company_id, [fire_id]),
            stores.messages.wanted(company_id, [key for key in keys if key not in compared]),
            stores.opt_outs.wanted(company_id, {item_id for ids in keys.values() for item_id in ids}),
            stores.senders.wanted(company_id, [claim.batch.sender_id]),
            stores.companies.wanted(company_id),
            stores.system.wanted_hold(),
        ),
        stores.messages.among(company_id, MESSAGES_OF_IDENTITY, compared.values(), transaction),
    )
    batches, fires, messages, opt_outs, senders, companies, holds = read
    messages |= {message.id: message for message in same if message.id in compared}
    before = await earlier_among(runtime, company_id, content, fire_id, same)
    return GroupRead(
        batch=batches.get(batch_id),
        fire=fires.get(fire_id),
        messages=list(messages.values()),
        refusals=_refusals(keys, active(opt_outs.values())),
        earlier={item_id: before[name] for item_id, name in compared.items() if name in before},
        senders=list(senders.values()),
        companies=list(companies.values()),
        is_held=bool(holds),
    )


def _refusals(keys: Mapping[str, Sequence[str]], held: Mapping[str, OptOut]) -> dict[str, OptOut]:
    found = {message_id: holding(ids, held) for message_id, ids in keys.items()}
    return {message_id: refusal for message_id, refusal in found.items() if refusal is not None}


def _compared(content: CampaignContent, group: Sequence[Message]) -> dict[str, str]:
    """Those of the messages that other fires could have sent, with their identities.

    They are read by these, together with the others', and not by their ids a second time.
    """
    if not content.campaign.scope.is_wide:
        return {}
    return {one.id: one.identity for one in group if one.identity and not one.sends_again}
