"""Find the messages that receipts are about where a provider names them by its own ids, or by a moment."""

import asyncio
from collections.abc import Iterable, Sequence

from msgspec import Struct, field

from shared.domain.messages.message import MessageState
from shared.domain.messages.sending import Receipt
from shared.domain.record import replace
from shared.firestore.queries.messages import MESSAGES_BY_PROVIDER_ID, MESSAGES_TO_ADDRESS
from shared.runtime import Runtime

AT_ONCE = 16
LOOKED_AT = 20  # messages to one person


class Told(Struct, frozen=True, kw_only=True):
    """The receipts, each with our message's id; `early` are those whose message is not known by now."""

    receipts: list[Receipt] = field(default_factory=list)
    early: list[Receipt] = field(default_factory=list)


async def find_told(runtime: Runtime, company_id: str, receipts: Iterable[Receipt]) -> Told:
    """Give each receipt the message it is about.

    One may come before we have read the answer to our call, and then its message has no such id yet: it is to
    be looked for again. Or it is about what somebody else sent from there, and never found.
    """
    told, gate = Told(), asyncio.Semaphore(AT_ONCE)
    unnamed: list[Receipt] = []
    for receipt in receipts:
        (told.receipts if receipt.message_id else unnamed).append(receipt)
    beside = {one.provider_id: one.message_id for one in told.receipts}  # told in the same moment

    async def find(receipt: Receipt) -> Sequence[Receipt]:
        if receipt.until is None and receipt.provider_id in beside:
            return [replace(receipt, message_id=beside[receipt.provider_id])]
        async with gate:
            if receipt.until is not None:
                return await _sent_until(runtime, company_id, receipt)
            return await _of_provider_id(runtime, company_id, receipt)

    for receipt, found in zip(unnamed, await asyncio.gather(*map(find, unnamed)), strict=True):
        told.receipts.extend(found)
        if not found:
            told.early.append(receipt)
    return told


async def _of_provider_id(runtime: Runtime, company_id: str, receipt: Receipt) -> list[Receipt]:
    if receipt.provider_id is None:
        return []
    found = await runtime.stores.messages.some(
        company_id, MESSAGES_BY_PROVIDER_ID, receipt.provider_id, limit=2
    )
    return [replace(receipt, message_id=one.id) for one in found if one.sender_id == receipt.sender_id]


async def _sent_until(runtime: Runtime, company_id: str, receipt: Receipt) -> list[Receipt]:
    """Of the newest messages to the person, those that we had called for by then, and know to be sent.

    The moment proves nothing of a message whose outcome is not known: it may never have left.
    """
    if not receipt.address or receipt.sender_id is None or receipt.until is None:
        return []
    found = await runtime.stores.messages.some(
        company_id, MESSAGES_TO_ADDRESS, receipt.address, receipt.sender_id, limit=LOOKED_AT
    )
    until = receipt.until
    sent = [
        one
        for one in found
        if one.state is MessageState.SENT and one.sending_at is not None and one.sending_at <= until
    ]
    return [replace(receipt, message_id=one.id, until=None) for one in sent]
