"""What a company's deletion leaves: the record of it, beside the companies, and the deleting itself."""

from collections.abc import AsyncIterator

from google.cloud.firestore import AsyncClient

from shared.domain.deletion import Deletion
from shared.firestore.kit import paths
from shared.firestore.kit.codec import overwriting, record_in
from shared.firestore.kit.documents import delete_all
from shared.firestore.kit.retries import READ_RETRY

AT_ONCE = 300


class DeletedCompanies:
    """Records of deletions by the company's id."""

    def __init__(self, db: AsyncClient) -> None:
        self._db = db

    async def find(self, company_id: str) -> Deletion | None:
        """The record, if the company was deleted, or its deletion has begun."""
        try:
            ref = paths.deleted_company(self._db, company_id)
        except ValueError:
            return None
        snapshot = await ref.get(retry=READ_RETRY)
        return record_in(Deletion, snapshot) if snapshot.exists else None

    async def save(self, company_id: str, deletion: Deletion) -> None:
        """Keep how far it got."""
        document, fields = overwriting(deletion)
        await paths.deleted_company(self._db, company_id).set(document, merge=fields)  # type: ignore[arg-type]  # as documented

    async def names(self, company_id: str) -> list[str]:
        """The names of all collections the company has, known to this version of the code or not."""
        found = paths.company(self._db, company_id).collections(retry=READ_RETRY)
        return [collection.id async for collection in found]

    async def empty(self, company_id: str, name: str) -> AsyncIterator[int]:
        """Delete the collection's documents, some at a time; how many each time."""
        collection = paths.collection(self._db, company_id, name)
        found = [reference async for reference in collection.list_documents(page_size=AT_ONCE)]
        for start in range(0, len(found), AT_ONCE):
            await delete_all(self._db, found[start : start + AT_ONCE])
            yield len(found[start : start + AT_ONCE])

    async def remove_company(self, company_id: str) -> None:
        """Delete the company's own document: the last step."""
        await paths.company(self._db, company_id).delete()
