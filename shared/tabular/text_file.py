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
from shared.tabular.raw_table import RawTable, Record, row_too_long

# A first line by which a file tells spreadsheet programs its delimiter; they do not show or count it.
_DELIMITER_LINE = re.compile(r'"?sep=(.)"?[\r\n]+')
# Follows the last line, to tell a file that ends inside quotation marks.
_END = "\x00end of file\x00"


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
            records = _records(stream, chosen, size=path.stat().st_size, caps=caps)
            yield RawTable(kind=Kind.TEXT, encoding=found, delimiter=chosen, records=records)
    except UnicodeError as error:
        raise FileRefused(f"The file cannot be read as {found} ({error}). Save it again as UTF-8.") from None


def _records(stream: TextIO, delimiter: str, *, size: int, caps: Caps) -> Iterator[Record]:
    number = 0
    position = stream.buffer.tell
    try:
        for number, cells in enumerate(csv.reader(_lines(stream, caps), delimiter=delimiter), 1):
            if cells and cells[-1].endswith(_END):
                if cells == [_END]:
                    return
                raise FileRefused(_unclosed(number))
            yield Record(number, tuple(cells), min(100, position() * 100 // size))
    except csv.Error as error:  # a field longer than the csv module takes (131,072 characters)
        raise row_too_long(number + 1, caps) from error


def _lines(stream: TextIO, caps: Caps) -> Iterator[str]:
    """Lines ending with CR, LF or CRLF, none longer than a row may be."""
    limit = 2 * caps.row_characters + 3 * caps.columns  # with doubled and surrounding quotes and delimiters
    count = 0
    while line := stream.readline(limit):
        count += 1
        if len(line) >= limit:
            raise FileRefused(
                f"Line {count} is longer than {limit:,} characters. Check that every row of "
                "the file ends with a line break."
            )
        yield line
    yield _END


def _unclosed(number: int) -> str:
    return (
        f'The quotation mark (") opened in row {number} is never closed, so what follows is one cell. '
        "Close it, or double it if it belongs to the text, then upload the file again."
    )
