"""A first mapping for a new kind of file, out of its header and some records. The user corrects it."""

import re
import unicodedata
from collections.abc import Sequence

from msgspec import Struct

from shared.domain.files.amount import amount_of
from shared.domain.files.cell_kinds import CellKind, kind_of
from shared.domain.files.characters import trim
from shared.domain.files.column_names import column_key
from shared.domain.files.column_words import is_duration, types_by_name
from shared.domain.files.several_addresses import PARTING, addresses_in
from shared.domain.files.source import ColumnMapping, FieldType
from shared.domain.files.suggest_format import Reading, readings
from shared.domain.files.suggest_moments import pair_choices, paired_columns
from shared.domain.record import replace

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+?[\d\s().-]{7,20}(x\d+)?")
_ADDRESSES = {FieldType.EMAIL: _EMAIL, FieldType.PHONE: _PHONE}
_BY_VALUE = (FieldType.DATETIME, FieldType.DATE, FieldType.TIME)  # found whatever the column is called
_INTERNATIONAL = re.compile(r"\+\d[\d\s().-]{6,20}")
_MOST_NAMED = 4
_MIDNIGHT = "T00:00:00"


class Question(Struct, frozen=True, kw_only=True):
    """What a person has to decide or should know of a column. `choices` are the mappings to choose from."""

    column: str
    text: str
    choices: tuple[ColumnMapping, ...] = ()


class Suggestion(Struct, frozen=True, kw_only=True):
    """A mapping of every named column, with what is open in it."""

    columns: tuple[ColumnMapping, ...]
    questions: tuple[Question, ...]


def suggest_columns(header: Sequence[str], sample: Sequence[Sequence[str]]) -> Suggestion:
    """A mapping of every named column; `sample` are some of the file's first records.

    A type is suggested when it reads all values, or of many all but a few, which is said. Formats and
    separators are suggested only when the sample allows no others; else a question offers those it allows.
    Names that occur twice are left out: a mapping could not tell them apart. A column of US states also
    gives the time zone, and a date and a time that stand together a date-time.
    """
    columns: list[ColumnMapping] = []
    questions: list[Question] = []
    states: list[ColumnMapping] = []
    days: set[str] = set()
    keys = [column_key(name) for name in header]
    for index, name in enumerate(header):
        if not keys[index]:
            continue
        if keys.count(keys[index]) > 1:
            if keys.index(keys[index]) == index:
                questions.append(_doubled(trim(name)))
            continue
        values = [record[index] for record in sample if index < len(record) and trim(record[index])]
        taken = {column.field for column in columns}
        column = ColumnMapping(column=trim(name), field=_field_name(name, taken))
        suggested, asked = _suggest(column, values)
        columns.append(suggested)
        questions += asked
        if suggested.type in _ADDRESSES and any(PARTING in value for value in values):
            second = replace(suggested, field=_field_name(f"{name} 2", {*taken, suggested.field}))
            columns.append(second)
            questions.append(_several(suggested, second))
        if column.field == "state":
            states += _zone(column, values)
        if _is_day(suggested, values):
            days.add(column.field)
    has_zone = any(column.type is FieldType.TIME_ZONE or column.field == "time_zone" for column in columns)
    pairs = paired_columns(columns, days)
    questions += [_about_pair(pair, questions) for pair in pairs]
    return Suggestion(columns=(*columns, *pairs, *([] if has_zone else states)), questions=tuple(questions))


def _suggest(column: ColumnMapping, values: Sequence[str]) -> tuple[ColumnMapping, list[Question]]:
    named = types_by_name(_words(column))
    if any(PARTING in value for value in values):
        values = [address for value in values for address in addresses_in(value)]
    for kind in dict.fromkeys([*named, *_types_by_value(column, values)]):
        pattern = _ADDRESSES.get(kind)
        if pattern and (not values or any(pattern.fullmatch(trim(value)) for value in values)):
            return replace(column, type=kind), []
        if pattern or not values:
            continue
        found = readings(replace(column, type=kind), values)
        if found and len(values) - found[0].count <= _tolerated(len(values)):
            return _chosen(column, found, values)
    for kind, pattern in ((FieldType.EMAIL, _EMAIL), (FieldType.PHONE, _INTERNATIONAL)):
        if values and all(pattern.fullmatch(trim(value)) for value in values):
            return replace(column, type=kind), []
    return column, []


def _types_by_value(column: ColumnMapping, values: Sequence[str]) -> list[FieldType]:
    """The types that the values alone may say. A duration looks like a time of day."""
    if all(trim(value).isdecimal() for value in values):
        return []
    are_times = not is_duration(_words(column)) and all(kind_of(value) is CellKind.TIME for value in values)
    return [kind for kind in _BY_VALUE if are_times or kind is not FieldType.TIME]


