"""Give a company's stored documents the end their class has now, and what lists find them by."""

from shared.runtime import Runtime


async def apply_retention(runtime: Runtime, company_id: str) -> dict[str, int]:
    """Renew what a change of a period, or documents of a version without ends, need; counts by collection."""
    renewed = {}
    for collection in runtime.stores.renewable():
        renewed[collection.name] = await collection.renew_beside(company_id)
    return {name: count for name, count in renewed.items() if count}
