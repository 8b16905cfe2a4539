"""The companies' own documents."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

from google.api_core.exceptions import AlreadyExists
from google.api_core.exceptions import NotFound as MissingDocument
from google.cloud.firestore import AsyncClient

from shared import metering
from shared.domain.companies.company import Company
from shared.domain.errors import NotFound
from shared.domain.fires.fire_cost import Unit
from shared.firestore.kit import paths
from shared.firestore.kit.codec import overwriting, record_in, to_document
from shared.firestore.kit.retries import READ_RETRY
from shared.firestore.kit.together import Wanted


class Companies:
    """Companies by id."""

    def __init__(self, db: AsyncClient) -> None:
        self._db = db

    async def find(self, company_id: str) -> Company | None:
        """The company, or None."""
        snapshot = await paths.company(self._db, company_id).get(retry=READ_RETRY)
        metering.count(Unit.READS)
        return self._record(snapshot) if snapshot.exists else None

    async def get(self, company_id: str) -> Company:
        """The company. Raises NotFound."""
        company = await self.find(company_id)
        if company is None:
            raise NotFound("company", company_id)
        return company

    def wanted(self, company_id: str) -> Wanted[Company]:
        """The company, to be read together with others (see read_together)."""
        return Wanted(self._record, [paths.company(self._db, company_id)])

    @staticmethod
    def _record(snapshot: Any) -> Company:
        return record_in(Company, snapshot)

    async def allow_sending(self, company_id: str, *, is_allowed: bool) -> None:
        """Have the company's messages sent, or held. Raises NotFound."""
        await self._update(company_id, {"sending_enabled": is_allowed})

    async def allow_possible_numbers(self, company_id: str, *, is_allowed: bool) -> None:
        """Have numbers taken whose area code is not known, or refused. Raises NotFound."""
        await self._update(company_id, {"allows_possible_numbers": is_allowed})

    async def _update(self, company_id: str, fields: dict[str, bool]) -> None:
        try:
            await paths.company(self._db, company_id).update(fields)
        except MissingDocument:
            raise NotFound("company", company_id) from None

    async def each(self) -> AsyncIterator[Company]:
        """Every company. Only for ops, whose work concerns all of them."""
        async for snapshot in self._db.collection(paths.COMPANIES).stream(retry=READ_RETRY):
            yield self._record(snapshot)

    async def stop_sending(self, company_id: str) -> None:
        """Mark that it is being deleted: nothing of it fires any more. Raises NotFound."""
        company = await self.get(company_id)
        document, fields = overwriting(replace(company, sending_enabled=False, is_being_deleted=True))
        await paths.company(self._db, company_id).set(document, merge=fields)  # type: ignore[arg-type]  # as documented

    async def add(self, company: Company) -> bool:
        """Store a new company; False when there is one with this id."""
        try:
            await paths.company(self._db, company.id).create(to_document(company))
        except AlreadyExists:
            return False
        return True
