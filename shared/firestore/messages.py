"""Messages; whoever writes one tells what became of it, for segments that ask."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from google.api_core.exceptions import Aborted, ResourceExhausted
from google.cloud.firestore import AsyncClient

from shared.domain.contacts.activity import Trace
from shared.domain.ids import random_id
from shared.domain.messages.message import Message
from shared.domain.messages.trace_of_message import trace_of
from shared.firestore.activity import ActivityNote, packed_traces
from shared.firestore.kit.collection import Collection
from shared.firestore.kit.documents import Change
from shared.firestore.kit.retention import Keeping
from shared.firestore.kit.retries import UNSURE
from shared.firestore.kit.wire import Writer


class Messages(Collection[Message]):
    """The messages of a company. A trace is told in the commit that writes its message, or before it."""

    def __init__(self, db: AsyncClient, keeping: Keeping | None = None) -> None:
        super().__init__(db, "messages", Message, "message", keeping)
        self.notes = Collection(db, "activity_notes", ActivityNote, "activity note")

    def put(self, writer: Writer, company_id: str, item_id: str, record: Message) -> None:
        """Save as part of a transaction or write batch."""
        super().put(writer, company_id, item_id, record)
        self._tell(writer, company_id, [trace_of(record)])

    def put_changed(
        self, writer: Writer, company_id: str, item_id: str, before: Message, after: Message
    ) -> None:
        """Write the fields in which `after` differs from `before`, which this transaction read."""
        super().put_changed(writer, company_id, item_id, before, after)
        self._tell(writer, company_id, [_news(before, after)])

    async def replace_versions(self, company_id: str, changes: Mapping[str, Change[Message]]) -> set[str]:
        """Change each message, by id, that is still as it was written then; the ids of those that are not.

        The traces of all are told first, so no death in between loses one. A provider said what they tell:
        it is true of a message that does not say it yet, and one that is refused tells it again.
        """
        told = self._note([_news(change.before, change.after) for change in changes.values()])
        if told is not None:
            try:
                await self.notes.add(company_id, told.id, told)
            except (Aborted, ResourceExhausted, *UNSURE):  # whoever reads them now tells it with them
                return set(changes)
        return await super().replace_versions(company_id, changes)

    def put_versions(self, writer: Writer, company_id: str, changes: Mapping[str, Change[Message]]) -> None:
        """Change these messages, by id, together with what else the writer has."""
        super().put_versions(writer, company_id, changes)
        self._tell(writer, company_id, [_news(change.before, change.after) for change in changes.values()])

    def _tell(self, writer: Writer, company_id: str, traces: Iterable[Trace | None]) -> None:
        if (note := self._note(traces)) is not None:
            self.notes.put(writer, company_id, note.id, note)

    def _note(self, traces: Iterable[Trace | None]) -> ActivityNote | None:
        found = [one for one in traces if one is not None]
        if not found:
            return None
        return ActivityNote(id=random_id(), noted_at=datetime.now(UTC), traces=packed_traces(found))


def _news(before: Message, after: Message) -> Trace | None:
    """The trace of a message, where it says something new."""
    trace = trace_of(after)
    return None if trace == trace_of(before) else trace
