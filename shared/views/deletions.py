"""Deletions: the records of people who were forgotten."""

from shared.domain.deletion import Deletion, DeletionState
from shared.firestore.queries.lists import DELETIONS
from shared.runtime import Runtime
from shared.views.kit.paging import Page, PageAsked, page_of


async def list_deletions(
    runtime: Runtime, company_id: str, asked: PageAsked, *, state: DeletionState | None = None
) -> Page[Deletion]:
    """The records of all people who were forgotten, newest first."""
    return await page_of(runtime.stores.deletions, company_id, asked, DELETIONS, state=state)


async def get_deletion(runtime: Runtime, company_id: str, deletion_id: str) -> Deletion:
    """One record. Raises NotFound."""
    return await runtime.stores.deletions.get(company_id, deletion_id)
