"""What in a row filter could never work."""

from collections.abc import Iterator, Mapping
from datetime import date

from shared.domain.errors import Problem
from shared.domain.files.cell import CellRejected
from shared.domain.files.judge_rows import DATES, MOST_DAYS, wanted_value
from shared.domain.files.row_filter import OF_NOTHING, OF_SEVERAL, ConditionTest, RowCondition, RowFilter
from shared.domain.files.source import FieldType

VALUE_BYTES = 50_000  # of one filter, which is stored with its source or campaign in one document

_T = ConditionTest
_SPANS = (
    _T.IN_NEXT_DAYS,
    _T.IN_LAST_DAYS,
    _T.ANNIVERSARY_IN_NEXT_DAYS,
    _T.ANNIVERSARY_IN_LAST_DAYS,
)
_TEXTS = (FieldType.TEXT, FieldType.EMAIL, FieldType.PHONE)
# Which types a test can be asked of, as people are told; those that are not here go with all.
_KINDS: Mapping[ConditionTest, tuple[tuple[FieldType, ...], str]] = {
    _T.CONTAINS: (_TEXTS, "texts"),
    _T.DOES_NOT_CONTAIN: (_TEXTS, "texts"),
    _T.BEFORE: ((*DATES, FieldType.TIME), "dates and times"),
    _T.AFTER: ((*DATES, FieldType.TIME), "dates and times"),
    _T.MORE_THAN: ((FieldType.NUMBER,), "numbers"),
    _T.LESS_THAN: ((FieldType.NUMBER,), "numbers"),
    _T.IN_NEXT_DAYS: (DATES, "dates"),
    _T.IN_LAST_DAYS: (DATES, "dates"),
    _T.ANNIVERSARY_IN_NEXT_DAYS: (DATES, "dates"),
    _T.ANNIVERSARY_IN_LAST_DAYS: (DATES, "dates"),
}
_SOME_DAY = date(2026, 1, 31)  # whichever day is today, a text that means a day means one


def check_row_filter(
    row_filter: RowFilter | None, types: Mapping[str, FieldType], *, takes_columns: bool = False
) -> Iterator[Problem]:
    """What is wrong with a filter for rows whose fields have these `types`.

    A source's filter may also ask for columns of the file, which are texts.
    """
    if row_filter is None:
        return
    size = sum(
        len(text.encode(errors="surrogatepass")) for one in row_filter.conditions for text in one.wanted
    )
    if size > VALUE_BYTES:
        reason = f"compare with values of {size:,} bytes in all; {VALUE_BYTES:,} are taken"
        yield Problem(field="row_filter.conditions", reason=reason)
    if not row_filter.conditions:
        yield Problem(field="row_filter.conditions", reason="give at least one condition")
    for index, condition in enumerate(row_filter.conditions):
        where = f"row_filter.conditions[{index}]"
        kind = FieldType.TEXT if condition.field is None else types.get(condition.field)
        if fault := _name_fault(condition, kind, types, takes_columns=takes_columns):
            yield Problem(field=f"{where}.{'field' if condition.column is None else 'column'}", reason=fault)
        elif kind is not None:
            yield from check_condition(where, condition, kind)


def _name_fault(
    condition: RowCondition,
    kind: FieldType | None,
    types: Mapping[str, FieldType],
    *,
    takes_columns: bool,
) -> str | None:
    if (condition.field is None) is (condition.column is None):
        return "name one field, or one column of the file" if takes_columns else "name one field"
    if condition.column is not None and not takes_columns:
        return "only a source's row filter reads columns; name a field of the source"
    if kind is None:
        return f"{condition.field!r} is not a field of the source; it has: {', '.join(types)}"
    return None


def check_condition(where: str, condition: RowCondition, kind: FieldType) -> Iterator[Problem]:
    """What is wrong with one condition on a field of this kind. `where` is its place in what was sent."""
    test, kinds = condition.test, _KINDS.get(condition.test)
    shown = test.replace("_", " ")
    if kinds is not None and kind not in kinds[0]:
        named = f"{condition.name!r} is {'a column, read as text' if condition.column else kind}"
        yield Problem(field=f"{where}.test", reason=f"{shown!r} is for {kinds[1]}, and {named}")
        return
    takes_value, takes_values = test not in OF_NOTHING | OF_SEVERAL, test in OF_SEVERAL
    if takes_value is (condition.value is None):
        reason = f"say what {shown!r} compares with" if takes_value else f"{shown!r} takes no value"
        yield Problem(field=f"{where}.value", reason=reason)
    elif takes_values is not bool(condition.values):
        reason = "give at least one value" if takes_values else f"{shown!r} takes no list of values"
        yield Problem(field=f"{where}.values", reason=reason)
    else:
        yield from _value_problems(where, condition, kind)


def _value_problems(where: str, condition: RowCondition, kind: FieldType) -> Iterator[Problem]:
    for index, text in enumerate(condition.wanted):
        if fault := _value_fault(condition.test, text, kind):
            place = "value" if condition.value is not None else f"values[{index}]"
            yield Problem(field=f"{where}.{place}", reason=f"{text[:50]!r} {fault}")


def _value_fault(test: ConditionTest, text: str, kind: FieldType) -> str | None:
    if test in _SPANS:
        is_count = text.isascii() and text.isdigit() and len(text) < 5 and int(text) <= MOST_DAYS
        return None if is_count else f"is not a number of days from 0 to {MOST_DAYS}"
    if not text.strip():
        return "is empty; ask for is_empty or is_not_empty"
    try:
        wanted_value(text, kind, _SOME_DAY)
    except CellRejected as rejection:
        return str(rejection)
    return None