def _words(column: ColumnMapping) -> str:
    return column.field.replace("_", " ")


def _tolerated(count: int) -> int:
    """How many of so many values may be mistakes."""
    return 0 if count < 5 else max(1, count // 10)


def _chosen(
    column: ColumnMapping, found: Sequence[Reading], values: Sequence[str]
) -> tuple[ColumnMapping, list[Question]]:
    best = found[0]
    equal = [reading for reading in found if reading.count == best.count]
    questions = list(_unread(best, values))
    if best.column.type is FieldType.NUMBER and (marks := _currencies(values)):
        if len(marks) > 1:
            text = f"the amounts are in several currencies ({', '.join(marks)}), so it is text"
            return column, [Question(column=column.column, text=text)]
        text = f"the number is kept without its currency ({marks[0]}): write that in the template"
        questions.append(Question(column=column.column, text=text))
    if len(equal) == 1:
        return best.column, questions
    choices = tuple(reading.column for reading in equal)
    place = _telling(equal)
    meant = " or ".join(f"{reading.read[place]}{_way(reading.column)}" for reading in equal[:_MOST_NAMED])
    text = f"{trim(values[place])[:40]!r} can mean {meant}: choose which"
    undecided = replace(best.column, formats=()) if best.column.formats else best.column
    return undecided, [*questions, Question(column=column.column, text=text, choices=choices)]


def _telling(equal: Sequence[Reading]) -> int:
    """The place of a value that the readings take for different things."""
    places = range(len(equal[0].read))
    return next((place for place in places if len({reading.read[place] for reading in equal}) > 1), 0)


def _way(column: ColumnMapping) -> str:
    if column.type is FieldType.NUMBER:
        return f" (decimal separator {column.decimal_separator})"
    return f" ({', '.join(column.formats)})" if column.formats else ""


def _unread(best: Reading, values: Sequence[str]) -> list[Question]:
    missed = [trim(value)[:40] for value, read in zip(values, best.read, strict=True) if read is None]
    if not missed:
        return []
    kind = best.column.type.value.replace("_", " ")
    shown = ", ".join(repr(value) for value in missed[:_MOST_NAMED])
    text = f"{len(missed)} of {len(values)} values are not read as {kind} ({shown}): such rows are rejected"
    return [Question(column=best.column.column, text=text)]


def _currencies(values: Sequence[str]) -> list[str]:
    return sorted({amount_of(trim(value)).currency for value in values} - {""})


def _several(column: ColumnMapping, second: ColumnMapping) -> Question:
    text = (
        f"some cells hold several addresses (a {PARTING} b): the first valid one is {column.field}, and the "
        f"next one {second.field}"
    )
    return Question(column=column.column, text=text)


def _doubled(name: str) -> Question:
    text = "the name occurs more than once, so neither column is mapped: rename all but one in the file"
    return Question(column=name, text=text)


def _is_day(column: ColumnMapping, values: Sequence[str]) -> bool:
    """Whether the values are days, be they written with midnight, as databases do."""
    if column.type is not FieldType.DATETIME:
        return column.type is FieldType.DATE
    read = next(iter(readings(column, values)), None)
    return read is not None and all(value is None or _MIDNIGHT in value for value in read.read)


def _about_pair(pair: ColumnMapping, questions: Sequence[Question]) -> Question:
    """What is proposed for a date and a time, and how it can be read."""
    open_ones = {question.column: question.choices for question in questions if question.choices}
    text = (
        f"together with {pair.time_column!r} it is the field {pair.field}, a moment that messages can "
        "name and campaigns can end at"
    )
    if pair.column not in open_ones and pair.time_column not in open_ones:
        return Question(column=pair.column, text=text)
    choices = tuple(pair_choices(pair, open_ones))
    return Question(column=pair.column, text=f"{text}: choose how it is read", choices=choices)


def _zone(column: ColumnMapping, values: Sequence[str]) -> list[ColumnMapping]:
    zone = replace(column, field="time_zone", type=FieldType.TIME_ZONE)
    found = readings(zone, values)
    return [zone] if found and len(values) - found[0].count <= _tolerated(len(values)) else []


def _field_name(name: str, taken: set[str]) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "_", plain).strip("_") or "column"
    slug = slug if slug[0].isalpha() else f"column_{slug}"
    number = 1
    unique = slug
    while unique in taken:
        number += 1
        unique = f"{slug}_{number}"
    return unique
