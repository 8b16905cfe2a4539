"""Check a file while it is read: mark its addresses, and compare it with the last files of its source."""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from shared.domain.companies.company import Company
from shared.domain.contacts.mark_addresses import AddressMarks
from shared.domain.files.cell import CellRejected
from shared.domain.files.cleaning import clean_cell
from shared.domain.files.compare_columns import compare_columns
from shared.domain.files.compare_dates import Unread, compare_dates, swapped_formats
from shared.domain.files.compare_rows import EarlierFile, compare_rows
from shared.domain.files.file import File, RejectedRow, Row
from shared.domain.files.finding import Finding, FindingCode, Severity
from shared.domain.files.mapping import Seen
from shared.domain.files.missing_columns import absent_findings
from shared.domain.files.prepared_mapping import PreparedMapping
from shared.domain.files.profile import EarlierColumns, Profile, Profiling
from shared.domain.files.row_sketch import KnownRows
from shared.domain.files.source import Source, SourceFormat
from shared.domain.record import replace

_UNREAD_LOOKED_AT = 2_000
_ROWS_NAMED = 5
MOST_FINDINGS = 50  # that a file's record keeps


def check_file(file: File, source: Source, company: Company, earlier: Sequence[EarlierFile]) -> "FileCheck":
    """The check of a file that is about to be read; `earlier` are the last files of its source."""
    return FileCheck(file, source, company, earlier)


class FileCheck:
    """Checks one file. It is called for all records, in a thread."""

    def __init__(self, file: File, source: Source, company: Company, earlier: Sequence[EarlierFile]) -> None:
        self._file, self._source, self._earlier = file, source, earlier
        self._profiles = [one.profile for one in earlier]
        self._columns = [EarlierColumns(profile) for profile in self._profiles]
        self._marks = AddressMarks(source, company)
        fired = {one.file.id: one.profile.rows for one in earlier if one.file.fired_at is not None}
        self._sent = KnownRows(fired)
        self._unread = _UnreadDates(source)
        self._profiling = Profiling((), (), self._sent)
        self._mapping: PreparedMapping | None = None
        self._comes_back = False

    def seen(self, sample: Sequence[Sequence[str]]) -> Seen:
        """What the file's columns are looked for with; `sample` are its first records."""
        return Seen(sample=sample, earlier=self._columns, missing_accepted=self._file.missing_accepted)

    def begin(self, mapping: PreparedMapping, *, comes_back: bool = False) -> None:
        """The file's columns were found; its records follow. `comes_back`: it is mended rejected rows."""
        self._mapping, self._comes_back = mapping, comes_back
        self._profiling = Profiling(mapping.header, self._source.columns, self._sent)

    def looked_at(self, read: Sequence[tuple[Sequence[str], Row | RejectedRow]]) -> list[Row | RejectedRow]:
        """What became of records, marked; each comes with its cells.

        Those that the source's row filter left out do not come here.
        """
        marked = iter(self._marks.marked_all([row for _, row in read if isinstance(row, Row)]))
        outcomes = [next(marked) if isinstance(row, Row) else self._unfit(row) for _, row in read]
        self._profiling.add([cells for cells, _ in read], outcomes)
        return outcomes

    def _unfit(self, rejected: RejectedRow) -> RejectedRow:
        if self._mapping is not None:
            self._unread.look(rejected, self._mapping.time_zone)
        return rejected

    def result(self, day: date) -> tuple[Profile, tuple[Finding, ...]]:
        """The file's profile and all findings, the serious ones first. `day` is that of its loading."""
        profile = self._profiling.profile(day, comes_back=self._comes_back)
        columns = self._source.columns
        absent = self._mapping.absent if self._mapping else ()
        findings = [
            *compare_columns(columns, profile.columns, self._columns),
            *absent_findings(absent, self._columns),
            *compare_dates(columns, profile, self._unread.found, self._profiles),
            *self._row_findings(profile),
        ]
        return profile, tuple(sorted(findings, key=lambda one: _ORDER[one.severity])[:MOST_FINDINGS])

    def _row_findings(self, profile: Profile) -> list[Finding]:
        """Messages tell what changed since the last ones: of such files the number of rows says nothing."""
        found = compare_rows(self._file, profile, self._sent, self._earlier)
        tells_changes = self._source.format is SourceFormat.HL7
        return [one for one in found if not (tells_changes and one.code in _COUNTS)]


_COUNTS = (FindingCode.FEWER_ROWS, FindingCode.MORE_ROWS)
_ORDER = {Severity.SERIOUS: 0, Severity.WARNING: 1, Severity.NOTE: 2}


class _UnreadDates:
    """Counts rejected cells that would be dates with day and month swapped."""

    def __init__(self, source: Source) -> None:
        self._columns = {
            column.column: replace(column, formats=formats)
            for mapped in source.columns
            for column in mapped.parts
            if (formats := swapped_formats(column.formats))
        }
        self._looked_at = 0
        self.found: dict[str, Unread] = {}

    def look(self, rejected: RejectedRow, time_zone: ZoneInfo) -> None:
        """A row that was rejected."""
        column = self._columns.get(rejected.column)
        if column is None or self._looked_at >= _UNREAD_LOOKED_AT:
            return
        self._looked_at += 1
        try:
            is_date = bool(clean_cell(rejected.value, column, time_zone))
        except CellRejected:
            return
        if is_date:
            before = self.found.get(column.field, Unread())
            rows = (*before.rows, rejected.number)[:_ROWS_NAMED]
            self.found[column.field] = Unread(count=before.count + 1, rows=rows)
