"""Start forgetting a person: the job that looks through everything a company holds."""

from shared.domain.channels.address_kinds import AddressInvalid
from shared.domain.channels.addresses import normalize
from shared.domain.channels.channel import Channel
from shared.domain.deletion import Deletion, started
from shared.domain.errors import InvalidInput
from shared.domain.fires.deletion_work import DeletionWork, asked_again, forget_job
from shared.domain.fires.person import Person
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs


async def start_deletion(
    runtime: Runtime, company_id: str, channel: Channel, address: str, asked_by: str
) -> Deletion:
    """The record of a deletion that goes on by itself until nothing of the person is left.

    Asked for once more while it is under way, it looks through everything once more at its end.
    Raises InvalidInput for an address that is none.
    """
    stores, person = runtime.stores, await _person(runtime, company_id, channel, address)
    work = DeletionWork(id=person.key, channel=channel, address=person.address, due_at=runtime.now())

    async def start(transaction: Transaction) -> None:
        current = await stores.deletion_work.find(company_id, person.key, transaction)
        if current is not None:
            again = asked_again(current, work.due_at)
            stores.deletion_work.put(transaction, company_id, person.key, again)
            return
        record = await stores.deletions.find(company_id, person.key, transaction)
        stores.deletion_work.put(transaction, company_id, person.key, work)
        stores.deletions.put(
            transaction, company_id, person.key, started(record, person.key, asked_by, work.due_at)
        )

    await transact(stores.db, start)
    await announce_jobs(runtime, [forget_job(company_id, work)], None)  # lost, the sweep finds it
    return await stores.deletions.get(company_id, person.key)


async def _person(runtime: Runtime, company_id: str, channel: Channel, address: str) -> Person:
    company = await runtime.stores.companies.get(company_id)
    try:
        address = normalize(channel, address, company.default_region, allows_possible=True)
    except AddressInvalid as invalid:
        raise InvalidInput.at("address", invalid.reason) from invalid
    return Person(channel=channel, address=address)
