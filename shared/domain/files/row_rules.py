"""What a source says of its rows beyond their cells: in which zone a row's times are, and which are taken."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from shared.domain.files.cell import CellRejected
from shared.domain.files.judge_rows import takes
from shared.domain.files.row_filter import RowCondition
from shared.domain.files.source import ColumnMapping, FieldType, Source
from shared.domain.place import find_all_zones, main_zone

# The zones in which a number may be, as written in a column with this region; empty when not known.
ZonesOfNumber = Callable[[str, str | None], tuple[str, ...]]


class RowRules(Struct, frozen=True, kw_only=True):
    """A source's rules for the rows of one file.

    `home` (IANA) holds where a row names no zone. `now` decides which day is today; it is the same however
    often the file is loaded.
    """

    source: Source
    home: str
    now: datetime
    zones_of_number: ZonesOfNumber

    @property
    def zone_column(self) -> ColumnMapping | None:
        """The column that names each row's zone."""
        field = self.source.time_zone_field
        return next((column for column in self.source.columns if column.field == field), None)

    def needed(self) -> list[str]:
        """The columns without which no row could be judged, or its times read."""
        column = self.zone_column
        row_filter = self.source.row_filter
        asked = [self._column(condition) for condition in row_filter.conditions] if row_filter else []
        found = [*([column] if column else []), *asked]
        return list(dict.fromkeys(name for column in found for name in column.names))

    def zone(self, text: str) -> ZoneInfo:
        """The zone that a cleaned cell of the zone column names; of several candidates the main one.

        A number of which nothing is known counts as empty, as for contact windows. Raises CellRejected.
        """
        column = self.zone_column
        if column is None or not text:
            return ZoneInfo(self.home)
        if column.type is FieldType.PHONE:
            zones = self.zones_of_number(text, column.default_region) or (self.home,)
        else:
            zones = find_all_zones(text)
        if not zones:
            raise CellRejected(
                "is neither a time zone such as America/New_York nor a US state such as NJ or New Jersey, "
                "and the row's times are read in it"
            )
        return ZoneInfo(main_zone(zones, self.home, self.now.year))

    def takes(self, value_of: Callable[[ColumnMapping], str], zone: ZoneInfo) -> bool:
        """Whether a row is loaded. `value_of` gives the cleaned value of a column."""
        if self.source.row_filter is None:
            return True

        def asked(condition: RowCondition) -> tuple[str, FieldType]:
            column = self._column(condition)
            return value_of(column), column.type

        return takes(self.source.row_filter, asked, self.now, zone)

    def _column(self, condition: RowCondition) -> ColumnMapping:
        """The column that a condition asks for; one that is no field is text."""
        if condition.field is None:
            return ColumnMapping(column=condition.name, field=condition.name)
        return next(column for column in self.source.columns if column.field == condition.field)
