"""A file of refusals: where its addresses stand, and what its cells come to."""

import pytest

from shared.domain.channels.channel import Channel
from shared.domain.contacts.opt_out import opt_out_id
from shared.domain.contacts.opt_out_list import (
    AddressColumns,
    ListedAddress,
    RefusedCell,
    Row,
    find_columns,
    read_row,
    reader_of,
)
from shared.domain.errors import InvalidInput

SMS = Channel("sms")
READ = reader_of(SMS, "US")
ANA, BEN = "(212) 555-0187", "+1 646 555 0188"


def rows(*cells: tuple[str, ...]) -> list[Row]:
    return list(enumerate(cells, start=1))


def found(columns: AddressColumns, *cells: tuple[str, ...]) -> list[str | tuple[int, str, str]]:
    """The addresses, and the refused cells as (row, column, value)."""
    outcomes = [one for row in rows(*cells) for one in read_row(row, columns, SMS, READ)]
    return [
        one.address if isinstance(one, ListedAddress) else (one.row, one.column, one.value)
        for one in outcomes
    ]


def refusal(*cells: tuple[str, ...], column: str | None = None) -> str:
    with pytest.raises(InvalidInput) as caught:
        find_columns(rows(*cells), READ, column)
    (problem,) = caught.value.problems
    assert problem.field == "column"
    return problem.reason


def test_the_column_of_that_name_holds_the_addresses_whatever_its_case() -> None:
    cells = (("Name", "Mobile"), ("Ana", ANA), ("Ben", BEN))
    columns = find_columns(rows(*cells), READ, "mobile")
    assert columns == AddressColumns(header_row=1, names={1: "Mobile"})
    assert found(columns, *cells) == ["+12125550187", "+16465550188"]


def test_the_header_may_stand_below_a_title() -> None:
    cells = (("People who said no",), ("Name", "Mobile"), ("Ana", ANA))
    columns = find_columns(rows(*cells), READ, "Mobile")
    assert columns == AddressColumns(header_row=2, names={1: "Mobile"})
    assert found(columns, *cells) == ["+12125550187"]


def test_without_a_name_the_column_whose_cells_are_addresses() -> None:
    cells = (("Name", "Mobile", "Since"), ("Ana", ANA, "2026"), ("Ben", BEN, "2026"))
    columns = find_columns(rows(*cells), READ, None)
    assert columns == AddressColumns(header_row=1, names={1: "Mobile"})


def test_a_list_without_a_header_is_read_from_its_first_row() -> None:
    cells = ((ANA, "Ana"), (BEN, "Ben"))
    columns = find_columns(rows(*cells), READ, None)
    assert columns == AddressColumns(header_row=0, names={}, others=frozenset({1}))
    assert found(columns, *cells) == ["+12125550187", "+16465550188"]


def test_without_a_header_later_rows_may_be_longer_and_their_cells_are_looked_at() -> None:
    columns = find_columns(rows((ANA,), (BEN,)), READ, None)
    assert found(columns, (ANA, "", " "), (BEN, ANA)) == ["+12125550187", "+16465550188", "+12125550187"]
    assert found(columns, ("none",)) == [(1, "A", "none")]
    assert found(columns, ("", "none")) == [(1, "B", "none")]


def test_half_of_a_columns_filled_cells_must_be_addresses() -> None:
    half = (("Name", "Mobile"), ("Ana", ANA), ("Ben", "none"), ("Cy", ""))
    assert find_columns(rows(*half), READ, None).names == {1: "Mobile"}
    third = (("Name", "Mobile"), ("Ana", ANA), ("Ben", "none"), ("Cy", "none"))
    assert "they seem to be in: none" in refusal(*third)


def test_of_two_columns_with_addresses_one_is_to_be_named() -> None:
    reason = refusal(("Name", "Home", "Mobile"), ("Ana", ANA, BEN))
    assert "'Home', 'Mobile'" in reason
    assert reason.endswith("its columns are: 'Name', 'Home', 'Mobile'")


def test_a_column_without_a_name_is_known_by_its_letter() -> None:
    cells = (("Name", " "), ("Ana", ANA))
    assert find_columns(rows(*cells), READ, None).names == {1: "B"}
    assert find_columns(rows(("Name",), ("Ana", ANA)), READ, None).names == {1: "B"}


def test_no_address_in_the_first_rows_is_refused_with_the_columns_there_are() -> None:
    assert refusal(("Name", "Mobile"), ("Ana", "none")) == (
        "none of the first rows holds an address; its columns are: 'Name', 'Mobile'"
    )


def test_a_column_that_is_not_there_is_refused_with_those_that_are() -> None:
    reason = refusal(("Name", "Mobile"), ("Ana", ANA), column="Cell")
    assert reason == "the file has no column 'Cell'; its columns are: 'Name', 'Mobile'"


def test_a_column_that_is_there_twice_is_refused() -> None:
    assert "more than once" in refusal(("Mobile", "mobile"), (ANA, BEN), column="Mobile")


def test_an_address_is_listed_under_the_id_of_its_refusal() -> None:
    columns = AddressColumns(header_row=1, names={0: "Mobile"})
    assert list(read_row((2, (ANA,)), columns, SMS, READ)) == [
        ListedAddress(opt_out_id=opt_out_id(SMS, "+12125550187"), address="+12125550187")
    ]


def test_an_empty_cell_of_the_named_column_is_refused_as_it_may_be_somebody() -> None:
    columns = AddressColumns(header_row=1, names={1: "Mobile"})
    (refused,) = read_row((2, ("Ana",)), columns, SMS, READ)
    assert isinstance(refused, RefusedCell)
    assert (refused.row, refused.column, refused.value) == (2, "Mobile", "")
    assert refused.reason


def test_a_long_cell_is_shown_by_its_first_hundred_characters() -> None:
    columns = AddressColumns(header_row=1, names={0: "Mobile"})
    assert found(columns, ("Mobile",), ("x" * 101,)) == [(2, "Mobile", "x" * 100)]


def test_a_number_that_is_only_possible_is_taken_as_a_refusal_harms_nobody() -> None:
    assert READ("+1 729 555 0187") == "+17295550187"
