"""One collection of records under each company: the queries over all of them, and pages of them."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from google.cloud.firestore import DELETE_FIELD, AsyncCollectionReference, AsyncQuery, FieldFilter

from shared import metering
from shared.domain.fires.fire_cost import Unit
from shared.firestore.kit import paths
from shared.firestore.kit.documents import READ_SIZE, Documents
from shared.firestore.kit.query import Query
from shared.firestore.kit.retention import EXPIRES_AT
from shared.firestore.kit.retries import READ_RETRY

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some records in order, and the id after which the next page starts (None at the end)."""

    items: list[T]
    next_after: str | None


class Collection(Documents[T]):
    """Records of one type. Those calls that cross companies say so in their name."""

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
        self, company_id: str, query: Query, *values: object, field: str, limit: int | None = None
    ) -> AsyncIterator[object]:
        """One field of every match, `limit` at most; None where it is empty. Nothing else is transferred."""
        found = self._filtered(self._base(company_id), query, values).select([field])
        if limit is not None:
            found = found.limit(limit)
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
