"""What cells look like, whatever their column is called."""

import pytest

from shared.domain.files.cell_kinds import CellKind, are_alike, fits, kind_of, main_kind
from shared.domain.files.source import FieldType


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (("", "  ", "\u200b"), CellKind.EMPTY),
        (("ana@example-clinic.com",), CellKind.EMAIL),
        (("(212) 555-0187", "+44 20 7946 0018", "01.23.45.67.89", "030/901820"), CellKind.PHONE),
        (("2125550187",), CellKind.DIGITS),
        (
            (
                "07/05/2027", "5.7.27", "2027-07-05T14:30:00", "Jul 5, 2027", "5 juillet 2027", "5-Jul-27",
                "Mon, July 5, 2027", "7/5/2027 2:30 PM",
            ),
            CellKind.DATE,
        ),
        (("14:30", "2:30 pm", "9:05:00"), CellKind.TIME),
        (("42", "1,234.50", "$34.30", "-12", "45 USD", "1.234.567,89"), CellKind.NUMBER),
        (("yes", "N", "Sí", "Nein"), CellKind.YES_NO),
        (("Ana Lee", "n/a", "Dr Vega"), CellKind.WORDS),
        (("A-1042", "12 Main St", "Room 3b"), CellKind.CODE),
    ],
)  # fmt: skip
def test_the_look_of_a_cell(cells: tuple[str, ...], kind: CellKind) -> None:
    assert {cell: kind_of(cell) for cell in cells} == dict.fromkeys(cells, kind)


@pytest.mark.parametrize(
    ("kinds", "least", "kind"),
    [
        ({CellKind.WORDS: 1, CellKind.PHONE: 9}, 1, CellKind.PHONE),
        ({CellKind.WORDS: 4, CellKind.PHONE: 6}, 1, CellKind.PHONE),
        ({CellKind.WORDS: 5, CellKind.PHONE: 6}, 1, None),
        ({CellKind.PHONE: 2}, 3, None),
        ({CellKind.PHONE: 3}, 3, CellKind.PHONE),
        ({}, 1, None),
        ({}, 0, None),
    ],
)
def test_the_kind_of_most_cells(kinds: dict[CellKind, int], least: int, kind: CellKind | None) -> None:
    assert main_kind(kinds, least=least) is kind


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (CellKind.DIGITS, CellKind.PHONE, True),
        (CellKind.NUMBER, CellKind.DIGITS, True),
        (CellKind.DIGITS, CellKind.CODE, True),
        (CellKind.DIGITS, CellKind.WORDS, False),
        (CellKind.PHONE, CellKind.NUMBER, False),
        (CellKind.PHONE, CellKind.PHONE, True),
    ],
)
def test_the_same_thing_may_look_both_ways(one: CellKind, other: CellKind, alike: bool) -> None:
    assert are_alike(one, other) is are_alike(other, one) is alike


def test_anything_may_be_text_and_a_phone_only_what_looks_so() -> None:
    assert all(fits(kind, FieldType.TEXT) for kind in CellKind)
    assert {kind for kind in CellKind if fits(kind, FieldType.PHONE)} == {CellKind.PHONE, CellKind.DIGITS}
