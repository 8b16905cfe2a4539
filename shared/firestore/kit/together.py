"""Records of several kinds, read in one round trip inside a transaction."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from google.cloud.firestore import AsyncClient, AsyncDocumentReference, AsyncTransaction
from msgspec import Struct

from shared import metering
from shared.domain.fires.fire_cost import Unit
from shared.firestore.kit.wire import full_name, read_documents

T = TypeVar("T")


class Wanted(Struct, Generic[T], frozen=True):
    """Records of one kind that are to be read together with others."""

    record: Callable[[Any], T]
    refs: list[AsyncDocumentReference]


async def read_together(
    db: AsyncClient, transaction: AsyncTransaction, *groups: Wanted[Any]
) -> list[dict[str, Any]]:
    """Those of the wanted records that exist, by id, group by group, all in one round trip."""
    homes = {full_name(ref): (number, group) for number, group in enumerate(groups) for ref in group.refs}
    found: list[dict[str, Any]] = [{} for _ in groups]
    references = [ref for group in groups for ref in group.refs]
    async for snapshot in read_documents(db, references, transaction=transaction):
        metering.count(Unit.READS)
        if snapshot.exists:
            number, group = homes[snapshot.name]
            found[number][snapshot.id] = group.record(snapshot)
    return found
