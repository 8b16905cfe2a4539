"""Records to Firestore maps and back, checked on the way in by the records' own types."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar

import msgspec
from google.cloud.firestore import DELETE_FIELD

from shared.domain.channels.channel import as_text
from shared.firestore.kit import schema
from shared.firestore.kit.wire import Snapshot

T = TypeVar("T")


def to_document(record: object) -> dict[str, Any]:
    """The record as a map with its schema version. The id is the document's name; None is left out.

    Aware datetimes stay native; naive ones (wall time) become ISO text, as Firestore would read them as UTC.
    """
    fields: dict[str, Any] = to_value(record)
    document = {name: value for name, value in fields.items() if name != "id"}
    document[schema.NAME] = schema.version_of(type(record))
    return document


def to_value(value: object) -> Any:
    """A field's value as Firestore takes it."""
    return _encoded(msgspec.to_builtins(value, builtin_types=(datetime, bytes), enc_hook=as_text))


def overwriting(record: object) -> tuple[dict[str, Any], list[str]]:
    """What to write over a stored record, and the fields to write: all that this code knows.

    Those that are None now are deleted. Those that a newer version of the code has added stay as they are.
    """
    record_type: Any = type(record)
    known = _known_fields(record_type)
    return {**dict.fromkeys(known, DELETE_FIELD), **to_document(record)}, list(known)


@cache
def field_names(record_type: Any) -> tuple[str, ...]:
    """The names of the fields that are stored of such records, without the id."""
    return tuple(name for name in record_type.__struct_fields__ if name != "id")


@cache
def _known_fields(record_type: Any) -> tuple[str, ...]:
    return (*field_names(record_type), *schema.removed_fields(record_type), schema.NAME)


def _encoded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _encoded(item) for name, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_encoded(item) for item in value]
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.isoformat()
    return value


def from_document(record_type: type[T], document_id: str, fields: dict[str, Any]) -> T:
    """The record in a document, whatever version wrote it; fields it does not know are not looked at.

    `fields` are plain values, and are used up.

    Raises NewerDocument, and msgspec.ValidationError when the document is no such record.
    """
    upgraded = {**schema.upgraded(record_type, fields), "id": document_id}
    return msgspec.convert(upgraded, record_type, dec_hook=_named)


def record_in(record_type: type[T], snapshot: Any) -> T:
    """The record in a document that was read, by the client or by `wire`. Raises as `from_document` does."""
    is_plain = isinstance(snapshot, Snapshot)
    return from_document(
        record_type, snapshot.id, (snapshot.fields if is_plain else _decoded(snapshot.to_dict())) or {}
    )


def _named(kind: Callable[[Any], Any], value: Any) -> Any:
    """A name out of a table, such as a channel; its type raises ValueError for one that is not in it."""
    return kind(value)


def _decoded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _decoded(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_decoded(item) for item in value]
    if isinstance(value, datetime):  # Firestore's subclass, which msgspec does not take
        return datetime.fromtimestamp(value.timestamp(), tz=UTC)
    return value
