"""A source's mapping over many records at once, column by column: what `map_record` gives, many times faster.

Nearly all cells of a file are plainly right. A record with any that is not goes through `map_record`, which
alone knows what is wrong and what comes first.
"""

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from shared.domain.files.characters import trim
from shared.domain.files.column_names import column_key
from shared.domain.files.file import RejectedRow, Row
from shared.domain.files.mapping import map_record
from shared.domain.files.prepared_mapping import FieldRejected, PreparedMapping
from shared.domain.files.read_column import Cells, column_reader

Outcome = Row | RejectedRow | None


class RecordMapper:
    """Maps the records of one file. It remembers dates and the like that it has read, within bounds."""

    def __init__(self, mapping: PreparedMapping) -> None:
        self._mapping = mapping
        self._width = len(mapping.header)
        self._fields = tuple(column.field for _, column in mapping.columns)
        self._readers = [column_reader(column, mapping.places) for _, column in mapping.columns]
        rules = mapping.rules
        self._has_zones = rules is not None and rules.zone_column is not None
        self._is_filtered = rules is not None and rules.source.row_filter is not None

    def map_all(self, numbers: Iterable[int], records: Sequence[Cells]) -> list[Outcome]:
        """What `map_record` gives for each of the records; `numbers` are theirs."""
        home = self._mapping.time_zone
        zones = [self._zone(cells) if self._has_zones else home for cells in records]
        odd = self._odd(records)
        columns = list(zip(*self._even(records), strict=True))
        times = [zone or home for zone in zones]
        found = zip(*(read(columns, times) for read in self._readers), strict=True)
        outcomes: list[Outcome] = []
        for number, cells, zone, values in zip(numbers, records, zones, found, strict=False):
            if zone is None or None in values or len(outcomes) in odd:
                outcomes.append(map_record(self._mapping, number, cells))
            else:
                outcomes.append(self._row(number, cells, zone, values))
        return outcomes

    def _row(self, number: int, cells: Cells, zone: ZoneInfo, texts: tuple[str, ...]) -> Outcome:
        if self._is_filtered:
            try:
                if not self._mapping.takes(cells, zone):
                    return None
            except FieldRejected:
                return map_record(self._mapping, number, cells)
        values = dict(zip(self._fields, texts, strict=True))
        if "" in texts:
            values = {field: text for field, text in values.items() if text}
        return Row(number=number, values=values, time_zone=zone.key)

    def _zone(self, cells: Cells) -> ZoneInfo | None:
        try:
            return self._mapping.zone(cells)
        except FieldRejected:
            return None

    def _even(self, records: Sequence[Cells]) -> Iterable[Cells]:
        """The records, each as wide as the header."""
        width = self._width
        if set(map(len, records)) == {width}:
            return records
        return [(*cells[:width], *[""] * (width - len(cells))) for cells in records]

    def _odd(self, records: Sequence[Cells]) -> set[int]:
        """Which of the records have cells beyond the header, or may repeat it."""
        width, odd = self._width, set()
        if max(map(len, records)) > width:
            odd = {place for place, cells in enumerate(records) if any(map(trim, cells[width:]))}
        index, key = self._mapping.names[0]
        firsts = [cells[index] if index < len(cells) else "" for cells in records]
        if key.partition(" ")[0] in "\n".join(firsts).casefold():  # seldom, and then once in many pages
            odd |= {place for place, cell in enumerate(firsts) if column_key(cell) == key}
        return odd
