"""Forget a person: everything a company holds about an address is deleted; that it refused stays known.

Messages, failures and replies stay as numbers, so that every ledger still closes. Rows go last: a run that is
cut short finds by them what it has left, and asked again it goes on.
"""

from collections import Counter
from dataclasses import dataclass, field

from shared import log
from shared.domain.channels.address_kinds import AddressInvalid
from shared.domain.channels.addresses import normalize
from shared.domain.channels.channel import Channel
from shared.domain.deletion import Deletion, DeletionState, ended, started, with_removed
from shared.domain.errors import InvalidInput
from shared.domain.files.file import row_key
from shared.domain.fires.person import (
    FORGOTTEN,
    Person,
    forgotten_failure,
    forgotten_message,
    forgotten_opt_out,
    forgotten_reply,
    is_forgotten,
)
from shared.domain.messages.failure import Failure
from shared.domain.messages.message import Message
from shared.firestore.kit.transactions import Transaction, transact
from shared.firestore.queries.messages import MESSAGES_OF_ADDRESS, MESSAGES_OF_RECIPIENT, REPLIES_OF_ADDRESS
from shared.runtime import Runtime
from shared.usecases.contacts.find_rows_of import RowsOf, blank_rows, find_rows_of
from shared.usecases.contacts.forget_copies import forget_copies
from shared.usecases.ledger.summarize_fire import summarize_fire

MOST = 2_000  # of one person's messages or replies in one run


async def forget_person(
    runtime: Runtime, company_id: str, channel: Channel, address: str, asked_by: str
) -> Deletion:
    """Delete what is held about the address; the record says how much, and what must be asked for again.

    A message that is being sent this moment is `left`: ask again a few minutes later.
    Raises InvalidInput for an address that is none.
    """
    person = await _person(runtime, company_id, channel, address)
    deletions = runtime.stores.deletions
    deletion = started(await deletions.find(company_id, person.key), person.key, asked_by, runtime.now())
    await deletions.save(company_id, person.key, deletion)
    work = _Work(runtime, company_id, person, await find_rows_of(runtime, company_id, person))
    await work.run()
    deletion = ended(with_removed(deletion, work.removed), work.left, runtime.now())
    await deletions.save(company_id, person.key, deletion)
    is_done = deletion.state is DeletionState.DONE
    log.event("person forgotten", deletion_id=person.key, is_done=is_done, removed=dict(work.removed))
    return deletion


async def _person(runtime: Runtime, company_id: str, channel: Channel, address: str) -> Person:
    company = await runtime.stores.companies.get(company_id)
    try:
        address = normalize(channel, address, company.default_region, allows_possible=True)
    except AddressInvalid as invalid:
        raise InvalidInput.at("address", invalid.reason) from invalid
    return Person(channel=channel, address=address)


@dataclass(slots=True)
class _Work:
    """One run, in the order in which it may be cut short."""

    runtime: Runtime
    company_id: str
    person: Person
    rows: RowsOf
    removed: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    fires: set[str] = field(default_factory=set)

    async def run(self) -> None:
        """Everything once; what cannot be deleted now is counted in `left`."""
        runtime, company_id = self.runtime, self.company_id
        await self._forget_messages()
        await self._forget_failures()
        await self._forget_replies()
        await self._forget_opt_out()
        self.removed.update(await forget_copies(runtime, company_id, self.person, self.rows))
        if not self.left:
            self.removed["rows"] += await blank_rows(runtime, company_id, self.rows)
        for fire_id in self.fires:
            await summarize_fire(runtime, company_id, fire_id)

    async def _forget_messages(self) -> None:
        """The person's own, and those to other addresses of the same rows, which name the person too."""
        messages, company_id = self.runtime.stores.messages, self.company_id
        own: list[Message] = []
        for address in {*self.person.spellings, *self.rows.spellings}:
            own += await messages.some(company_id, MESSAGES_OF_ADDRESS, address, limit=MOST)
        keys = {message.recipient_key for message in own}
        keys |= {row_key(file_id, row) for file_id, rows in self.rows.numbers.items() for row in rows}
        for key in keys:
            for message in await messages.some(company_id, MESSAGES_OF_RECIPIENT, key, limit=MOST):
                if not is_forgotten(message):
                    await self._forget_message(message.id)
        self.left["messages"] += len(own) // MOST  # a list that was cut off
        self.left += Counter()  # drops what is zero

    async def _forget_message(self, message_id: str) -> None:
        messages = self.runtime.stores.messages

        async def forget(transaction: Transaction) -> Message | None:
            current = await messages.get(self.company_id, message_id, transaction)
            forgotten = forgotten_message(current)
            if forgotten is not None:
                messages.put(transaction, self.company_id, message_id, forgotten)
            return forgotten

        forgotten = await transact(self.runtime.stores.db, forget)
        if forgotten is None:
            self.left["messages"] += 1
            return
        self.removed["messages"] += 1
        self.fires.add(forgotten.fire_id)

    async def _forget_failures(self) -> None:
        """Failures have no index by address: all are looked at."""
        failures = self.runtime.stores.failures
        async for page in failures.each_page(self.company_id):
            for failure in page:
                if await self._is_theirs(failure):
                    await failures.save(self.company_id, failure.id, forgotten_failure(failure))
                    self.removed["failures"] += 1

    async def _is_theirs(self, failure: Failure) -> bool:
        if failure.reason == FORGOTTEN:
            return False
        if self.person.is_in_any((failure.value, failure.reason, *failure.values.values())):
            return True
        if failure.message_id is not None:
            message = await self.runtime.stores.messages.find(self.company_id, failure.message_id)
            return message is not None and is_forgotten(message)
        return self.rows.has(failure.file_id, failure.row_number)

    async def _forget_replies(self) -> None:
        replies = self.runtime.stores.replies
        for address in {*self.person.spellings, *self.rows.spellings}:
            for reply in await replies.some(self.company_id, REPLIES_OF_ADDRESS, address, limit=MOST):
                await replies.save(self.company_id, reply.id, forgotten_reply(reply))
                self.removed["replies"] += 1

    async def _forget_opt_out(self) -> None:
        opt_outs = self.runtime.stores.opt_outs

        async def forget(transaction: Transaction) -> int:
            stored = await opt_outs.find_many(self.company_id, self.person.opt_out_ids, transaction)
            theirs = [one for one in stored.values() if one.address]
            for one in theirs:
                opt_outs.put(transaction, self.company_id, one.id, forgotten_opt_out(one))
            return len(theirs)

        self.removed["opt_outs"] += await transact(self.runtime.stores.db, forget)
