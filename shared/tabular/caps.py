"""How much of an uploaded file is taken. What exceeds a cap is refused, with the cap in the reason."""

import csv

from msgspec import Struct

MIB = 1024 * 1024
RECORD_CHARACTERS = 4_000_000
# A longer cell than csv takes by itself (131,072 characters) is its row's fault, not the whole file's.
csv.field_size_limit(RECORD_CHARACTERS)


class Caps(Struct, frozen=True, kw_only=True):
    """The most a file may have.

    A row beyond `row_characters` is rejected; one beyond `record_characters` is more than is held in memory
    and refuses the file, as all other caps do. Rows are counted with the header and empty ones, as a
    spreadsheet's last row number is.
    `inflated_bytes` and `entries` are for the archives that XLSX and ODS files are; `memory_bytes`
    (address space) and `seconds` (processor time) are for the child process that opens spreadsheets.
    """

    file_bytes: int = 100 * MIB
    rows: int = 1_000_000
    columns: int = 500
    cells: int = 20_000_000
    row_characters: int = 100_000  # a row must fit a stored chunk (1 MiB), at up to four bytes a character
    record_characters: int = RECORD_CHARACTERS
    inflated_bytes: int = 500 * MIB
    entries: int = 5_000
    memory_bytes: int = 768 * MIB
    seconds: int = 300
