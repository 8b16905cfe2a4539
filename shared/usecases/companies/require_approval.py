"""Say above how many recipients a company's campaigns need a second person."""

from shared import log
from shared.domain.errors import InvalidInput
from shared.runtime import Runtime

MOST = 10_000_000


async def require_approval(runtime: Runtime, company_id: str, above: int | None, *, by: str) -> None:
    """Campaigns for more than `above` recipients need a second person from now on, also those that are ready.

    None: none does. `by` is who decides. Raises NotFound, InvalidInput.
    """
    if above is not None and not 0 <= above <= MOST:
        raise InvalidInput.at("approval_above", f"must be 0 to {MOST:,}, or nothing")
    await runtime.stores.companies.change(company_id, approval_above=above)
    log.event("approval required", by=by, above=above)
