"""Records of one type under each company, by their ids: read, written, and created once."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from google.api_core.exceptions import Aborted, AlreadyExists, FailedPrecondition
from google.api_core.exceptions import NotFound as NotFoundInDatabase
from google.cloud.firestore import (
    DELETE_FIELD,
    AsyncClient,
    AsyncDocumentReference,
    AsyncTransaction,
    AsyncWriteBatch,
)
from msgspec import Struct

from shared import metering
from shared.domain.errors import NotFound
from shared.domain.fires.fire_cost import Unit
from shared.domain.stored_size import DELETION_BYTES, cut
from shared.firestore.kit import paths, schema
from shared.firestore.kit.codec import field_names, overwriting, record_in, to_document, to_value
from shared.firestore.kit.retention import EXPIRES_AT, Keeping
from shared.firestore.kit.retries import UNSURE, read_retry
from shared.firestore.kit.searchable import SEARCHED
from shared.firestore.kit.together import Wanted
from shared.firestore.kit.transactions import commit, commit_part
from shared.firestore.kit.wire import Writer, add_write, read_documents
from shared.firestore.kit.write_each import write_each

T = TypeVar("T")
READ_SIZE = 300


class Change(Struct, Generic[T], frozen=True):
    """A record as it was when it was written, by the database's clock, and as it is to be."""

    before: T
    after: T
    written_at: Any


class Version(Struct, Generic[T], frozen=True):
    """A record as it was read, and when that was written, by the database's clock."""

    record: T
    written_at: Any


async def delete_all(db: AsyncClient, refs: Sequence[AsyncDocumentReference]) -> None:
    """Delete these documents, some at a time."""
    for part in cut(refs, lambda _: DELETION_BYTES, most=READ_SIZE):
        await commit_part(db, part, AsyncWriteBatch.delete)


