"""Whole databases as JSON: what Firestore holds, written down and put back."""

import base64
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from google.cloud.firestore import AsyncClient

Documents = dict[str, dict[str, Any]]  # by path
AT_ONCE = 400


async def all_documents(db: AsyncClient) -> Documents:
    """Every document there is, by path, as Firestore's own types."""
    found: Documents = {}
    async for collection in db.collections():
        async for path, fields in _below(collection):
            found[path] = fields
    return found


async def _below(collection: Any) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    async for reference in collection.list_documents():  # also those that only have collections below them
        snapshot = await reference.get()
        if snapshot.exists:
            yield reference.path, snapshot.to_dict()
        async for inner in reference.collections():
            async for pair in _below(inner):
                yield pair


async def store_documents(db: AsyncClient, documents: Documents) -> None:
    """Put every document where it was."""
    pairs = list(documents.items())
    for start in range(0, len(pairs), AT_ONCE):
        batch = db.batch()
        for path, fields in pairs[start : start + AT_ONCE]:
            batch.set(db.document(path), fields)
        await batch.commit()


async def delete_documents(db: AsyncClient) -> None:
    """Empty the database."""
    paths = list(await all_documents(db))
    for start in range(0, len(paths), AT_ONCE):
        batch = db.batch()
        for path in paths[start : start + AT_ONCE]:
            batch.delete(db.document(path))
        await batch.commit()


def to_json(documents: Documents) -> Documents:
    """With times and bytes as JSON can hold them."""
    return {path: _mapped(fields, _to_json) for path, fields in documents.items()}


def from_json(documents: Documents, later: timedelta = timedelta(0)) -> Documents:
    """As Firestore holds them, every time moved by `later`."""

    def read(value: Any) -> Any:
        if isinstance(value, dict) and value.keys() == {"$time"}:
            return datetime.fromisoformat(value["$time"]) + later
        if isinstance(value, dict) and value.keys() == {"$bytes"}:
            return base64.b64decode(value["$bytes"])
        return value

    return {path: _mapped(fields, read) for path, fields in documents.items()}


def _to_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"$time": datetime.fromtimestamp(value.timestamp(), UTC).isoformat()}
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode()}
    return value


def _mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    changed = change(value)
    if isinstance(changed, dict):
        return {name: _mapped(item, change) for name, item in changed.items()}
    if isinstance(changed, list):
        return [_mapped(item, change) for item in changed]
    return changed
