"""The rows of a loaded file as the table that an import reads: some chunks at a time."""

from collections import deque
from collections.abc import AsyncIterator, Iterator

from shared.domain.files.file import File, FileRefused, FileState
from shared.domain.files.row_chunk import RowChunk
from shared.domain.files.source import Source
from shared.firestore.row_chunks import unpacked
from shared.runtime import Runtime
from shared.tabular.kind import Kind
from shared.tabular.raw_table import Record
from shared.tabular.table import Table

GONE = "The file, or its source, was deleted before its rows could be read."


class StoredRows(Iterator[Record]):
    """Gives what was fetched; fetched more, it gives that too. Rows of forgotten people are left out."""

    def __init__(self, runtime: Runtime, company_id: str, file: File, source: Source) -> None:
        self._names = tuple(column.field for column in source.columns)
        self._count, self._seen = file.row_count, 0
        self._chunks: AsyncIterator[RowChunk] = runtime.stores.row_chunks.each(
            company_id, file.id, file.chunk_count
        )
        self._held: deque[Record] = deque()

    def __next__(self) -> Record:
        """The next row that is here."""
        if not self._held:
            raise StopIteration
        return self._held.popleft()

    async def fetch(self, count: int) -> None:
        """Have so many rows here, or all that are left."""
        while len(self._held) < count and (chunk := await anext(self._chunks, None)) is not None:
            self._seen += chunk.row_count
            percent = 100 * self._seen // max(self._count, 1)
            for row in unpacked(chunk):
                cells = tuple(row.values.get(name, "") for name in self._names)
                if any(cells):
                    self._held.append(Record(row.number, cells, percent))

    def table(self) -> Table:
        """The rows with the source's fields as their header."""
        return Table(
            kind=Kind.TEXT,
            header=self._names,
            header_row=0,
            records=self,
            encoding=None,
            delimiter=None,
            sheet=None,
        )


async def read_rows(runtime: Runtime, company_id: str, file_id: str) -> StoredRows | None:
    """The file's rows; None while it is loaded. Raises FileRefused when there are none to be read."""
    stores = runtime.stores
    file = await stores.files.find(company_id, file_id)
    source = await stores.sources.find(company_id, file.source_id) if file else None
    if file is None or source is None or file.state is FileState.REFUSED:
        raise FileRefused(GONE)
    if file.state is not FileState.LOADED:
        return None
    return StoredRows(runtime, company_id, file, source)