class Documents(Generic[T]):
    """Records of one type. Every call takes the company first, or a writer and then the company."""

    def __init__(
        self, db: AsyncClient, name: str, record_type: type[T], kind: str, keeping: Keeping | None = None
    ) -> None:
        self._db = db
        self.name = name
        self.kind = kind
        self._type = record_type
        self._keeping = keeping
        self._searched = SEARCHED.get(name)

    def ref(self, company_id: str, item_id: str) -> AsyncDocumentReference:
        """Where the record is kept."""
        return paths.document(self._db, company_id, self.name, item_id)

    def _refs(self, company_id: str, item_ids: Iterable[str]) -> list[AsyncDocumentReference]:
        """Where the records are kept. What is no id, as it came from outside, is of no record."""
        refs = []
        for item_id in item_ids:
            with suppress(ValueError):
                refs.append(self.ref(company_id, item_id))
        return refs

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

    async def find_version(self, company_id: str, item_id: str) -> "Version[T] | None":
        """The record as it is now, with the moment it was written; None when it is not there."""
        snapshot = await self.ref(company_id, item_id).get(retry=read_retry(None))
        metering.count(Unit.READS)
        return Version(self.record(snapshot), snapshot.update_time) if snapshot.exists else None

    async def find_versions(self, company_id: str, item_ids: Iterable[str]) -> "dict[str, Version[T]]":
        """Those of the records that exist, by id, each with the moment it was written."""
        refs = self._refs(company_id, item_ids)
        found = self._existing(refs)
        return {one.id: Version(self.record(one), one.update_time) async for one in found}

    async def change_version(
        self, company_id: str, item_id: str, version: "Version[T]", **fields: object
    ) -> bool:
        """Change these fields if the record is still that version.

        False when it was written or deleted since, or when the database is unsure: read it again then.
        """
        option = self._db.write_option(last_update_time=version.written_at)
        try:
            await self.ref(company_id, item_id).update(_values(fields), option=option)
        except (FailedPrecondition, NotFoundInDatabase, Aborted, *UNSURE):
            return False
        metering.count(Unit.WRITES)
        return True

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
        refs = self._refs(company_id, item_ids)
        return {found.id: self.record(found) async for found in self._existing(refs, transaction)}

    async def find_field(self, company_id: str, item_ids: Iterable[str], name: str) -> dict[str, Any]:
        """One field of those of the records that exist, by id; None where it is not set.

        Nothing else is transferred.
        """
        refs = self._refs(company_id, item_ids)
        return {found.id: found.fields.get(name) async for found in self._existing(refs, fields=[name])}

    async def _existing(
        self,
        refs: list[AsyncDocumentReference],
        transaction: AsyncTransaction | None = None,
        fields: list[str] | None = None,
    ) -> AsyncIterator[Any]:
        for start in range(0, len(refs), READ_SIZE):
            async for snapshot in read_documents(
                self._db,
                refs[start : start + READ_SIZE],
                fields=fields,
                transaction=transaction,
                retry=read_retry(transaction),
            ):
                metering.count(Unit.READS)  # also one of a document that is not there
                if snapshot.exists:
                    yield snapshot

    def wanted(self, company_id: str, item_ids: Iterable[str]) -> "Wanted[T]":
        """These records, to be read together with others (see read_together)."""
        return Wanted(self.record, [self.ref(company_id, item_id) for item_id in item_ids])

    async def add(self, company_id: str, item_id: str, record: T) -> bool:
        """Store a new record; False when there is one already (perhaps our own, from a retried call).

        Raises TooLarge.
        """
        writer = self._db.batch()
        self.create(writer, company_id, item_id, record)
        try:
            await commit(writer)
        except AlreadyExists:
            return False
        return True

    async def save(self, company_id: str, item_id: str, record: T) -> None:
        """Store the record over what was there. Raises TooLarge."""
        writer = self._db.batch()
        self.put(writer, company_id, item_id, record)
        await commit(writer)

    def put(self, writer: Writer, company_id: str, item_id: str, record: T) -> None:
        """Save as part of a transaction or write batch."""
        document, fields = self._changed(record)
        add_write(writer, self.ref(company_id, item_id), document, mask=fields)

    def put_changed(self, writer: Writer, company_id: str, item_id: str, before: T, after: T) -> None:
        """Write the fields in which `after` differs from `before`, which this transaction read."""
        if schema.version_of(self._type) > 1:  # an older document must be written whole
            self.put(writer, company_id, item_id, after)
        else:
            fields = self._difference(before, after)
            add_write(writer, self.ref(company_id, item_id), fields, mask=fields, exists=True)

    async def replace_versions(self, company_id: str, changes: Mapping[str, Change[T]]) -> set[str]:
        """Change each record, by id, that is still as it was written then; the ids of those that are not.

        They are also those of which the database is unsure. Each is written or not by itself.
        """
        writer = self._db.batch()
        self._put_versions(writer, company_id, changes)
        applied = await write_each(self._db, writer)
        return {item_id for item_id, is_written in zip(changes, applied, strict=True) if not is_written}

    def put_versions(self, writer: Writer, company_id: str, changes: Mapping[str, Change[T]]) -> None:
        """Change these records, by id, together with what else the writer has.

        The commit fails with FailedPrecondition when one of them is not as it was written then.
        """
        self._put_versions(writer, company_id, changes)

    def _put_versions(self, writer: Writer, company_id: str, changes: Mapping[str, Change[T]]) -> None:
        for item_id, change in changes.items():
            fields = self._difference(change.before, change.after)
            add_write(
                writer, self.ref(company_id, item_id), fields, mask=fields, written_at=change.written_at
            )

    def _difference(self, before: T, after: T) -> dict[str, Any]:
        old, new = self._stored_fields(before), self._stored_fields(after)
        return {
            name: DELETE_FIELD if value is None else to_value(value)
            for name, value in new.items()
            if value != old[name]
        }

    def _stored_fields(self, record: T) -> dict[str, Any]:
        """All fields that follow from the record, each with its value or None."""
        record_type: Any = self._type
        fields = {name: getattr(record, name) for name in field_names(record_type)}
        if self._keeping is not None and self._keeping.retention.since is not None:
            fields[EXPIRES_AT] = self._keeping.ends_at(record, datetime.now(UTC))
        return fields | self.found_by(record)

    def change(self, writer: Writer, company_id: str, item_id: str, **fields: object) -> None:
        """Change these fields alone of a stored record; the write fails when the record is gone."""
        values = _values(fields)
        add_write(writer, self.ref(company_id, item_id), values, mask=values, exists=True)

    def create(self, writer: Writer, company_id: str, item_id: str, record: T) -> None:
        """Add as part of a transaction or write batch, which fails when the record exists."""
        add_write(writer, self.ref(company_id, item_id), self._new(record), exists=False)

    def _new(self, record: T) -> dict[str, Any]:
        expires_at = self._keeping and self._keeping.ends_at(record, datetime.now(UTC))
        beside = {EXPIRES_AT: expires_at} if expires_at else {}
        return to_document(record) | self.found_by(record) | beside

    def _changed(self, record: T) -> tuple[dict[str, Any], list[str]]:
        """What to write over a stored record, and which fields."""
        document, fields = overwriting(record)
        beside = self.found_by(record)
        if self._keeping is not None:
            beside[EXPIRES_AT] = self._keeping.ends_at(record, datetime.now(UTC)) or DELETE_FIELD
        return document | beside, [*fields, *beside]

    def found_by(self, record: T) -> dict[str, Any]:
        """What is stored beside the record for lists to be filtered by."""
        return self._searched.fields(record) if self._searched else {}

    async def remove(self, company_id: str, item_ids: Iterable[str]) -> int:
        """Delete the records; those that are gone already are no error. How many ids were given."""
        refs = [self.ref(company_id, item_id) for item_id in item_ids]
        await delete_all(self._db, refs)
        return len(refs)

    def record(self, snapshot: Any) -> T:
        """The record a document holds."""
        return record_in(self._type, snapshot)


def _values(fields: Mapping[str, object]) -> dict[str, Any]:
    return {name: to_value(value) for name, value in fields.items()}
