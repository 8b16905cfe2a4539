"""Plan anew what waits for appointments that a later file moved or changed: at their time now, in new words.

The message stays the same one in its fire's books. It is never sent as it was: its move to another batch and
the intent to send it both write it, so one of them finds that the other was first.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from datetime import UTC, datetime
from functools import partial

from shared.domain.campaigns.content import CampaignContent
from shared.domain.files.file import Row
from shared.domain.fires.following import Follower, follower_of, plan_followers, together
from shared.domain.fires.queueing import planned_fields
from shared.domain.messages.batch import batch_of
from shared.domain.messages.invite import Invite
from shared.domain.messages.message import Message, MessageState, moved, withdrawn
from shared.domain.messages.skip_reason import SkipReason
from shared.domain.messages.text_claim import TextClaim
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, halving, transact
from shared.runtime import Runtime
from shared.usecases.companies.make_links import make_links
from shared.usecases.sending.find_linked_files import find_linked_files
from shared.usecases.sending.reserve_start import reserve_start

NEVER = datetime.min.replace(tzinfo=UTC)


async def follow_changes(
    runtime: Runtime,
    company_id: str,
    file_id: str,
    waiting: Sequence[Message],
    rows: Mapping[str, Sequence[Row]],
) -> list[Message]:
    """Plan the `waiting` messages by the rows that the file has of their appointments, by appointment key.

    One that cannot follow is skipped as changed, as its time has passed, its row cannot be planned, or
    another message says the same. Returns those that were changed, as they are now.
    """
    by_fire: dict[str, list[Message]] = defaultdict(list)
    for message in waiting:
        by_fire[message.fire_id].append(message)
    done: list[Message] = []
    links = make_links(runtime, company_id)
    for fire_id, messages in by_fire.items():
        fire = await runtime.stores.fires.get(company_id, fire_id)
        content = await runtime.stores.campaign_contents.frozen(
            company_id, fire.campaign_id, fire.content_hash
        )
        followers = plan_followers(content, fire, messages, rows, links, runtime.now())
        followers = await _with_files(runtime, company_id, content, fire_id, followers)
        for place, group in together(content, followers).items():
            done += await _store(runtime, company_id, file_id, content, place, group)
    return done


async def _with_files(
    runtime: Runtime, company_id: str, content: CampaignContent, fire_id: str, followers: Sequence[Follower]
) -> list[Follower]:
    """The same, with what the links beside their texts lead to."""
    plans = {one.message.id: one.keyed.plan for one in followers if one.keyed is not None}
    seen = await find_linked_files(runtime, company_id, content, list(plans.values()), runtime.now())
    changed = {
        item_id: plan
        for (item_id, before), plan in zip(plans.items(), seen, strict=True)
        if plan is not before
    }
    return [
        follower_of(fire_id, one.message, changed[one.message.id]) if one.message.id in changed else one
        for one in followers
    ]


async def _store(
    runtime: Runtime,
    company_id: str,
    file_id: str,
    content: CampaignContent,
    place: tuple[str, datetime | None, int],
    followers: Sequence[Follower],
) -> list[Message]:
    sender_id, opens_at, _ = place
    by_id = {one.message.id: one for one in followers}
    start = None
    if opens_at is not None:
        fire_id = followers[0].message.fire_id
        sender = content.senders[sender_id]
        start = await reserve_start(runtime, company_id, fire_id, sender, opens_at, list(by_id))
    done: list[Message] = []
    await halving(list(by_id), partial(_move, runtime, company_id, file_id, by_id, start, done))
    return done


async def _move(
    runtime: Runtime,
    company_id: str,
    file_id: str,
    followers: Mapping[str, Follower],
    start: datetime | None,
    done: list[Message],
    message_ids: Sequence[str],
) -> None:
    stores = runtime.stores
    anew = [(item_id, followers[item_id].keyed) for item_id in message_ids]
    keys = {one.key_id for _, one in anew if one}
    text_ids = {item_id: one.text_id if one else "" for item_id, one in anew}
    texts = set(text_ids.values())
    references = {one.plan.reference for _, one in anew if one and one.plan.reference}

    async def move(transaction: Transaction) -> list[Message]:
        found = await stores.messages.find_many(company_id, {*message_ids, *keys}, transaction)
        claims = await stores.text_claims.find_many(company_id, texts - {""}, transaction)
        owners = {key: key for key in keys if key in found}
        owners |= {key: claim.message_id for key, claim in claims.items()}
        changed = [
            _changed(followers[item_id], found[item_id], file_id, owners)
            for item_id in message_ids
            if item_id in found and _still_waits(followers[item_id].message, found[item_id])
        ]
        invites = await stores.invites.find_many(company_id, references, transaction) if references else {}
        if start is not None:
            changed = _rebatched(runtime, company_id, transaction, changed, start)
        for one in changed:
            stores.messages.put(transaction, company_id, one.id, one)
            text_id = text_ids[one.id]
            if text_id and one.state is MessageState.QUEUED:
                claim = TextClaim(id=text_id, message_id=one.id)
                stores.text_claims.put(transaction, company_id, text_id, claim)
        for invite in _extended(invites.values(), changed):
            stores.invites.put(transaction, company_id, invite.id, invite)
        return changed

    done += await transact(stores.db, move)


def _extended(invites: Iterable[Invite], changed: Sequence[Message]) -> list[Invite]:
    """The invites to what follows: each link is good as long as its message waits."""
    ends = {one.id: one.waits_until for one in changed}
    return [
        replace(one, ends_at=ends_at) for one in invites if (ends_at := ends.get(one.message_id)) is not None
    ]


def _rebatched(
    runtime: Runtime, company_id: str, transaction: Transaction, changed: Sequence[Message], start: datetime
) -> list[Message]:
    """The same, those that wait in a batch of their own. It is not announced: the tick finds it."""
    waiting = [one for one in changed if one.state is MessageState.QUEUED]
    if not waiting:
        return list(changed)
    first, now = waiting[0], runtime.now()
    batch = batch_of(company_id, first.fire_id, first.sender_id, waiting, start, now, NEVER)
    runtime.stores.batches.put(transaction, company_id, batch.id, batch)
    return [
        replace(one, batch_id=batch.id, planned_for=start) if one.state is MessageState.QUEUED else one
        for one in changed
    ]


def _still_waits(before: Message, now: Message) -> bool:
    """Whether nobody has touched it since it was planned anew."""
    return now.state is MessageState.QUEUED and now.batch_id == before.batch_id


def _changed(follower: Follower, message: Message, file_id: str, owners: MutableMapping[str, str]) -> Message:
    if follower.keyed is None:
        skipped = withdrawn(message, file_id, is_change=True) or message
        return replace(skipped, explanation=follower.words)
    one = follower.keyed
    owner = owners.get(one.key_id) or owners.get(one.text_id)
    if owner not in (None, message.id):
        return moved(message, MessageState.SKIPPED, reason=SkipReason.DUPLICATE, duplicate_of=owner)
    owners[one.key_id] = owners[one.text_id or one.key_id] = message.id  # for the next ones
    return replace(message, followed=file_id, **planned_fields(one.plan))
