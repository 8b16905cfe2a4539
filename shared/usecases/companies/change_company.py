"""Change what a company may decide about itself."""

from shared.domain.companies.company import Company
from shared.runtime import Runtime


async def change_company(runtime: Runtime, company_id: str, *, allows_possible_numbers: bool) -> Company:
    """Have numbers of an area code that is not known yet sent to, or refused. Raises NotFound."""
    companies = runtime.stores.companies
    await companies.allow_possible_numbers(company_id, is_allowed=allows_possible_numbers)
    return await companies.get(company_id)
