"""Take an address from those that a company in trial may send to."""

from shared import log
from shared.domain.companies.company import Company
from shared.domain.companies.trial import without_verified
from shared.domain.errors import InvalidInput
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime


async def remove_verified(runtime: Runtime, company_id: str, address: str) -> Company:
    """The company without it; what waits to be sent there is skipped. `address` is as the trial shows it.

    Raises NotFound, InvalidInput for one that is not verified, Conflict without a trial.
    """
    stores = runtime.stores

    async def remove(transaction: Transaction) -> bool:
        company = await stores.companies.get(company_id, transaction)
        trial = without_verified(company.trial, address)
        is_news = trial != company.trial
        if is_news:
            stores.companies.put_trial(transaction, company_id, trial, company.trial_codes)
        return is_news

    if not await transact(stores.db, remove):
        raise InvalidInput.at("address", "is none of the verified addresses; look at the trial again")
    log.event("address no longer verified")
    return await stores.companies.get(company_id)
