"""Forget what became of messages to an address; it is kept under the address's hash, for segments."""

from shared.domain.channels.address_search import address_key
from shared.domain.contacts.activity import of_address
from shared.domain.contacts.contact_keys import by_shard, shard_id
from shared.domain.fires.deletion_work import Deleted, DeletionWork
from shared.firestore.activity import activity_shard
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.contacts.record_notes import record_notes


async def forget_activity(runtime: Runtime, company_id: str, work: DeletionWork) -> Deleted:
    """All of it, at once. Forgotten messages tell nothing more; what they told before is recorded first.

    What was kept under a contact's id names nobody once the contact is gone.
    """
    while await record_notes(runtime, company_id):
        pass
    page = Deleted()
    whose = {of_address(address_key(work.channel, address)) for address in work.addresses}
    for number, theirs in by_shard(whose).items():
        page.removed["activity"] += await _remove(runtime, company_id, number, set(theirs))
    return page


async def _remove(runtime: Runtime, company_id: str, number: int, whose: set[str]) -> int:
    shards = runtime.stores.activity_shards

    async def remove(transaction: Transaction) -> int:
        stored = await shards.in_shard(company_id, number, transaction)
        rest = [one for one in stored if one.who not in whose]
        if len(rest) < len(stored):
            shards.put(transaction, company_id, shard_id(number), activity_shard(number, rest))
        return len(stored) - len(rest)

    return await transact(runtime.stores.db, remove)
