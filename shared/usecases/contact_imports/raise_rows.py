"""Raise that rows of a file were loaded, for the contacts that they are of."""

from collections.abc import Mapping

from shared.domain.contacts.contact_import import ContactImport
from shared.domain.events.event import Event, EventType
from shared.domain.files.loaded_row import row_place
from shared.domain.ids import computed_id
from shared.firestore.kit.transactions import commit
from shared.runtime import Runtime
from shared.usecases.outbox.open_outbox import open_outbox


async def raise_rows(
    runtime: Runtime, company_id: str, item: ContactImport, contact_ids: Mapping[int, str]
) -> None:
    """Raise it by the rows' numbers, for an import of a file's rows; of a block that comes again, the same.

    Nothing is written where nobody listens.
    """
    outbox = await open_outbox(runtime, company_id)
    if not item.file_id or not contact_ids or not outbox.hears(EventType.ROW_LOADED):
        return
    file = await runtime.stores.files.find(company_id, item.file_id)
    if file is None:
        return
    now, writer = runtime.now(), runtime.stores.db.batch()
    outbox.put(
        writer,
        [
            Event(
                id=computed_id("row loaded", item.id, number),
                type=EventType.ROW_LOADED,
                at=now,
                object_id=contact_id,
                what=file.source_id,
                row=row_place(file.id, number),
            )
            for number, contact_id in sorted(contact_ids.items())
        ],
    )
    await commit(writer)
    await outbox.announce()
