"""Reading CSV, TSV and other delimited text, in constant memory."""

import csv
import io
import re
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from msgspec import Struct

from shared.domain.files.file import FileRefused
from shared.tabular.caps import Caps
from shared.tabular.delimiter import find_delimiter
from shared.tabular.encoding import HEAD_BYTES, WESTERN, check_western, find_encoding
from shared.tabular.kind import Kind, check_text
from shared.tabular.quoting import line_records, swallowing, unpaired
from shared.tabular.raw_table import RawTable, Record

_PIECE = 16 * 1024  # characters that are read at a time
# A first line by which a file tells spreadsheet programs its delimiter; they do not show or count it.
_DELIMITER_LINE = re.compile(r'"?sep=(.)"?[\r\n]+')


@contextmanager
def open_text(path: Path, *, encoding: str | None, delimiter: str | None, caps: Caps) -> Iterator[RawTable]:
    """Open a delimited text file; None means find out. Raises FileRefused, also while records are read."""
    found = find_encoding(path, encoding)
    try:
        # Bytes without a meaning become lone surrogates, so that their rows can be rejected one by one.
        with path.open("r", encoding=found, errors="surrogateescape", newline="") as stream:
            head = stream.read(HEAD_BYTES)
            check_text(head)
            if found == WESTERN and not encoding:
                check_western(head)
            stream.seek(0)
            told = _DELIMITER_LINE.match(head)
            if told:
                stream.readline(HEAD_BYTES)
            chosen = (told[1] if told else delimiter) or find_delimiter(head)
            dialect = _Dialect(delimiter=chosen, skips_blanks=_quotes_after_blanks(head, chosen))
            lines = _Lines(stream, caps, dialect, first=2 if told else 1)
            records = _records(lines, chosen, size=path.stat().st_size)
            yield RawTable(kind=Kind.TEXT, encoding=found, delimiter=chosen, records=records)
    except UnicodeError as error:
        raise FileRefused(f"The file cannot be read as {found} ({error}). Save it again as UTF-8.") from None


class _Dialect(Struct, frozen=True):
    """How cells are parted and quoted. `skips_blanks`: a cell may be quoted after a blank, `"A", "B"`."""

    delimiter: str
    skips_blanks: bool

    def reader(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """The records of the lines, strictly: what follows a closed cell is not taken for more of it."""
        return csv.reader(lines, delimiter=self.delimiter, strict=True, skipinitialspace=self.skips_blanks)


def _quotes_after_blanks(head: str, delimiter: str) -> bool:
    """Whether the file quotes cells after a blank. Where not all of them close, the marks belong to texts."""
    if f'{delimiter} "' not in head:
        return False
    whole = head if len(head) < HEAD_BYTES else head[: head.rfind("\n") + 1]
    try:
        for _ in _Dialect(delimiter, skips_blanks=True).reader(io.StringIO(whole, newline="")):
            pass
    except csv.Error:
        return False
    return True


def _records(lines: "_Lines", delimiter: str, *, size: int) -> Iterator[Record]:
    """The records: of some hundred lines at once where each is one, as nearly always, else one by one."""
    number = 1
    while lines.fill():
        rows = lines.rows()
        if rows is None:
            for record in _one_by_one(lines, delimiter, size=size, number=number):
                yield record
                number = record.number + 1
        else:
            percent = lines.percent(size)
            for row in rows:
                yield Record(number, tuple(row), percent)
                number += 1


def _one_by_one(lines: "_Lines", delimiter: str, *, size: int, number: int) -> Iterator[Record]:
    """The records of the lines that were read ahead, and the rest of the last one."""
    reader = lines.dialect.reader(lines)
    while lines.ahead:
        lines.start_record()
        cells: tuple[str, ...] = ()
        try:
            cells = tuple(next(reader))
        except csv.Error:
            if lines.has_ended:
                raise FileRefused(_unclosed(number, lines.first)) from None
            reason: str | None = unpaired(lines.first, lines.last)
        else:
            reason = swallowing(cells, lines.first, lines.last, delimiter) if len(lines.read) > 1 else None
        percent = lines.percent(size)
        if reason:
            yield from line_records(lines.read, reason, number=number, percent=percent, delimiter=delimiter)
            number += len(lines.read)
        else:
            yield Record(number, cells, percent)
            number += 1
    lines.start_record()


class _Lines:
    """Lines ending with CR, LF or CRLF, and which of them make up the record being read.

    `ahead` are those that were read and not given yet; `has_ended`: more than there are were asked for.
    """

    def __init__(self, stream: TextIO, caps: Caps, dialect: _Dialect, *, first: int) -> None:
        self.dialect = dialect
        self._stream = stream
        self._position = stream.buffer.tell
        self._limit = caps.record_characters
        self._left = self._limit
        self._rest = ""  # the beginning of a line
        self.ahead: deque[str] = deque()
        self.read: list[str] = []
        self.first = first
        self._is_read = False
        self.has_ended = False

    def fill(self) -> bool:
        """Read ahead when nothing is; False at the end of the file. A line over the limit may come in two."""
        while not self.ahead and not self._is_read:
            piece = self._stream.read(max(_PIECE, len(self._rest)))
            self._is_read = not piece
            self.ahead.extend(io.StringIO(self._rest + piece, newline=""))
            self._rest = ""
            # The end of the last line may come with the next piece, and so may the LF of its CRLF.
            if piece and not self.ahead[-1].endswith("\n") and len(self.ahead[-1]) <= self._limit:
                self._rest = self.ahead.pop()
        return bool(self.ahead)

    def rows(self) -> list[list[str]] | None:
        """The cells of what was read ahead, now taken; None, and nothing taken, if a record is no line."""
        if max(map(len, self.ahead)) > self._limit:
            return None
        try:
            rows = list(self.dialect.reader(self.ahead))
        except csv.Error:
            return None
        if len(rows) != len(self.ahead):
            return None
        self.first += len(rows)
        self.ahead.clear()
        return rows

    def start_record(self) -> None:
        """What was read belongs to the records before."""
        self.first += len(self.read)
        self.read = []
        self._left = self._limit

    @property
    def last(self) -> int:
        """The number of the last line read."""
        return self.first + len(self.read) - 1

    def percent(self, size: int) -> int:
        """How much of the file's `size` in bytes is read."""
        return min(100, self._position() * 100 // size)

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if not self.fill():
            self.has_ended = True
            raise StopIteration
        line = self.ahead.popleft()
        self._left -= len(line)
        if self._left < 0:
            raise FileRefused(
                f"The row that begins in line {self.first:,} of the file has more than {self._limit:,} "
                "characters. Check that every row ends with a line break, and that quotation marks opened in "
                "it are closed."
            )
        self.read.append(line)
        return line


def _unclosed(number: int, line: int) -> str:
    return (
        f'The quotation mark (") opened in row {number}, line {line} of the file, is never closed, so what '
        "follows is one cell. Close it, or double it if it belongs to the text, then upload the file again."
    )
