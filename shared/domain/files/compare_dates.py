"""Whether day and month of a file's dates are swapped, and whether its dates are where they usually are.

06/14/2027 and then 14/06/2027: some dates are impossible, and their rows are rejected. 07/05 to 07/09 and
then 05/07 to 09/07: all are possible, and days in a row have become months in a row. What tells then is where
the dates of earlier files were, counted from the day on which each was loaded, and on which days of the week.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from msgspec import Struct

from shared.domain.files.finding import ColumnChange, Finding, FindingCode, Severity
from shared.domain.files.profile import Profile
from shared.domain.files.source import ColumnMapping

Days = Mapping[int, int]  # how many rows have a day, by the day's ordinal
_WEEK = 7
_MONTH = 31
_SURE_DAY = 12  # a day above cannot be a month


class Unread(Struct, frozen=True, kw_only=True):
    """Rejected cells of a column that would be dates with day and month swapped."""

    count: int = 0
    rows: tuple[int, ...] = ()


def compare_dates(
    columns: Sequence[ColumnMapping],
    profile: Profile,
    unread: Mapping[str, Unread],
    earlier: Sequence[Profile],
) -> Iterator[Finding]:
    """Findings of columns with dates. `unread` are by field."""
    for column in columns:
        days = profile.days.get(column.field, {})
        before = [(one.day, one.days[column.field]) for one in earlier if one.days.get(column.field)]
        swapped = unread.get(column.field, Unread())
        if swapped.count:
            yield _impossible(column, days, swapped)
        elif days:
            yield from _possible(column, days, profile.day, before)


def swapped_formats(formats: Sequence[str]) -> tuple[str, ...]:
    """The formats with day and month swapped; of those in which both are numbers."""
    both = [form for form in formats if "%d" in form and "%m" in form]
    return tuple(form.replace("%d", "%\0").replace("%m", "%d").replace("%\0", "%m") for form in both)


def _impossible(column: ColumnMapping, days: Days, swapped: Unread) -> Finding:
    sure = sum(count for day, count in days.items() if date.fromordinal(day).day > _SURE_DAY)
    total = swapped.count + sum(days.values())
    other = " or ".join(swapped_formats(column.formats))
    if sure:
        is_typing = swapped.count * 10 < total
        return Finding(
            code=FindingCode.DATES_SWAPPED,
            severity=Severity.WARNING if is_typing else Severity.SERIOUS,
            what=f"Column {column.column!r} mixes two orders of day and month: {swapped.count:,} dates can "
            f"only be read as {other}, {sure:,} only as the source says.",
            to_do="Nobody can tell what the others mean. Write all dates in one order, or as 2027-06-14, and "
            "upload the file again.",
            columns=(column.column,),
            rows=swapped.rows,
        )
    loaded = f"; the other {total - swapped.count:,} were read, and wrongly" if days else ""
    return Finding(
        code=FindingCode.DATES_SWAPPED,
        severity=Severity.SERIOUS,
        what=f"Day and month are swapped in column {column.column!r}: {swapped.count:,} dates are impossible "
        f"in the source's format and not as {' or '.join(swapped_formats(column.formats))}{loaded}.",
        to_do="Load the file again with the changed format, if the export writes dates so from now on; or "
        "export it again as before.",
        columns=(column.column,),
        rows=swapped.rows,
        changes=(ColumnChange(column=column.column, formats=swapped_formats(column.formats)),),
    )


def _possible(
    column: ColumnMapping, days: Days, day: int, before: Sequence[tuple[int, Days]]
) -> Iterator[Finding]:
    other = _swapped(days)
    if other is not None and other != days:
        severity = _swap_severity(days, other, day, before)
        if severity is not None:
            yield _swap_finding(column, days, other, severity)
            return
    yield from _unusual(column, days, day, before)


def _swap_severity(days: Days, other: Days, day: int, before: Sequence[tuple[int, Days]]) -> Severity | None:
    if not before:
        is_odd = _are_months_in_a_row(days) and _span(other) <= 2 * _WEEK
        return Severity.WARNING if is_odd else None
    if all(_are_months_in_a_row(one) for _, one in before):
        return None
    usual = _Usual(before)
    if usual.outside(days, day) >= 0.5 and usual.outside(other, day) <= 0.1:
        return Severity.SERIOUS
    # Where dates may lie far apart, the days of the week tell: a clinic that never opens at weekends.
    if usual.weekends <= 0.02 and _weekends(days) >= 0.2 and _weekends(other) <= 0.02 and len(days) > 3:
        return Severity.SERIOUS
    closer = _span(other) * 3 <= _span(days) and _span(other) <= 2 * usual.span + _WEEK
    return Severity.SERIOUS if closer and _are_months_in_a_row(days) else None


def _swap_finding(column: ColumnMapping, days: Days, other: Days, severity: Severity) -> Finding:
    formats = swapped_formats(column.formats)
    load = "Load the file again with the changed format, if" if formats else "If"
    return Finding(
        code=FindingCode.DATES_SWAPPED,
        severity=severity,
        what=f"Day and month seem to be swapped in column {column.column!r}: its dates are read as "
        f"{_shown(days)}; swapped they are {_shown(other)}, as in earlier files.",
        to_do=f"{load} that is so; release the file if the dates are right as they were read."
        if formats
        else "If that is so, export the file again with its dates as before; release it if they are right.",
        columns=(column.column,),
        changes=(ColumnChange(column=column.column, formats=formats),) if formats else (),
    )


def _unusual(
    column: ColumnMapping, days: Days, day: int, before: Sequence[tuple[int, Days]]
) -> Iterator[Finding]:
    if not before:
        return
    usual = _Usual(before)
    is_past = all(one < day for one in days)
    was_ahead = all(min(one) >= then for then, one in before)
    if is_past and was_ahead:
        yield Finding(
            code=FindingCode.DATES_UNUSUAL,
            severity=Severity.SERIOUS,
            what=f"All dates of column {column.column!r} are past ({_shown(days)}); in earlier files they "
            "were still to come.",
            to_do="Check that this is not an old file. If it is meant, release it.",
            columns=(column.column,),
        )
    elif usual.outside(days, day, slack=max(_MONTH, 2 * usual.span)) >= 0.9:
        yield Finding(
            code=FindingCode.DATES_UNUSUAL,
            severity=Severity.WARNING,
            what=f"The dates of column {column.column!r} ({_shown(days)}) are far from where they are in "
            f"earlier files: {usual.low} to {usual.high} days from the day of loading.",
            to_do="Check the year, and that this is the right file.",
            columns=(column.column,),
        )


class _Usual:
    """Where the dates of earlier files are, in days from that on which each was loaded."""

    def __init__(self, before: Sequence[tuple[int, Days]]) -> None:
        ranges = [(min(days) - day, max(days) - day) for day, days in before]
        self.low, self.high = min(low for low, _ in ranges), max(high for _, high in ranges)
        self.span = max(_span(days) for _, days in before)
        self.weekends = max(_weekends(days) for _, days in before)

    def outside(self, days: Days, day: int, slack: int | None = None) -> float:
        """The share of rows whose dates are neither there nor near."""
        slack = max(_WEEK, self.span // 2) if slack is None else slack
        near = range(self.low - slack, self.high + slack + 1)
        return sum(count for one, count in days.items() if one - day not in near) / sum(days.values())


def _swapped(days: Days) -> Days | None:
    """The days with month and day swapped; None when one of them cannot be."""
    other: dict[int, int] = {}
    for ordinal, count in days.items():
        day = date.fromordinal(ordinal)
        if day.day > _SURE_DAY:
            return None
        swapped = day.replace(month=day.day, day=day.month).toordinal()
        other[swapped] = other.get(swapped, 0) + count
    return other


def _are_months_in_a_row(days: Days) -> bool:
    """Whether the dates are the same day or two of several months."""
    dates = [date.fromordinal(day) for day in days]
    return len({(day.year, day.month) for day in dates}) >= 3 and len({day.day for day in dates}) <= 2


def _span(days: Days) -> int:
    return max(days) - min(days)


def _weekends(days: Days) -> float:
    weekend = sum(count for day, count in days.items() if date.fromordinal(day).isoweekday() > 5)
    return weekend / sum(days.values())


def _shown(days: Days) -> str:
    first, last = (date.fromordinal(one).isoformat() for one in (min(days), max(days)))
    return first if first == last else f"{first} to {last}"
