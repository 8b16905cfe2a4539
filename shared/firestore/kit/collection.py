"""One collection of records under each company: the queries over all of them, and pages of them."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

from google.cloud.firestore import (
    DELETE_FIELD,
    AsyncCollectionReference,
    AsyncDocumentReference,
    AsyncQuery,
    AsyncTransaction,
    AsyncWriteBatch,
    FieldFilter,
    Or,
)
from google.cloud.firestore_v1.base_query import BaseFilter
from msgspec import Struct

from shared import metering
from shared.firestore.kit import paths
from shared.firestore.kit.asking import answer_of, filter_of
from shared.firestore.kit.documents import READ_SIZE, Documents, Version
from shared.firestore.kit.query import ListQuery, Matches, Query
from shared.firestore.kit.retention import EXPIRES_AT
from shared.firestore.kit.retries import READ_RETRY, read_retry
from shared.firestore.kit.transactions import commit_part
from shared.firestore.kit.wire import stream_documents

T = TypeVar("T")
VALUES_PER_QUERY = 30  # https://firebase.google.com/docs/firestore/query-data/queries#limits_on_or_queries
_Change = tuple[AsyncDocumentReference, dict[str, Any]]


class Page(Struct, Generic[T], frozen=True):
    """Some records in order, and the place after which the next page starts (None at the end)."""

    items: list[T]
    next_after: str | None


class Collection(Documents[T]):
    """Records of one type. Those calls that cross companies say so in their name."""

    async def renew_beside(self, company_id: str) -> int:
        """Give every record the end, and what it is found by, that hold now; how many got others."""
        count, last = 0, None
        while True:
            query = self._base(company_id).order_by("__name__").limit(READ_SIZE)
            query = query if last is None else query.start_after(last)
            snapshots = [one async for one in query.stream(retry=READ_RETRY)]
            changes: list[_Change] = []
            for snapshot in snapshots:
                stored, wanted = snapshot.to_dict() or {}, self._beside_now(snapshot)
                if any(stored.get(name) != value for name, value in wanted.items()):
                    ours = {name: DELETE_FIELD if value is None else value for name, value in wanted.items()}
                    changes.append((snapshot.reference, ours))
            if changes:
                await commit_part(self._db, changes, _change)
            count += len(changes)
            if len(snapshots) < READ_SIZE:
                return count
            last = snapshots[-1]

    def _beside_now(self, snapshot: Any) -> dict[str, Any]:
        record = self.record(snapshot)
        beside = self.found_by(record)
        if self._keeping is not None:
            beside[EXPIRES_AT] = self._keeping.ends_at(record, snapshot.create_time)
        return beside

    async def each_page(self, company_id: str) -> AsyncIterator[list[T]]:
        """All records, page by page in id order."""
        after: str | None = None
        while True:
            page = await self.page(company_id, limit=READ_SIZE, after=after)
            yield page.items
            if page.next_after is None:
                return
            after = page.next_after

    async def count(
        self, company_id: str, query: Query, *values: object, transaction: AsyncTransaction | None = None
    ) -> int:
        """How many records match, counted by Firestore. With a transaction it is part of it."""
        matches = await answer_of(self._filtered(self._base(company_id), query, values).count(), transaction)
        metering.count_aggregation(matches)
        return matches

    async def sum(self, company_id: str, query: Query, *values: object, field: str) -> int:
        """One field of all matches, added up by Firestore. It must be one of the query's `sums`."""
        added = await answer_of(self._filtered(self._base(company_id), query, values).sum(field))
        metering.count_aggregation(1)
        return added

    async def some(
        self,
        company_id: str,
        query: Query,
        *values: object,
        limit: int,
        transaction: AsyncTransaction | None = None,
    ) -> list[T]:
        """The first `limit` records that match, in the query's order. With a transaction it is part of it."""
        found = self._filtered(self._base(company_id), query, values).limit(limit)
        stream = stream_documents(found, transaction=transaction, retry=read_retry(transaction))
        records = [self.record(snapshot) async for snapshot in stream]
        metering.count_query(len(records))
        return records

    async def some_versions(
        self, company_id: str, query: Query, *values: object, limit: int, after: str = ""
    ) -> list[Version[T]]:
        """The first `limit` records that match, in the order of their ids, from after an id on.

        The query has equalities alone.
        """
        found = self._filtered(self._base(company_id), query, values).order_by("__name__")
        if after:
            found = found.start_after({"__name__": self.ref(company_id, after)})
        snapshots = [one async for one in found.limit(limit).stream(retry=READ_RETRY)]
        metering.count_query(len(snapshots))
        return [Version(self.record(one), one.update_time) for one in snapshots]

    async def each_match(self, company_id: str, query: Query, *values: object) -> AsyncIterator[T]:
        """Every record that matches, one after the other: memory stays that of a few."""
        read = 0
        found = self._filtered(self._base(company_id), query, values)
        async for snapshot in stream_documents(found, retry=READ_RETRY):
            read += 1
            yield self.record(snapshot)
        metering.count_query(read)

    async def among(
        self,
        company_id: str,
        query: Query,
        values: Iterable[str],
        transaction: AsyncTransaction | None = None,
        *,
        since: datetime | None = None,
    ) -> list[T]:
        """The records whose `query.among` is one of the values: a query for 30 of them, all at once.

        `since` is the value of the query's range, if it has one. With a transaction the reads are part of it:
        what they found may not change before the commit.
        """
        wanted, field = sorted(set(values)), str(query.among)

        async def read(part: list[str]) -> list[T]:
            found = self._base(company_id).where(filter=FieldFilter(field, "in", part))
            if query.range is not None:
                found = found.where(filter=FieldFilter(*query.range, since))
            stream = stream_documents(found, transaction=transaction, retry=read_retry(transaction))
            records = [self.record(snapshot) async for snapshot in stream]
            metering.count_query(len(records))
            return records

        starts = range(0, len(wanted), VALUES_PER_QUERY)
        parts = await asyncio.gather(*(read(wanted[at : at + VALUES_PER_QUERY]) for at in starts))
        return [record for part in parts for record in part]

    async def each_value(
        self, company_id: str, query: Query, *values: object, field: str, limit: int | None = None
    ) -> AsyncIterator[object]:
        """One field of every match, `limit` at most; None where it is empty. Nothing else is transferred."""
        found = self._filtered(self._base(company_id), query, values).select([field])
        found = found if limit is None else found.limit(limit)
        read = 0
        async for snapshot in stream_documents(found, retry=READ_RETRY):
            read += 1
            yield (snapshot.fields or {}).get(field)
        metering.count_query(read)

    async def page(self, company_id: str, *, limit: int, after: str | None = None) -> Page[T]:
        """A page of the whole collection in id order."""
        query = self._base(company_id).order_by("__name__")
        if after is not None:
            query = query.start_after({"__name__": self.ref(company_id, after)})
        snapshots = [one async for one in stream_documents(query.limit(limit + 1), retry=READ_RETRY)]
        metering.count_query(len(snapshots))
        items = [self.record(snapshot) for snapshot in snapshots[:limit]]
        return Page(items, snapshots[limit - 1].id if len(snapshots) > limit else None)

    async def between(self, company_id: str, first: str, end: str) -> list[T]:
        """All records with ids from `first` on, before `end`, in order."""
        begin, stop = ({"__name__": self.ref(company_id, one)} for one in (first, end))
        query = self._base(company_id).order_by("__name__").start_at(begin).end_before(stop)
        records = [self.record(one) async for one in stream_documents(query, retry=READ_RETRY)]
        metering.count_query(len(records))
        return records

    async def newest(
        self,
        company_id: str,
        query: ListQuery,
        *,
        limit: int,
        matches: Matches = (),
        since: datetime | None = None,
        until: datetime | None = None,
        after: tuple[datetime, str] | None = None,
        earliest_first: bool = False,
    ) -> list[T]:
        """The first records of the list in [since, until), or those after a record's time and id.

        Raises LookupError for a match by a field that the list does not declare, and for such an order.
        """
        found = self._listed(company_id, query, matches, since, until, earliest_first=earliest_first)
        if after is not None:
            found = found.start_after({query.newest: after[0], "__name__": self.ref(company_id, after[1])})
        records = [self.record(one) async for one in stream_documents(found.limit(limit), retry=READ_RETRY)]
        metering.count_query(len(records))
        return records

    async def newest_fields(
        self, company_id: str, query: ListQuery, fields: Sequence[str], *, limit: int, matches: Matches = ()
    ) -> list[dict[str, Any]]:
        """The id and these fields alone of the first records of the list; empty ones are left out."""
        found = self._listed(company_id, query, matches, None, None).select(fields).limit(limit)
        snapshots = stream_documents(found, retry=READ_RETRY)
        values = [{**(one.fields or {}), "id": one.id} async for one in snapshots]
        metering.count_query(len(values))
        return values

    async def count_newest(
        self,
        company_id: str,
        query: ListQuery,
        *,
        most: int,
        matches: Matches = (),
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> int:
        """How many records the list has in [since, until), `most` at most, counted by Firestore."""
        found = self._listed(company_id, query, matches, since, until).limit(most)
        counted = await answer_of(found.count())
        metering.count_aggregation(counted)
        return counted

    def _listed(
        self,
        company_id: str,
        query: ListQuery,
        matches: Matches,
        since: datetime | None,
        until: datetime | None,
        earliest_first: bool = False,
    ) -> Any:
        """The list's records in [since, until) that match, the newest first or the earliest."""
        found: Any = self._base(company_id)
        if not matches and query.one_of:
            found = found.where(filter=FieldFilter(query.one_of[0], "in", list(query.one_of[1])))
        for alternatives in matches:
            filters: list[BaseFilter] = [filter_of(query, match) for match in alternatives]
            found = found.where(filter=filters[0] if len(filters) == 1 else Or(filters))
        for operator, moment in ((">=", since), ("<", until)):
            if moment is not None:
                found = found.where(filter=FieldFilter(query.newest, operator, moment))
        way = query.direction(earliest_first=earliest_first)
        return found.order_by(query.newest, direction=way).order_by("__name__", direction=way)

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
            if operator == "==" and isinstance(value, tuple):
                operator, value = ("in", value) if len(value) > 1 else ("==", value[0])
            source = source.where(filter=FieldFilter(name, operator, value))
        order = query.order or ((query.range[0], "ASCENDING") if query.range else None)
        if order:
            source = source.order_by(order[0], direction=order[1])
        filtered: AsyncQuery = source
        return filtered


def _change(writer: AsyncWriteBatch, change: _Change) -> None:
    writer.update(*change)
