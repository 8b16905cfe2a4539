"""The companies' own documents."""

from collections.abc import AsyncIterator
from dataclasses import replace

from google.api_core.exceptions import AlreadyExists
from google.cloud.firestore import AsyncClient

from shared.domain.company import Company
from shared.domain.errors import NotFound
from shared.firestore import paths
from shared.firestore.codec import from_document, overwriting, to_document
from shared.firestore.retries import READ_RETRY


class Companies:
    """Companies by id."""

    def __init__(self, db: AsyncClient) -> None:
        self._db = db

    async def get(self, company_id: str) -> Company:
        """The company. Raises NotFound."""
        snapshot = await paths.company(self._db, company_id).get(retry=READ_RETRY)
        if not snapshot.exists:
            raise NotFound("company", company_id)
        return from_document(Company, company_id, snapshot.to_dict() or {})

    async def each(self) -> AsyncIterator[Company]:
        """Every company. Only for ops, whose work concerns all of them."""
        async for snapshot in self._db.collection(paths.COMPANIES).stream(retry=READ_RETRY):
            yield from_document(Company, snapshot.id, snapshot.to_dict() or {})

    async def stop_sending(self, company_id: str) -> None:
        """Mark that it is being deleted: nothing of it fires any more. Raises NotFound."""
        company = await self.get(company_id)
        document, fields = overwriting(replace(company, sending_enabled=False, is_being_deleted=True))
        await paths.company(self._db, company_id).set(document, merge=fields)  # type: ignore[arg-type]

    async def add(self, company: Company) -> bool:
        """Store a new company; False when there is one with this id."""
        try:
            await paths.company(self._db, company.id).create(to_document(company))
        except AlreadyExists:
            return False
        return True
