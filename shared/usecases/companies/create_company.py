"""Bootstrap a company. Only ops do this."""

from shared.domain.companies.company import Company
from shared.domain.errors import InvalidInput, Problem
from shared.domain.ids import random_id
from shared.domain.place import check_region, check_time_zone
from shared.runtime import Runtime


async def create_company(runtime: Runtime, name: str, time_zone: str, default_region: str) -> Company:
    """Store a new company. Raises InvalidInput for a blank name, or a zone or region that is none."""
    problems = [*check_time_zone("time_zone", time_zone), *check_region("default_region", default_region)]
    if not name.strip():
        problems.append(Problem(field="name", reason="must not be blank"))
    if problems:
        raise InvalidInput(*problems)
    company = Company(
        id=random_id(),
        name=name.strip(),
        time_zone=time_zone,
        default_region=default_region,
        created_at=runtime.now(),
    )
    await runtime.stores.companies.add(company)
    return company
