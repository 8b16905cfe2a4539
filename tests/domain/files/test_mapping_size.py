"""A mapping is bounded before its formats are tried, which takes a millisecond each."""

import pytest

from shared.domain.errors import InvalidInput
from shared.domain.files.check_columns import FORMATS, MAPPING_BYTES, check_columns
from shared.domain.files.source import ColumnMapping, FieldType
from tests.kit.work import counting_calls


def a_column(number: int, name: str = "Column", formats: tuple[str, ...] = ()) -> ColumnMapping:
    kind = FieldType.DATE if formats else FieldType.TEXT
    return ColumnMapping(column=f"{name} {number}", field=f"field_{number}", type=kind, formats=formats)


def columns_with(formats: int) -> list[ColumnMapping]:
    names = [f"%m/%d/%Y {number}" for number in range(formats)]
    return [a_column(index, formats=tuple(names[index : index + 20])) for index in range(0, formats, 20)]


def test_more_formats_than_are_taken_are_refused_untried() -> None:
    check_columns(columns_with(FORMATS))

    def refuse() -> str:
        with pytest.raises(InvalidInput) as caught:
            check_columns(columns_with(10_000))
        return str(caught.value)

    reason, calls = counting_calls(refuse)
    assert "columns: have 10,000 different formats; 200 are taken" in reason
    assert calls < 200_000


def test_the_same_format_again_counts_once() -> None:
    formats = tuple(f"%m/%d/%Y {number}" for number in range(20))
    check_columns([a_column(number, formats=formats) for number in range(500)])


def test_names_that_would_fill_the_stored_document_are_refused() -> None:
    check_columns([a_column(number, "€" * 100) for number in range(500)])
    with pytest.raises(InvalidInput, match=f"{MAPPING_BYTES:,} are taken"):
        check_columns([a_column(number, "€" * 130) for number in range(500)])
