"""Withdraw the messages of appointments that a file canceled or moved, as far as they have not gone out.

A withdrawal is stored before messages are looked for, and a chunk of a fire looks for withdrawals after its
messages are stored: whichever comes second sees the other. With the intent both write the message, so one of
them finds that the other was first.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.domain.files.appointments import Visit
from shared.domain.files.withdrawal import Withdrawal, holds_for
from shared.domain.messages.message import Message, MessageState, withdrawn
from shared.firestore.kit.transactions import Transaction, transact
from shared.firestore.queries.messages import MESSAGES_OF_APPOINTMENT, MESSAGES_OF_SERIES
from shared.runtime import Runtime
from shared.usecases.ledger.summarize_fire import summarize_fire

AT_ONCE = 16
MOST = 2_000  # messages of one appointment or series
PER_TRANSACTION = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class WithdrawnMessages:
    """How many messages were skipped, and of how many it is too late to say that they will not arrive."""

    skipped: int = 0
    too_late: int = 0


async def withdraw_messages(
    runtime: Runtime, company_id: str, withdrawals: Iterable[tuple[Withdrawal, str]]
) -> WithdrawnMessages:
    """Skip what is queued of the withdrawn appointments; each comes with the file that says so.

    What is being sent, or may have been, is marked, so that no later try sends it. Doing it again changes
    nothing.
    """
    messages, gate = runtime.stores.messages, asyncio.Semaphore(AT_ONCE)
    marks: list[tuple[Message, str]] = []

    async def find(withdrawal: Withdrawal, file_id: str) -> None:
        async with gate:
            key = withdrawal.key
            found = await messages.some(company_id, MESSAGES_OF_APPOINTMENT, key, limit=MOST)
            found += await messages.some(company_id, MESSAGES_OF_SERIES, key, limit=MOST)
        marks.extend((message, file_id) for message in found if _concerns(withdrawal, message, file_id))

    await asyncio.gather(*(find(withdrawal, file_id) for withdrawal, file_id in withdrawals))
    marked: list[Message] = []
    for first in range(0, len(marks), PER_TRANSACTION):
        marked += await _mark(runtime, company_id, marks[first : first + PER_TRANSACTION])
    for fire_id in sorted({message.fire_id for message in marked}):
        await summarize_fire(runtime, company_id, fire_id)
    states = Counter(message.state for message in marked)
    return WithdrawnMessages(
        skipped=states[MessageState.SKIPPED],
        too_late=states[MessageState.SENDING] + states[MessageState.UNKNOWN],
    )


def _concerns(withdrawal: Withdrawal, message: Message, file_id: str) -> bool:
    visit = Visit(key=message.appointment_key or "", series_key=message.series_key, at=message.appointment_at)
    return holds_for(withdrawal, visit) and withdrawn(message, file_id) is not None


async def _mark(runtime: Runtime, company_id: str, marks: Sequence[tuple[Message, str]]) -> list[Message]:
    messages = runtime.stores.messages
    files = {message.id: file_id for message, file_id in marks}

    async def mark(transaction: Transaction) -> list[Message]:
        current = await messages.find_many(company_id, files, transaction)
        changed = [withdrawn(message, files[message.id]) for message in current.values()]
        for message in changed:
            if message is not None:
                messages.put(transaction, company_id, message.id, message)
        return [message for message in changed if message is not None]

    return await transact(runtime.stores.db, mark)
