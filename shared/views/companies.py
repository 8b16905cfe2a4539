"""Companies: the tenants."""

from shared.domain.companies.company import Company
from shared.runtime import Runtime


async def get_company(runtime: Runtime, company_id: str) -> Company:
    """The company. Raises NotFound."""
    return await runtime.stores.companies.get(company_id)
