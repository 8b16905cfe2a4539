"""What cells look like, whatever their column is called."""

import pytest

from shared.domain.files.cell_kinds import CellKind, kind_of


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
