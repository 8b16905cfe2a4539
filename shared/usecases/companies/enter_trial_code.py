"""Enter the code that an address received: from then on a company in trial sends to it."""

from shared import log
from shared.domain.channels.channel import Channel
from shared.domain.companies.company import Company
from shared.domain.companies.trial import Trial, TrialCodes, entered
from shared.domain.contacts.verified import verified_key
from shared.domain.errors import InvalidInput
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.companies.change_trial import checked_address

NO_CODE = (
    "has no code that could be entered: it came too late, or was wrong too often. Have another one sent."
)


async def enter_trial_code(
    runtime: Runtime, company_id: str, channel: Channel, address: str, code: str, *, by: str
) -> Company:
    """Verify the address; a wrong code is counted.

    Raises NotFound, InvalidInput for a code that is wrong or ended, and Conflict without a trial.
    """
    stores, keys = runtime.stores, runtime.settings.link_keys

    async def enter(transaction: Transaction) -> tuple[Trial, TrialCodes, str] | None:
        company = await stores.companies.get(company_id, transaction)
        key = verified_key(channel, checked_address(company, channel, address))
        now = runtime.now()
        if company.trial is not None and key in company.trial.keys:  # may be our own commit
            return company.trial, company.trial_codes, key
        after = entered(company.trial, company.trial_codes, key, code, keys, now, by)
        if after is None:
            return None
        stores.companies.put_trial(transaction, company_id, *after)
        return *after, key

    after = await transact(stores.db, enter)
    if after is None:
        raise InvalidInput.at("address", NO_CODE)
    trial, codes, key = after
    if key not in trial.keys:
        left = next(one.tries_left for one in codes.sent if one.key == key)
        said = f"{left} more tries are taken" if left else "it is taken no more: have another one sent"
        raise InvalidInput.at("code", f"is not the one that was sent; {said}")
    log.event("address verified", by=by)
    return await stores.companies.get(company_id)
