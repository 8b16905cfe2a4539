"""A finding: what of a file is unlike the source's last files, or unlike its mapping, and what to do."""

from enum import StrEnum

from msgspec import Struct


class FindingCode(StrEnum):
    """What was found."""

    FEWER_ROWS = "fewer_rows"
    MORE_ROWS = "more_rows"
    SAME_FILE = "same_file"  # every row of an earlier file, in its order
    SAME_ROWS = "same_rows"  # every row of an earlier file, in another order
    ROWS_SENT_BEFORE = "rows_sent_before"
    DATES_SWAPPED = "dates_swapped"  # day and month
    DATES_UNUSUAL = "dates_unusual"
    COLUMN_MISSING = "column_missing"
    COLUMN_RENAMED = "column_renamed"
    COLUMN_DOUBLED = "column_doubled"
    COLUMNS_SWAPPED = "columns_swapped"
    VALUES_CHANGED = "values_changed"  # a column holds another kind of values than before
    ADDRESSES_UNCHECKED = "addresses_unchecked"  # they stand in a column that is mapped as text
    MANY_REJECTED = "many_rejected"
    MANY_MARKED = "many_marked"


class Severity(StrEnum):
    """How likely it is that the file is wrong. A file with a serious finding is held by default."""

    NOTE = "note"
    WARNING = "warning"
    SERIOUS = "serious"


class ColumnChange(Struct, frozen=True, kw_only=True):
    """A change of a source's mapping: what is read from `column` is read from `to`, or in other `formats`."""

    column: str
    to: str | None = None
    formats: tuple[str, ...] = ()


class Finding(Struct, frozen=True, kw_only=True):
    """One finding. `what` and `to_do` are sentences for people; neither holds the value of a cell but dates.

    `columns` are those concerned, `rows` the numbers of some rows to look at, `file_id` the earlier file that
    is meant. `changes` of the mapping would mend it: see `reload_file`.
    """

    code: FindingCode
    severity: Severity
    what: str
    to_do: str
    columns: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    file_id: str | None = None
    changes: tuple[ColumnChange, ...] = ()
