"""Withdraw the messages of appointments that a file canceled or moved, as far as they have not gone out.

A withdrawal is stored before messages are looked for, and a chunk of a fire looks for withdrawals after its
messages are stored: whichever comes second sees the other. With the intent both write the message, so one of
them finds that the other was first.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct

from shared.domain.files.appointments import Visit
from shared.domain.files.file import Row
from shared.domain.files.withdrawal import Withdrawal, holds_for
from shared.domain.messages.message import Message, MessageState, withdrawn
from shared.firestore.kit.transactions import Transaction, transact
from shared.firestore.queries.messages import MESSAGES_IN_STATE, MESSAGES_OF_APPOINTMENT, MESSAGES_OF_SERIES
from shared.runtime import Runtime
from shared.usecases.ledger.summarize_fire import summarize_fire

AT_ONCE = 16
MOST = 2_000  # messages of one appointment or series
PER_TRANSACTION = 50
# Of more appointments than these the messages are not looked for one by one: all that wait are read.
SEARCHED = 200
_WAITING = (MessageState.QUEUED, MessageState.SENDING, MessageState.UNKNOWN)
# The rows that a file has of some appointments, by their keys.
FindRows = Callable[[Collection[str]], Awaitable[Mapping[str, Sequence[Row]]]]


class WithdrawnMessages(Struct, frozen=True, kw_only=True):
    """How many messages were skipped, how many follow what was changed, for how many it is too late, and how
    many tell of a cancelation.
    """

    skipped: int = 0
    too_late: int = 0
    following: int = 0
    telling: int = 0


class _Mark(NamedTuple):
    """A message that a file's withdrawal concerns."""

    message: Message
    file_id: str
    is_change: bool


async def withdraw_messages(
    runtime: Runtime,
    company_id: str,
    withdrawals: Iterable[tuple[Withdrawal, str]],
    find_rows: FindRows | None = None,
) -> WithdrawnMessages:
    """Skip what is queued of the withdrawn appointments; each comes with the file that says so.

    With `find_rows`, what is queued of those that were changed follows their rows in that file. What is being
    sent, or may have been, is marked, so that no later try sends it. Doing it again changes nothing.
    """
    marks = await _not_older(runtime, company_id, await _concerned(runtime, company_id, list(withdrawals)))
    changed: list[Message] = []
    if find_rows is not None:
        follows = [one for one in marks if one.is_change and one.message.state is MessageState.QUEUED]
        changed += await _follow(runtime, company_id, follows, find_rows)
        marks = [one for one in marks if one not in follows]
    telling = await _tell(runtime, company_id, marks)
    marks = [one for one in marks if one.message.id not in telling]
    for first in range(0, len(marks), PER_TRANSACTION):
        changed += await _mark(runtime, company_id, marks[first : first + PER_TRANSACTION])
    for fire_id in sorted({message.fire_id for message in changed}):
        await summarize_fire(runtime, company_id, fire_id)
    states = Counter(message.state for message in changed)
    return WithdrawnMessages(
        skipped=states[MessageState.SKIPPED],
        too_late=states[MessageState.SENDING] + states[MessageState.UNKNOWN],
        following=states[MessageState.QUEUED],
        telling=len(telling),
    )


async def _tell(runtime: Runtime, company_id: str, marks: Sequence[_Mark]) -> Collection[str]:
    """Let those go that tell of a cancelation; their ids."""
    waiting = [(one.message, one.file_id) for one in marks if one.message.waits_until and not one.is_change]
    if not waiting:
        return ()
    from shared.usecases.sending.tell_cancelations import tell_cancelations  # few campaigns do

    return {message.id for message in await tell_cancelations(runtime, company_id, waiting)}


async def _follow(
    runtime: Runtime, company_id: str, marks: Sequence[_Mark], find_rows: FindRows
) -> list[Message]:
    if not marks:
        return []
    from shared.usecases.sending.follow_changes import follow_changes  # it plans, which few files need

    rows = await find_rows({one.message.appointment_key or "" for one in marks})
    return await follow_changes(runtime, company_id, marks[0].file_id, [one.message for one in marks], rows)


async def _concerned(
    runtime: Runtime, company_id: str, withdrawals: Sequence[tuple[Withdrawal, str]]
) -> list[_Mark]:
    """The messages that the withdrawals concern."""
    if len(withdrawals) > SEARCHED:
        return await _among_all(runtime, company_id, withdrawals)
    messages, gate = runtime.stores.messages, asyncio.Semaphore(AT_ONCE)
    marks: list[_Mark] = []

    async def find(withdrawal: Withdrawal, file_id: str) -> None:
        async with gate:
            key = withdrawal.key
            found = await messages.some(company_id, MESSAGES_OF_APPOINTMENT, key, limit=MOST)
            found += await messages.some(company_id, MESSAGES_OF_SERIES, key, limit=MOST)
        marks.extend(_marks(found, withdrawal, file_id))

    await asyncio.gather(*(find(withdrawal, file_id) for withdrawal, file_id in withdrawals))
    return marks


async def _among_all(
    runtime: Runtime, company_id: str, withdrawals: Sequence[tuple[Withdrawal, str]]
) -> list[_Mark]:
    by_key = {one[0].key: one for one in withdrawals}
    marks: list[_Mark] = []
    for state in _WAITING:
        async for message in runtime.stores.messages.each_match(company_id, MESSAGES_IN_STATE, state):
            for key in (message.appointment_key, message.series_key):
                if key is not None and key in by_key:
                    marks.extend(_marks([message], *by_key[key]))
    return marks


def _marks(messages: Iterable[Message], withdrawal: Withdrawal, file_id: str) -> list[_Mark]:
    return [
        _Mark(message, file_id, bool(withdrawal.still_at))
        for message in messages
        if _concerns(withdrawal, message, file_id)
    ]


async def _not_older(runtime: Runtime, company_id: str, marks: Sequence[_Mark]) -> list[_Mark]:
    """Those where the file is not older than what the message was made from: then its word is no news."""
    ids = {item_id for one in marks for item_id in (one.file_id, _made_from(one.message)) if item_id}
    files = await runtime.stores.files.find_many(company_id, ids)

    def is_news(one: _Mark) -> bool:
        file, before = files.get(one.file_id), files.get(_made_from(one.message) or "")
        return file is None or before is None or before.created_at <= file.created_at

    return [one for one in marks if is_news(one)]


def _made_from(message: Message) -> str | None:
    return message.followed or message.file_id


def _concerns(withdrawal: Withdrawal, message: Message, file_id: str) -> bool:
    visit = Visit(key=message.appointment_key or "", series_key=message.series_key, at=message.appointment_at)
    return holds_for(withdrawal, visit) and withdrawn(message, file_id) is not None


async def _mark(runtime: Runtime, company_id: str, marks: Sequence[_Mark]) -> list[Message]:
    messages = runtime.stores.messages
    by = {one.message.id: one for one in marks}

    async def mark(transaction: Transaction) -> list[Message]:
        current = await messages.find_many(company_id, by, transaction)
        changed = [
            withdrawn(message, by[message.id].file_id, is_change=by[message.id].is_change)
            for message in current.values()
        ]
        for message in changed:
            if message is not None:
                messages.put(transaction, company_id, message.id, message)
        return [message for message in changed if message is not None]

    return await transact(runtime.stores.db, mark)
