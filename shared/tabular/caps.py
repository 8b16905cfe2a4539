"""How much of an uploaded file is taken. What exceeds a cap is refused, with the cap in the reason."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Caps:
    """The most a file may have.

    Rows are counted with the header and empty ones, as a spreadsheet's last row number is.
    `inflated_bytes` and `entries` are for the archives that XLSX and ODS files are; `memory_bytes`
    (address space) and `seconds` (processor time) are for the child process that opens spreadsheets.
    """

    file_bytes: int = 100 * MIB
    rows: int = 1_000_000
    columns: int = 500
    cells: int = 20_000_000
    row_characters: int = 100_000  # a row must fit a stored chunk (1 MiB), at up to four bytes a character
    inflated_bytes: int = 500 * MIB
    entries: int = 5_000
    memory_bytes: int = 768 * MIB
    seconds: int = 120
