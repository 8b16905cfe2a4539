"""Delete a segment."""

from shared.runtime import Runtime


async def delete_segment(runtime: Runtime, company_id: str, segment_id: str) -> None:
    """Delete the segment. A campaign that names it says so when it fires. Raises NotFound."""
    await runtime.stores.segments.get(company_id, segment_id)
    await runtime.stores.segments.remove(company_id, [segment_id])
