"""One collection of records under each company: the calls every repository is made of."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from google.api_core.exceptions import AlreadyExists
from google.cloud.firestore import (
    DELETE_FIELD,
    AsyncClient,
    AsyncCollectionReference,
    AsyncDocumentReference,
    AsyncQuery,
    AsyncTransaction,
    AsyncWriteBatch,
    FieldFilter,
)

from shared import metering
from shared.domain.errors import NotFound
from shared.domain.fires.fire_cost import Unit
from shared.firestore.kit import paths
from shared.firestore.kit.codec import from_document, overwriting, to_document
from shared.firestore.kit.query import Query
from shared.firestore.kit.retention import EXPIRES_AT, Keeping
from shared.firestore.kit.retries import READ_RETRY, read_retry
from shared.firestore.kit.together import Wanted

T = TypeVar("T")
Writer = AsyncTransaction | AsyncWriteBatch
READ_SIZE = 300


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some records in order, and the id after which the next page starts (None at the end)."""

    items: list[T]
    next_after: str | None


class Collection(Generic[T]):
    """Records of one type. Every call takes the company first; those that cross companies say so."""

    def __init__(
        self, db: AsyncClient, name: str, record_type: type[T], kind: str, keeping: Keeping | None = None
    ) -> None:
        self._db = db
        self.name = name
        self.kind = kind
        self._type = record_type
        self._keeping = keeping

    def ref(self, company_id: str, item_id: str) -> AsyncDocumentReference:
        """Where the record is kept."""
        return paths.document(self._db, company_id, self.name, item_id)

    async def find(
        self, company_id: str, item_id: str, transaction: AsyncTransaction | None = None
    ) -> T | None:
        """The record, or None. With a transaction the read is part of it."""
        try:
            ref = self.ref(company_id, item_id)
        except ValueError:
            return None
        snapshot = await ref.get(transaction=transaction, retry=read_retry(transaction))
        metering.count(Unit.READS)
        return self.record(snapshot) if snapshot.exists else None

    async def get(self, company_id: str, item_id: str, transaction: AsyncTransaction | None = None) -> T:
        """The record. Raises NotFound."""
        record = await self.find(company_id, item_id, transaction)
        if record is None:
            raise NotFound(self.kind, item_id)
        return record

    async def find_many(
        self, company_id: str, item_ids: Iterable[str], transaction: AsyncTransaction | None = None
    ) -> dict[str, T]:
        """Those of the records that exist, by id, in as few round trips as possible."""
        refs = [self.ref(company_id, item_id) for item_id in item_ids]
        found: dict[str, T] = {}
        for start in range(0, len(refs), READ_SIZE):
            snapshots = self._db.get_all(
                refs[start : start + READ_SIZE], transaction=transaction, retry=read_retry(transaction)
            )
            async for snapshot in snapshots:
                metering.count(Unit.READS)  # also one of a document that is not there
                if snapshot.exists:
                    found[snapshot.id] = self.record(snapshot)
        return found

    async def find_field(self, company_id: str, item_ids: Iterable[str], name: str) -> dict[str, Any]:
        """One field of those of the records that exist, by id. Nothing else is transferred."""
        refs = [self.ref(company_id, item_id) for item_id in item_ids]
        found: dict[str, Any] = {}
        for start in range(0, len(refs), READ_SIZE):
            part = refs[start : start + READ_SIZE]
            async for snapshot in self._db.get_all(part, field_paths=[name], retry=READ_RETRY):
                metering.count(Unit.READS)
                if snapshot.exists:
                    found[snapshot.id] = snapshot.get(name)
        return found

    def wanted(self, company_id: str, item_ids: Iterable[str]) -> "Wanted[T]":
        """These records, to be read together with others (see read_together)."""
        return Wanted(self.record, [self.ref(company_id, item_id) for item_id in item_ids])

    async def add(self, company_id: str, item_id: str, record: T) -> bool:
        """Store a new record; False when there is one already (perhaps our own, from a retried call)."""
        try:
            await self.ref(company_id, item_id).create(self._new(record))
        except AlreadyExists:
            return False
        metering.count(Unit.WRITES)
        return True

    async def save(self, company_id: str, item_id: str, record: T) -> None:
        """Store the record over what was there."""
        document, fields = self._changed(record)
        await self.ref(company_id, item_id).set(document, merge=fields)  # type: ignore[arg-type]  # as documented
        metering.count(Unit.WRITES)

    def put(self, writer: Writer, company_id: str, item_id: str, record: T) -> None:
        """Save as part of a transaction or write batch."""
        document, fields = self._changed(record)
        writer.set(self.ref(company_id, item_id), document, merge=fields)

    def create(self, writer: Writer, company_id: str, item_id: str, record: T) -> None:
        """Add as part of a transaction or write batch, which fails when the record exists."""
        writer.create(self.ref(company_id, item_id), self._new(record))

    def _new(self, record: T) -> dict[str, Any]:
        expires_at = self._keeping and self._keeping.ends_at(record, datetime.now(UTC))
        return to_document(record) | ({EXPIRES_AT: expires_at} if expires_at else {})

    def _changed(self, record: T) -> tuple[dict[str, Any], list[str]]:
        """What to write over a stored record, and which fields."""
        document, fields = overwriting(record)
        if self._keeping is None:
            return document, fields
        expires_at = self._keeping.ends_at(record, datetime.now(UTC))
        return document | {EXPIRES_AT: expires_at or DELETE_FIELD}, [*fields, EXPIRES_AT]

    async def renew_expiry(self, company_id: str) -> int:
        """Give every record the end that holds now, as after a change of a period; how many got another."""
        if self._keeping is None:
            return 0
        count, last = 0, None
        while True:
            query = self._base(company_id).order_by("__name__").limit(READ_SIZE)
            query = query if last is None else query.start_after(last)
            snapshots, batch = [one async for one in query.stream(retry=READ_RETRY)], self._db.batch()
            for snapshot in snapshots:
                ends_at = self._keeping.ends_at(self.record(snapshot), snapshot.create_time)
                if (snapshot.to_dict() or {}).get(EXPIRES_AT) != ends_at:
                    batch.update(snapshot.reference, {EXPIRES_AT: ends_at or DELETE_FIELD})
                    count += 1
            await batch.commit()
            if len(snapshots) < READ_SIZE:
                return count
            last = snapshots[-1]

    async def remove(self, company_id: str, item_ids: Iterable[str]) -> int:
        """Delete the records; those that are gone already are no error. How many ids were given."""
        refs = [self.ref(company_id, item_id) for item_id in item_ids]
        for start in range(0, len(refs), READ_SIZE):
            batch = self._db.batch()
            for ref in refs[start : start + READ_SIZE]:
                batch.delete(ref)
            await batch.commit()
        return len(refs)

    async def each_page(
        self, company_id: str, where: Sequence[tuple[str, object]] = ()
    ) -> AsyncIterator[list[T]]:
        """All records, or those with these equalities, page by page in id order."""
        after: str | None = None
        while True:
            page = await self.page(company_id, limit=READ_SIZE, after=after, where=where)
            yield page.items
            if page.next_after is None:
                return
            after = page.next_after

    async def count(self, company_id: str, query: Query, *values: object) -> int:
        """How many records match, counted by Firestore."""
        matches = await _answer(self._filtered(self._base(company_id), query, values).count())
        metering.count_aggregation(matches)
        return matches

    async def sum(self, company_id: str, query: Query, *values: object, field: str) -> int:
        """One field of all matches, added up by Firestore. It must be one of the query's `sums`."""
        added = await _answer(self._filtered(self._base(company_id), query, values).sum(field))
        metering.count_aggregation(1)
        return added

    async def some(self, company_id: str, query: Query, *values: object, limit: int) -> list[T]:
        """The first `limit` records that match, in the query's order."""
        found = self._filtered(self._base(company_id), query, values).limit(limit)
        records = [self.record(snapshot) async for snapshot in found.stream(retry=READ_RETRY)]
        metering.count_query(len(records))
        return records

    async def each_value(
        self, company_id: str, query: Query, *values: object, field: str
    ) -> AsyncIterator[object]:
        """One field of every match; None where it is empty. Nothing else is transferred."""
        found = self._filtered(self._base(company_id), query, values).select([field])
        read = 0
        async for snapshot in found.stream(retry=READ_RETRY):
            read += 1
            yield (snapshot.to_dict() or {}).get(field)
        metering.count_query(read)

    async def page(
        self,
        company_id: str,
        *,
        limit: int,
        after: str | None = None,
        where: Sequence[tuple[str, object]] = (),
    ) -> Page[T]:
        """A page of the collection in id order. `where` are equalities, at most one besides a fire's."""
        query = self._base(company_id).order_by("__name__")
        for name, value in where:
            query = query.where(filter=FieldFilter(name, "==", value))
        if after is not None:
            query = query.start_after({"__name__": self.ref(company_id, after)})
        snapshots = [snapshot async for snapshot in query.limit(limit + 1).stream(retry=READ_RETRY)]
        metering.count_query(len(snapshots))
        items = [self.record(snapshot) for snapshot in snapshots[:limit]]
        return Page(items, snapshots[limit - 1].id if len(snapshots) > limit else None)

    async def ordered_page(
        self, company_id: str, query: Query, *, limit: int, after: str | None = None
    ) -> Page[T]:
        """A page of all records in the query's order. After one that is gone there is nothing."""
        found = self._filtered(self._base(company_id), query, ())
        if after is not None:
            last = await self.ref(company_id, after).get(retry=READ_RETRY)
            metering.count(Unit.READS)
            if not last.exists:
                return Page([], None)
            found = found.start_after(last)
        snapshots = [snapshot async for snapshot in found.limit(limit + 1).stream(retry=READ_RETRY)]
        metering.count_query(len(snapshots))
        items = [self.record(snapshot) for snapshot in snapshots[:limit]]
        return Page(items, snapshots[limit - 1].id if len(snapshots) > limit else None)

    async def each_across_companies(
        self, query: Query, *values: object, page_size: int = 500
    ) -> AsyncIterator[tuple[str, T]]:
        """Every match in every company, with the company's id, page by page. Only for ticks."""
        found = self._filtered(self._db.collection_group(self.name), query, values).limit(page_size)
        last = None
        while True:
            page = found if last is None else found.start_after(last)
            snapshots = [snapshot async for snapshot in page.stream(retry=READ_RETRY)]
            metering.count_query(len(snapshots))
            for snapshot in snapshots:
                yield paths.company_of(snapshot.reference), self.record(snapshot)
            if len(snapshots) < page_size:
                return
            last = snapshots[-1]

    def _base(self, company_id: str) -> AsyncCollectionReference:
        return paths.collection(self._db, company_id, self.name)

    def record(self, snapshot: Any) -> T:
        """The record a document holds."""
        return from_document(self._type, snapshot.id, snapshot.to_dict())

    @staticmethod
    def _filtered(source: Any, query: Query, values: Sequence[object]) -> AsyncQuery:
        names = [*query.equal, *([query.range[0]] if query.range else [])]
        operators = ["=="] * len(query.equal) + ([query.range[1]] if query.range else [])
        for name, operator, value in zip(names, operators, values, strict=True):
            source = source.where(filter=FieldFilter(name, operator, value))
        order = query.order or ((query.range[0], "ASCENDING") if query.range else None)
        if order:
            source = source.order_by(order[0], direction=order[1])
        filtered: AsyncQuery = source
        return filtered


async def _answer(aggregation: Any) -> int:
    result = await aggregation.get(retry=READ_RETRY)
    return int(result[0][0].value)
