"""Forget the ways of contacts through automations."""

from collections.abc import Collection

from shared.firestore.queries.automations import ENROLLMENTS_OF_CONTACTS
from shared.runtime import Runtime


async def forget_automation_enrollments(
    runtime: Runtime, company_id: str, contact_ids: Collection[str]
) -> int:
    """Delete all enrollments of these contacts; how many there were."""
    enrollments = runtime.stores.automation_enrollments
    found = await enrollments.among(company_id, ENROLLMENTS_OF_CONTACTS, contact_ids)
    return await enrollments.remove(company_id, [one.id for one in found])
