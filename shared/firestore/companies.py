"""The companies' own documents."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from google.api_core.exceptions import AlreadyExists
from google.api_core.exceptions import NotFound as MissingDocument
from google.cloud.firestore import AsyncClient

from shared import metering
from shared.domain.companies.company import Company
from shared.domain.companies.trial import Trial, TrialCodes
from shared.domain.errors import NotFound
from shared.domain.fires.fire_cost import Unit
from shared.domain.record import replace
from shared.firestore.kit import paths
from shared.firestore.kit.codec import overwriting, record_in, to_document, to_value
from shared.firestore.kit.retries import READ_RETRY, read_retry
from shared.firestore.kit.together import Wanted
from shared.firestore.kit.transactions import Transaction, commit


class Companies:
    """Companies by id."""

    def __init__(self, db: AsyncClient) -> None:
        self._db = db

    async def find(self, company_id: str, transaction: Transaction | None = None) -> Company | None:
        """The company, or None."""
        ref = paths.company(self._db, company_id)
        snapshot = await ref.get(transaction=transaction, retry=read_retry(transaction))
        metering.count(Unit.READS)
        return self._record(snapshot) if snapshot.exists else None

    async def get(self, company_id: str, transaction: Transaction | None = None) -> Company:
        """The company. Raises NotFound."""
        company = await self.find(company_id, transaction)
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

    async def look_for_narrow(
        self, company_id: str, *, by_sender: bool = False, by_topic: bool = False
    ) -> None:
        """Have refusals of single senders, or topics, looked for from now on. Raises NotFound."""
        flags = {"has_sender_opt_outs": by_sender, "has_topic_opt_outs": by_topic}
        await self._update(company_id, {name: True for name, is_set in flags.items() if is_set})

    async def ask_to_confirm(self, company_id: str) -> None:
        """Have who joins its lists asked, where a list wants that. Raises NotFound."""
        await self._update(company_id, {"has_confirmed_lists": True})

    async def asking_to_confirm(self) -> AsyncIterator[Company]:
        """The companies of which a list asks for double opt-in."""
        async for company in self.each():
            if company.has_confirmed_lists:
                yield company

    async def change(self, company_id: str, **fields: object) -> None:
        """Change these fields alone. Raises NotFound."""
        await self._update(company_id, {name: to_value(value) for name, value in fields.items()})

    def put_trial(
        self, transaction: Transaction, company_id: str, trial: Trial | None, codes: TrialCodes
    ) -> None:
        """Whom a company in trial may send to, and which codes are under way."""
        fields = {"trial": to_value(trial), "trial_codes": to_value(codes)}
        transaction.update(paths.company(self._db, company_id), fields)

    async def _update(self, company_id: str, fields: Mapping[str, Any]) -> None:
        writer = self._db.batch()
        writer.update(paths.company(self._db, company_id), dict(fields))
        try:
            await commit(writer)
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
