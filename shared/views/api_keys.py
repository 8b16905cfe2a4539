"""API keys: what acts for the company."""

from shared.domain.companies.api_key import ApiKey
from shared.firestore.queries.lists import API_KEYS
from shared.runtime import Runtime
from shared.views.kit.paging import Page, PageAsked, page_of


async def list_api_keys(
    runtime: Runtime,
    company_id: str,
    asked: PageAsked,
    *,
    prefix: str | None = None,
    is_revoked: bool | None = None,
) -> Page[ApiKey]:
    """The company's keys that match every filter given, newest first; revoked ones too."""
    return await page_of(
        runtime.stores.api_keys, company_id, asked, API_KEYS, prefix=prefix, is_revoked=is_revoked
    )


async def get_api_key(runtime: Runtime, company_id: str, key_id: str) -> ApiKey:
    """One key. Raises NotFound."""
    return await runtime.stores.api_keys.get(company_id, key_id)


async def find_api_key(runtime: Runtime, company_id: str, key_id: str) -> ApiKey | None:
    """The key somebody says to hold, or None."""
    return await runtime.stores.api_keys.find(company_id, key_id)
