"""Find the sender that a webhook is about, and remember it.

What is only stored needs no more of it than to be checked.
"""

import asyncio
import time
from weakref import WeakKeyDictionary, WeakValueDictionary

from shared.domain.senders.sender import Sender
from shared.providers.kit.signature import BadSignature
from shared.runtime import Runtime

REMEMBERED_SECONDS = 60.0  # as its credentials are; else each receipt would cost the reading of its sender
MOST_REMEMBERED = 10_000


class CompanyGone(Exception):
    """The company was deleted: there is nobody left to tell."""


_reading: WeakKeyDictionary[Runtime, WeakValueDictionary[tuple[str, str], asyncio.Lock]] = WeakKeyDictionary()


async def find_sender(runtime: Runtime, company_id: str, sender_id: str) -> Sender:
    """The sender as it was a minute ago at most. Who asks at the same time shares one reading.

    Raises as `find_sender_now`.
    """
    key = (company_id, sender_id)
    async with _reading.setdefault(runtime, WeakValueDictionary()).setdefault(key, asyncio.Lock()):
        read_at, sender = runtime.senders_heard.get(key, (0.0, None))
        if sender is not None and time.monotonic() - read_at < REMEMBERED_SECONDS:
            return sender
        return await find_sender_now(runtime, company_id, sender_id)


async def find_sender_now(runtime: Runtime, company_id: str, sender_id: str) -> Sender:
    """The sender as it is. Raises BadSignature when there is none, CompanyGone when its company is gone."""
    heard, key = runtime.senders_heard, (company_id, sender_id)
    heard.pop(key, None)
    sender = await runtime.stores.senders.find(company_id, sender_id)
    if sender is not None:
        if len(heard) >= MOST_REMEMBERED:
            heard.pop(next(iter(heard)))
        heard[key] = (time.monotonic(), sender)
        return sender
    if await runtime.stores.deleted_companies.find(company_id) is not None:
        raise CompanyGone
    raise BadSignature("there is no such sender")
