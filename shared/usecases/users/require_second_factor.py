"""Require a second factor of a company's people, or leave it to them."""

from shared import log
from shared.runtime import Runtime


async def require_second_factor(runtime: Runtime, company_id: str, *, is_required: bool, by: str) -> None:
    """Require a second factor of everybody who signs in with a password, or leave it to them.

    Who has none adds one before the next page. `by` is the user who decides. Raises NotFound.
    """
    await runtime.stores.companies.change(company_id, requires_second_factor=is_required)
    log.event("second factor required" if is_required else "second factor optional", by=by)
