"""Put a company into trial, take it out, and verify the addresses that it may send to meanwhile."""

from shared import log
from shared.domain.channels.address_kinds import AddressInvalid
from shared.domain.channels.channel import Channel
from shared.domain.companies.company import Company
from shared.domain.companies.trial import NO_CODES, Trial, VerifiedAddress, with_verified
from shared.domain.contacts.verified import verified_key
from shared.domain.errors import InvalidInput
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime


async def change_trial(runtime: Runtime, company_id: str, *, is_on: bool) -> Company:
    """The company in trial, or out of it. What waits to be sent is judged by it too. Raises NotFound."""
    company = await runtime.stores.companies.get(company_id)
    if is_on == (company.trial is not None):
        return company
    trial = Trial(since=runtime.now()) if is_on else None
    await runtime.stores.companies.change(company_id, trial=trial, trial_codes=NO_CODES)
    log.event("trial began" if is_on else "trial ended")
    return replace(company, trial=trial, trial_codes=NO_CODES)


async def verify_address(
    runtime: Runtime, company_id: str, channel: Channel, address: str, *, by: str
) -> VerifiedAddress:
    """Let a company in trial send to this address, whose owner agreed. `by` is who made sure of that.

    Raises NotFound, InvalidInput for what is no address, Conflict without a trial.
    """
    stores = runtime.stores

    async def verify(transaction: Transaction) -> VerifiedAddress:
        company = await stores.companies.get(company_id, transaction)
        found = checked_address(company, channel, address)
        added = VerifiedAddress(
            key=verified_key(channel, found), address=found, verified_at=runtime.now(), verified_by=by
        )
        trial = with_verified(company.trial, added)
        stores.companies.put_trial(transaction, company_id, trial, company.trial_codes)
        return added

    added = await transact(stores.db, verify)
    log.event("address verified", by=by)
    return added


def checked_address(company: Company, channel: Channel, address: str) -> str:
    """The address in its one spelling. Raises InvalidInput for what is none."""
    try:
        return channel.record.address.normalize(address, company.default_region, allows_possible=True)
    except AddressInvalid as invalid:
        raise InvalidInput.at("address", invalid.reason) from invalid
