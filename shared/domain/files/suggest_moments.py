"""Which dates and times of a new kind of file belong together: each pair is one date-time."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from shared.domain.files.source import ColumnMapping, FieldType
from shared.domain.record import replace

# A day of birth has no time of day, whatever stands beside it.
_BIRTH = re.compile("dob|birth|born|geburt|nacim|naiss|nascita|nascim|geboort")


def paired_columns(columns: Sequence[ColumnMapping], days: Collection[str]) -> list[ColumnMapping]:
    """For each column of times its date-time with the date that it goes with, as one more column.

    `columns` stand as in the file; `days` are the fields of those that hold days. A time goes with the date
    beside it, or with the only one of the file.
    """
    pairs: list[ColumnMapping] = []
    places = [n for n, one in enumerate(columns) if one.field in days and not _BIRTH.search(one.field)]
    free = list(places)
    for place, time in enumerate(columns):
        if time.type is not FieldType.TIME:
            continue
        beside = [near for near in (place - 1, place + 1) if near in free]
        chosen = beside[:1] or (places if len(places) == 1 else [])
        for found in chosen:
            free = [one for one in free if one != found]
            taken = {one.field for one in (*columns, *pairs)}
            pairs.append(_pair(columns[found], time, taken))
    return pairs


def pair_choices(
    pair: ColumnMapping, choices: Mapping[str, Sequence[ColumnMapping]]
) -> Iterator[ColumnMapping]:
    """The pair with each way to read its date and its time, by the choices left open for these columns."""
    for date in choices.get(pair.column) or (replace(pair, time_column=None, time_formats=()),):
        for time in choices.get(pair.time_column or "") or pair.parts[1:]:
            yield replace(pair, formats=date.formats, time_formats=time.formats)


def _pair(date: ColumnMapping, time: ColumnMapping, taken: Collection[str]) -> ColumnMapping:
    return replace(
        date,
        field=_name(date.field, time.field, taken),
        type=FieldType.DATETIME,
        time_column=time.column,
        time_formats=time.formats,
    )


def _name(date: str, time: str, taken: Collection[str]) -> str:
    """visit_at for visit_date and visit_time, date_time for date and time; a number if that is taken."""
    common = []
    for one, other in zip(date.split("_"), time.split("_"), strict=False):
        if one != other:
            break
        common.append(one)
    name = f"{'_'.join(common)}_at" if common else f"{date}_{time}"
    names = (name, *(f"{name}_{number}" for number in range(2, 1_000)))
    return next(one for one in names if one not in taken)
