"""Read everything that could forbid a group's messages, within the transaction that marks them."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from shared.domain.campaigns.content import CampaignContent
from shared.domain.companies.company import Company
from shared.domain.companies.consent_rules import CHANNEL_WIDE, Narrowing
from shared.domain.contacts.opt_out import OptOut, active, holding
from shared.domain.fires.capping import Room, cap_of
from shared.domain.fires.earlier import EarlierMessage
from shared.domain.fires.fire import Fire
from shared.domain.fires.step_rules import Before
from shared.domain.messages.batch import Batch, Claim
from shared.domain.messages.earlier_steps import apart
from shared.domain.messages.forbidding import forbidding_message
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.open_conversation import OpenConversation, conversation_id
from shared.domain.messages.purpose import Purpose
from shared.domain.senders.day_left import DayLeft
from shared.domain.senders.sender import Sender
from shared.firestore.kit.together import read_together
from shared.firestore.kit.transactions import Transaction
from shared.firestore.queries.messages import MESSAGES_OF_IDENTITY
from shared.runtime import Runtime
from shared.usecases.ledger.find_earlier import earlier_among
from shared.usecases.sending.find_before import Follower, find_before
from shared.usecases.sending.find_day_left import find_day_left
from shared.usecases.sending.find_sent_lately import find_sent_lately


class GroupRead(Struct, frozen=True, kw_only=True):
    """What was read. `messages` are those that may go out, or were marked under our own token before.

    `refusals` are the opt-outs that hold, `earlier` the same messages of other fires, `conversations` when
    the person last wrote where that decides, and `before` the messages of the recipients' earlier steps: all
    by message ids. `narrowing` is what else forbids messages of the company, `room` what the
    frequency cap leaves, `day` what the sender may still send today: each where there is one.
    """

    batch: Batch | None
    fire: Fire | None
    messages: list[Message]
    refusals: dict[str, OptOut]
    earlier: dict[str, EarlierMessage]
    conversations: dict[str, OpenConversation]
    before: dict[str, Before]
    senders: list[Sender]
    companies: list[Company]
    is_held: bool
    narrowing: Narrowing
    room: Room | None = None
    day: DayLeft | None = None


async def read_group(
    runtime: Runtime,
    company_id: str,
    transaction: Transaction,
    claim: Claim,
    content: CampaignContent,
    message_ids: Sequence[str],
) -> GroupRead:
    """Read batch, fire, company, sender and messages, then what may speak against them: each at once."""
    stores, batch = runtime.stores, claim.batch
    batches, fires, found, senders, companies, holds = await read_together(
        stores.db,
        transaction,
        stores.batches.wanted(company_id, [batch.id]),
        stores.fires.wanted(company_id, [batch.fire_id]),
        stores.messages.wanted(company_id, message_ids),
        stores.senders.wanted(company_id, [batch.sender_id]),
        stores.companies.wanted(company_id),
        stores.system.wanted_hold(),
    )
    fire = fires.get(batch.fire_id)
    messages = [found[one] for one in message_ids if one in found and _is_ours(found[one], claim)]
    found_companies = list(companies.values())
    against = await _against(runtime, company_id, transaction, content, messages, found_companies, fire)
    refusals, conversations, earlier, before, room = against
    return GroupRead(
        batch=batches.get(batch.id),
        fire=fire,
        messages=messages,
        refusals=refusals,
        earlier=earlier,
        conversations=conversations,
        before=before,
        senders=list(senders.values()),
        companies=found_companies,
        is_held=bool(holds),
        narrowing=_narrowing(content, found_companies),
        room=room,
        day=await find_day_left(runtime, company_id, transaction, list(senders.values()), found_companies),
    )


async def _against(
    runtime: Runtime,
    company_id: str,
    transaction: Transaction,
    content: CampaignContent,
    messages: Sequence[Message],
    companies: Sequence[Company],
    fire: Fire | None,
) -> tuple[
    dict[str, OptOut], dict[str, OpenConversation], dict[str, EarlierMessage], dict[str, Before], Room | None
]:
    """What may speak against the messages, all at once."""
    known, narrowing = (runtime, company_id, transaction), _narrowing(content, companies)
    return await asyncio.gather(
        _refusals(*known, messages, narrowing),
        _conversations(*known, messages),
        _earlier(*known, content, messages if fire and _compares(fire) else ()),
        _before(*known, content, messages),
        _room(*known, content, messages, companies),
    )


def _is_ours(message: Message, claim: Claim) -> bool:
    if message.state is MessageState.SENDING:
        return message.token == claim.token
    return message.state is MessageState.QUEUED and message.batch_id == claim.batch.id


def _compares(fire: Fire) -> bool:
    """Whether another fire may be sending the same. Else what was planned with holds."""
    return not fire.is_alone or fire.is_closed


def _narrowing(content: CampaignContent, companies: Iterable[Company]) -> Narrowing:
    """What else may have been refused; nothing more is read where nobody of the company did so."""
    return next((one.narrowing(content.campaign.topic) for one in companies), CHANNEL_WIDE)


async def _refusals(
    runtime: Runtime,
    company_id: str,
    transaction: Transaction,
    messages: Sequence[Message],
    narrowing: Narrowing,
) -> dict[str, OptOut]:
    keys = {one.id: forbidding_message(one, narrowing) for one in messages}
    ids = {item_id for several in keys.values() for item_id in several}
    held = active((await runtime.stores.opt_outs.find_many(company_id, ids, transaction)).values())
    found = {message_id: holding(several, held) for message_id, several in keys.items()}
    return {message_id: refusal for message_id, refusal in found.items() if refusal is not None}


async def _conversations(
    runtime: Runtime, company_id: str, transaction: Transaction, messages: Sequence[Message]
) -> dict[str, OpenConversation]:
    """Of messages on channels where it decides; for others nothing is read."""
    ids = {
        one.id: conversation_id(one.channel, one.sender_id, one.address)
        for one in messages
        if one.needs_conversation
    }
    found = await runtime.stores.conversations.find_many(company_id, set(ids.values()), transaction)
    return {message_id: found[item_id] for message_id, item_id in ids.items() if item_id in found}


async def _room(
    runtime: Runtime,
    company_id: str,
    transaction: Transaction,
    content: CampaignContent,
    messages: Sequence[Message],
    companies: Iterable[Company],
) -> Room | None:
    """What the frequency cap leaves to these people; nothing is read without one."""
    cap = next((cap_of(content.campaign, one) for one in companies), None)
    asked = [one for one in messages if one.purpose is Purpose.CAMPAIGN]
    if cap is None or not asked:
        return None
    addresses, now = (one.address for one in asked), runtime.now()
    sent = await find_sent_lately(runtime, company_id, cap, addresses, now, transaction)
    ours = {one.id for one in asked}
    return Room(cap, (one for one in sent if one.id not in ours))


async def _before(
    runtime: Runtime,
    company_id: str,
    transaction: Transaction,
    content: CampaignContent,
    messages: Sequence[Message],
) -> dict[str, Before]:
    """What became of the earlier steps. The first has none; what answers a mail only names what that was."""
    followers = {
        message.id: Follower(
            fire_id=message.fire_id,
            recipient_key=message.recipient_key,
            steps=[
                (step.id, item_id)
                for step, item_id in zip(content.campaign.steps, apart(message.earlier), strict=False)
            ],
        )
        for message in messages
        if message.earlier is not None and message.purpose is Purpose.CAMPAIGN
    }
    return await find_before(runtime, company_id, followers, transaction) if followers else {}


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
