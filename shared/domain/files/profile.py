"""What is kept of a file to compare later ones with: a few kilobytes, however large the file was."""

import hashlib
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import islice

import msgspec
from msgspec import Struct, field

from shared.domain.files.cell_kinds import CellKind, kinds_of
from shared.domain.files.column_names import column_key
from shared.domain.files.file import File, RejectedRow, Row
from shared.domain.files.row_sketch import KnownRows, RowSketch, Sketching, row_hash
from shared.domain.files.source import ColumnMapping, FieldType

SAMPLED = 800  # records whose cells are looked at, spread over the file
MOST_COLUMNS = 150
MOST_DAYS = 1_000
MOST_VALUES = 100
_LOOKED_AT = 60  # characters of a cell
_WITH_DAYS = (FieldType.DATE, FieldType.DATETIME)


class ColumnProfile(Struct, frozen=True, kw_only=True):
    """A column: its name, the looks of its cells, and hashes of its commonest values."""

    name: str
    kinds: dict[CellKind, int] = field(default_factory=dict)
    values: tuple[int, ...] = ()


class Profile(Struct, frozen=True, kw_only=True):
    """A loaded file. `days` are, by field, how many rows have which day (as ordinals); none for more than a
    thousand. `day` is that on which the file was loaded. `sent_share` of its rows had been sent before.
    `fields` are the names of the columns that fields were read from. `comes_back`: it is a rejected-rows
    file, mended, and says nothing of how many rows are usual.
    """

    row_count: int
    rejected_count: int
    marked_count: int
    day: int
    columns: tuple[ColumnProfile, ...]
    days: dict[str, dict[int, int]]
    rows: RowSketch
    fields: dict[str, str]
    sent_share: float = 0.0
    comes_back: bool = False


class EarlierColumns:
    """The columns of an earlier file: by their names, and by the fields that were read from them then."""

    def __init__(self, profile: Profile) -> None:
        self._columns = {column_key(column.name): column for column in profile.columns}
        self._fields = profile.fields

    def column(self, name: str) -> ColumnProfile | None:
        """The column of that name, or None."""
        return self._columns.get(column_key(name))

    def before(self, mapped: ColumnMapping) -> ColumnProfile | None:
        """The column that the field was read from then, whatever it is read from now."""
        return self.column(self._fields.get(mapped.field, mapped.column))


class FileProfile(Struct, frozen=True, kw_only=True):
    """A profile as it is stored, under its file's id: compressed."""

    id: str
    source_id: str
    profile: bytes

    @classmethod
    def of(cls, file: File, profile: Profile) -> "FileProfile":
        """The profile of `file`."""
        packed = zlib.compress(msgspec.msgpack.encode(profile), 1)
        return cls(id=file.id, source_id=file.source_id, profile=packed)

    def unpacked(self) -> Profile:
        """The profile itself."""
        return msgspec.msgpack.decode(zlib.decompress(self.profile), type=Profile)


def value_hash(text: str) -> int:
    """A cell's value as a small number."""
    key = column_key(text).encode("utf-8", "replace")
    return int.from_bytes(hashlib.blake2b(key, digest_size=5).digest(), "big")


class Profiling:
    """Makes a profile while a file is read, in constant memory; `sent` are rows that were sent before."""

    def __init__(self, header: Sequence[str], columns: Sequence[ColumnMapping], sent: KnownRows) -> None:
        self._header = header
        self._read_from = {column.field: column.column for column in columns}
        self._fields = [column.field for column in columns if column.type in _WITH_DAYS]
        self._days: dict[str, Counter[str]] = {name: Counter() for name in self._fields}
        self._sketching = Sketching()
        self._sent = sent
        self._seen = self._rejected = self._marked = 0
        self._stride = 1
        self._sample: list[tuple[str, ...]] = []

    def add(self, records: Sequence[Sequence[str]], outcomes: Sequence[Row | RejectedRow]) -> None:
        """Some records, and what became of each."""
        for cells in records:
            if self._seen % self._stride == 0:
                self._take(cells)
            self._seen += 1
        rows = [outcome for outcome in outcomes if isinstance(outcome, Row)]
        self._rejected += len(outcomes) - len(rows)
        self._marked += sum(bool(row.marks) for row in rows)
        for row in rows:
            number = row_hash(row.values)
            self._sketching.add(number)
            self._sent.look(number, row.number)
        for name in self._fields:
            self._count_days(name, [row.values[name][:10] for row in rows if name in row.values])

    def _take(self, cells: Sequence[str]) -> None:
        """Keep every record at first, then every second, every fourth: always some hundred, from all over."""
        self._sample.append(tuple(str(cell)[:_LOOKED_AT] for cell in islice(cells, MOST_COLUMNS)))
        if len(self._sample) >= SAMPLED:
            del self._sample[1::2]
            self._stride *= 2

    def _count_days(self, name: str, found: Sequence[str]) -> None:
        days = self._days.get(name)
        if days is not None:
            days.update(found)
            if len(days) > MOST_DAYS:
                del self._days[name]

    def profile(self, day: date, *, comes_back: bool = False) -> Profile:
        """The profile of what was read, on `day`."""
        rows = self._sketching.sketch()
        return Profile(
            row_count=rows.count,
            rejected_count=self._rejected,
            marked_count=self._marked,
            day=day.toordinal(),
            columns=sampled_columns(self._header, self._sample),
            days={name: _ordinals(days) for name, days in self._days.items()},
            rows=rows,
            fields=self._read_from,
            sent_share=round(self._sent.share, 4),
            comes_back=comes_back,
        )


def sampled_columns(header: Sequence[str], sample: Sequence[Sequence[str]]) -> tuple[ColumnProfile, ...]:
    """What the columns hold in some records."""
    return tuple(
        _column(name, [cells[index] for cells in sample if index < len(cells)])
        for index, name in enumerate(header[:MOST_COLUMNS])
    )


def _column(name: str, cells: Sequence[str]) -> ColumnProfile:
    counts = Counter(value_hash(cell) for cell in cells if cell.strip())
    values = tuple(value for value, _ in counts.most_common(MOST_VALUES))
    return ColumnProfile(name=name[:200], kinds=kinds_of(cells), values=values)


def _ordinals(days: Mapping[str, int]) -> dict[int, int]:
    return {date.fromisoformat(day).toordinal(): count for day, count in days.items()}
