"""Rows that a spreadsheet hides, by a filter or by hand."""

from collections.abc import Iterator

from msgspec import Struct, field

from shared.tabular.raw_table import Record

_NAMED = 10


class HiddenRows(Struct, kw_only=True):
    """What was left out while records were read: how many rows, and the numbers of the first."""

    count: int = 0
    first: list[int] = field(default_factory=list)

    def without(self, records: Iterator[Record]) -> Iterator[Record]:
        """The records that are not hidden; the others are counted."""
        for record in records:
            if not record.is_hidden:
                yield record
                continue
            self.count += 1
            if len(self.first) < _NAMED:
                self.first.append(record.number)

    def note(self) -> str:
        """What was left out, for people; "" for nothing."""
        if not self.count:
            return ""
        numbers = ", ".join(map(str, self.first)) + (", …" if self.count > len(self.first) else "")
        which = f"{self.count:,} rows that are" if self.count > 1 else "1 row that is"
        return (
            f"{which} hidden in the sheet, by a filter or by hand, stayed out (row {numbers}). To load them "
            "too, show all rows and save the file again, or let the source load hidden rows."
        )
