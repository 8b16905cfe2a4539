"""Documents as the database's protocol has them, straight from and to plain values.

The client's own way builds several objects for each value and copies what it reads twice. For a message on
its way out that is most of what a worker does. The tests hold both ways to the same bytes.
https://cloud.google.com/firestore/docs/reference/rpc/google.firestore.v1#value
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from google.api_core.gapic_v1.method import DEFAULT
from google.cloud.firestore import (
    DELETE_FIELD,
    AsyncClient,
    AsyncCollectionReference,
    AsyncDocumentReference,
    AsyncQuery,
    AsyncTransaction,
    AsyncWriteBatch,
)
from google.cloud.firestore_v1.types import Document, Write
from msgspec import Struct

Writer = AsyncTransaction | AsyncWriteBatch
_Document, _Write = Document.pb(), Write.pb()


class Snapshot(Struct, frozen=True):
    """A document as it was read: its full name, and its fields as plain values, if it exists."""

    name: str
    fields: dict[str, Any] | None = None
    update_time: Any = None

    @property
    def id(self) -> str:
        """The last part of its name."""
        return self.name.rpartition("/")[2]

    @property
    def exists(self) -> bool:
        """Whether there is such a document."""
        return self.fields is not None


def full_name(reference: AsyncDocumentReference) -> str:
    """The document's name in the protocol."""
    return str(reference._document_path)


async def read_documents(
    db: AsyncClient,
    references: Sequence[AsyncDocumentReference],
    *,
    transaction: AsyncTransaction | None = None,
    fields: Sequence[str] | None = None,
    retry: Any = DEFAULT,
) -> AsyncIterator[Snapshot]:
    """Each of the documents, in any order, once; with `fields` only these of them."""
    request, _, kwargs = db._prep_get_all(list(references), fields, transaction, retry)
    answers = await db._firestore_api.batch_get_documents(
        request=request, metadata=db._rpc_metadata, **kwargs
    )
    async for answer in answers:
        raw = type(answer).pb(answer)
        if raw.missing:
            yield Snapshot(raw.missing)
        elif raw.HasField("found"):
            yield Snapshot(raw.found.name, plain_fields(raw.found.fields), answer.found.update_time)


async def stream_documents(
    query: AsyncQuery | AsyncCollectionReference,
    *,
    transaction: AsyncTransaction | None = None,
    retry: Any = DEFAULT,
) -> AsyncIterator[Snapshot]:
    """The documents that match, in the query's order, without the time each was written."""
    asked: AsyncQuery = query if isinstance(query, AsyncQuery) else query._query()
    request, _, kwargs = asked._prep_stream(transaction, retry)
    client = asked._client
    answers = await client._firestore_api.run_query(request=request, metadata=client._rpc_metadata, **kwargs)
    async for answer in answers:
        raw = type(answer).pb(answer)
        if raw.HasField("document"):
            yield Snapshot(raw.document.name, plain_fields(raw.document.fields))


def plain_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a document's fields, or of a map's."""
    return {name: _plain(value) for name, value in fields.items()}


def _plain(value: Any) -> Any:
    kind = value.WhichOneof("value_type")
    if kind == "map_value":
        return plain_fields(value.map_value.fields)
    if kind == "array_value":
        return [_plain(item) for item in value.array_value.values]
    if kind == "timestamp_value":
        return value.timestamp_value.ToDatetime(tzinfo=UTC)
    return None if kind == "null_value" else getattr(value, kind)


def add_write(
    writer: Writer,
    reference: AsyncDocumentReference,
    fields: Mapping[str, Any],
    *,
    mask: Iterable[str] | None = None,
    exists: bool | None = None,
    written_at: Any = None,
) -> None:
    """Write these fields: as the whole document, or with a mask only those it names.

    What the mask names and is not there, or is DELETE_FIELD, is deleted. `exists` and `written_at` are what
    must hold of the document until then.
    """
    write = _Write(update=_Document(name=full_name(reference)))
    for name, value in fields.items():
        if value is not DELETE_FIELD:
            _fill(write.update.fields[name], value)
    if mask is not None:
        write.update_mask.SetInParent()  # an empty mask writes nothing, none would write the whole document
        write.update_mask.field_paths.extend(mask)
    if exists is not None:
        write.current_document.exists = exists
    if written_at is not None:
        write.current_document.update_time.CopyFrom(written_at.timestamp_pb())
    writer._add_write_pbs([write])


def _fill(target: Any, value: Any) -> None:
    """Set a value of the protocol. Raises TypeError for what it has no kind for."""
    match value:
        case str():
            target.string_value = value
        case None:
            target.null_value = 0
        case bool():
            target.boolean_value = value
        case int():
            target.integer_value = value
        case float():
            target.double_value = value
        case datetime():
            target.timestamp_value.FromDatetime(value)
        case bytes():
            target.bytes_value = value
        case dict():
            target.map_value.SetInParent()
            for name, item in value.items():
                _fill(target.map_value.fields[name], item)
        case list() | tuple():
            target.array_value.SetInParent()
            for item in value:
                _fill(target.array_value.values.add(), item)
        case _:
            raise TypeError(f"the database has no kind of value for {type(value).__name__}")
