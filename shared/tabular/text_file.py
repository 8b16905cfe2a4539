"""Reading CSV, TSV and other delimited text, in constant memory."""

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from shared.domain.files.file import FileRefused
from shared.tabular.caps import Caps
from shared.tabular.delimiter import find_delimiter
from shared.tabular.encoding import HEAD_BYTES, find_encoding
from shared.tabular.kind import Kind, check_text
from shared.tabular.quoting import line_records, swallowing, unpaired
from shared.tabular.raw_table import RawTable, Record

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
            stream.seek(0)
            told = _DELIMITER_LINE.match(head)
            if told:
                stream.readline(HEAD_BYTES)
            chosen = (told[1] if told else delimiter) or find_delimiter(head)
            lines = _Lines(stream, caps, first=2 if told else 1)
            records = _records(lines, chosen, size=path.stat().st_size)
            yield RawTable(kind=Kind.TEXT, encoding=found, delimiter=chosen, records=records)
    except UnicodeError as error:
        raise FileRefused(f"The file cannot be read as {found} ({error}). Save it again as UTF-8.") from None


def _records(lines: "_Lines", delimiter: str, *, size: int) -> Iterator[Record]:
    # Strict: what follows a closed cell is not taken for its continuation, which is how rows merge.
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number = 1
    while True:
        lines.start_record()
        cells: tuple[str, ...] = ()
        try:
            cells = tuple(next(reader))
        except StopIteration:
            return
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


class _Lines:
    """Lines ending with CR, LF or CRLF, and which of them make up the record being read."""

    def __init__(self, stream: TextIO, caps: Caps, *, first: int) -> None:
        self._stream = stream
        self._position = stream.buffer.tell
        self._limit = caps.record_characters
        self._left = self._limit
        self.read: list[str] = []
        self.first = first
        self.has_ended = False

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
        line = self._stream.readline(self._left + 1)
        if not line:
            self.has_ended = True
            raise StopIteration
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
