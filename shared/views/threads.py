"""One person's thread with one sender: what was sent, and what was written."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from shared.domain.messages.asked_together import is_asked_together
from shared.domain.messages.message import Message
from shared.domain.messages.reply import Reply
from shared.firestore.kit.query import Match
from shared.firestore.queries.lists import MESSAGES, REPLIES
from shared.runtime import Runtime

SHOWN = 30
MOST_CANDIDATES = 20


class Said(Struct, frozen=True, kw_only=True):
    """Something that one side said. One of `message` and `reply` is there."""

    at: datetime
    message: Message | None = None
    reply: Reply | None = None


async def read_candidates(runtime: Runtime, company_id: str, reply: Reply) -> list[Message]:
    """The messages that the reply may answer, or does: in one read."""
    ids = dict.fromkeys([*reply.candidates, *([reply.message_id] if reply.message_id else [])])
    wanted = list(ids)[:MOST_CANDIDATES]
    found = await runtime.stores.messages.find_many(company_id, wanted)
    return [found[item_id] for item_id in wanted if item_id in found]


async def read_asked(runtime: Runtime, company_id: str, replies: Sequence[Reply]) -> dict[str, Message]:
    """What those replies answer that can mean one message alone, by reply: all in one read."""
    wanted = {one.id: one.message_id or one.candidates[0] for one in replies if _means_one(one)}
    found = await runtime.stores.messages.find_many(company_id, set(wanted.values()))
    return {reply_id: found[item_id] for reply_id, item_id in wanted.items() if item_id in found}


def _means_one(reply: Reply) -> bool:
    return reply.message_id is not None or len(reply.candidates) == 1


async def list_said(runtime: Runtime, company_id: str, reply: Reply) -> list[Said]:
    """The newest of what was said on both sides, at the reply's address and sender, the oldest first.

    What another message asks about is no message by itself.
    """
    if not reply.address:
        return [Said(at=reply.received_at, reply=reply)]
    stores = runtime.stores
    matches = ((Match("address", reply.address),), (Match("sender_id", reply.sender_id),))
    messages, replies = await asyncio.gather(
        stores.messages.newest(company_id, MESSAGES, limit=SHOWN, matches=matches),
        stores.replies.newest(company_id, REPLIES, limit=SHOWN, matches=matches),
    )
    said = [
        Said(at=one.sent_at or one.created_at, message=one) for one in messages if not is_asked_together(one)
    ]
    said += [Said(at=one.received_at, reply=one) for one in replies]
    return sorted(said, key=lambda one: one.at)[-SHOWN:]
