"""Find a person's rows in a company's files, and blank them."""

from collections import defaultdict
from dataclasses import dataclass, field, replace

from shared.domain.files.file import Row
from shared.domain.files.row_chunk import row_chunk_id
from shared.domain.fires.person import Person
from shared.firestore.kit.transactions import Transaction, transact
from shared.firestore.row_chunks import unpacked, with_rows
from shared.runtime import Runtime

CHUNKS_AT_ONCE = 20


@dataclass(slots=True)
class RowsOf:
    """A person's rows: numbers by file and by chunk, and what messages may have as their address."""

    numbers: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    chunks: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    spellings: set[str] = field(default_factory=set)

    def has(self, file_id: str | None, number: int | None) -> bool:
        """Whether the row is theirs."""
        return file_id is not None and number in self.numbers.get(file_id, ())


async def find_rows_of(runtime: Runtime, company_id: str, person: Person) -> RowsOf:
    """Look through the rows of every file. Rows whose time is over are gone already."""
    found = RowsOf()
    async for page in runtime.stores.files.each_page(company_id):
        for file in page:
            ids = [row_chunk_id(file.id, number) for number in range(file.chunk_count)]
            for start in range(0, len(ids), CHUNKS_AT_ONCE):
                part = ids[start : start + CHUNKS_AT_ONCE]
                chunks = await runtime.stores.row_chunks.find_many(company_id, part)
                for chunk in chunks.values():
                    for row in unpacked(chunk):
                        _look(found, person, file.id, chunk.id, row)
    return found


def _look(found: RowsOf, person: Person, file_id: str, chunk_id: str, row: Row) -> None:
    theirs = [value for value in row.values.values() if person.is_in(value)]
    if theirs:
        found.numbers[file_id].add(row.number)
        found.chunks[chunk_id].add(row.number)
        spellings = map(person.channel.record.address.spelling, theirs)
        found.spellings.update(spelling for spelling in spellings if spelling is not None)


async def blank_rows(runtime: Runtime, company_id: str, rows: RowsOf) -> int:
    """Empty the rows. They keep their numbers: fired again, each is a failure, and the ledger closes."""
    chunks, files = runtime.stores.row_chunks, runtime.stores.files
    blanked = 0
    for chunk_id, numbers in rows.chunks.items():

        async def blank(
            transaction: Transaction, chunk_id: str = chunk_id, numbers: set[int] = numbers
        ) -> None:
            chunk = await chunks.get(company_id, chunk_id, transaction)
            left = [Row(number=row.number) if row.number in numbers else row for row in unpacked(chunk)]
            blank_chunk = with_rows(chunk, left)
            file = await files.find(company_id, chunk.file_id, transaction)
            if file is not None and blank_chunk.marked_count != chunk.marked_count:
                count = file.marked_count + blank_chunk.marked_count - chunk.marked_count
                files.put(transaction, company_id, file.id, replace(file, marked_count=count))
            chunks.put(transaction, company_id, chunk_id, blank_chunk)

        await transact(runtime.stores.db, blank)
        blanked += len(numbers)
    return blanked
