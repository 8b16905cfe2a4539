"""Records to Firestore maps and back, checked on the way in by the records' own types."""

from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


def to_document(record: object) -> dict[str, Any]:
    """The record as a map. The id is the document's name; None and empty fields are left out.

    Aware datetimes stay native; naive ones (wall time) become ISO text, as Firestore would read them as UTC.
    """
    fields: dict[str, Any] = msgspec.to_builtins(record, builtin_types=(datetime, bytes))
    fields.pop("id", None)
    return {name: _encoded(value) for name, value in fields.items() if value is not None}


def _encoded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _encoded(item) for name, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_encoded(item) for item in value]
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.isoformat()
    return value


def from_document(record_type: type[T], document_id: str, fields: dict[str, Any]) -> T:
    """The record in a document. Raises msgspec.ValidationError when the document is not one."""
    return msgspec.convert({**_decoded(fields), "id": document_id}, record_type)


def _decoded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _decoded(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_decoded(item) for item in value]
    if isinstance(value, datetime):  # Firestore's subclass, which msgspec does not take
        return datetime.fromtimestamp(value.timestamp(), tz=UTC)
    return value
