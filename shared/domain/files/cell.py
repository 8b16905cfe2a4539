"""A cell of an uploaded file, before it is cleaned."""

import re

# Bytes that could not be decoded are carried as lone surrogates (PEP 383).
UNREADABLE = re.compile("[\ud800-\udfff]")
LOST = "\ufffd"  # stands for a character that was lost, here or in the program that wrote the file
_BROKEN = re.compile(f"[\ud800-\udfff{LOST}]")
_HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_PICTURES = {code: 0x2400 + code for code in range(0x20)} | {0x7F: 0x2421}
_OTHER_PICTURE = 0x2426  # for the controls above 0x7f, which have no picture of their own
# What spreadsheet programs show, and save as CSV, in place of a value that cannot be calculated; and # alone
# for one that its column is too narrow to show. As in seven languages:
# https://support.microsoft.com/en-us/office/error-type-function-10958677-7c8d-44f7-ae77-b9a9ee6eefaa
_ERROR = re.compile(
    r"#(?:N/[ADB]|NV|GETTING_DATA|[¡¿]?(?:DIV/0|DEEL/0|NULL|NUL|NULO|NULLO|LEEG|VALUE|WERT|VALEUR|VALOR|VALORE|"
    r"WAARDE|REF|BEZUG|RIF|VERW|NAME|NOM|NOMBRE|NOME|NAAM|NUM|NÚM|ZAHL|GETAL|SPILL|ÜBERLAUF|CALC|FIELD|BLOCKED|"
    r"CONNECT|BUSY|UNKNOWN|EXTERNAL|PYTHON|TIMEOUT|ERROR)[!?])|#{3,}|(?:Err|Fehler):\d{3}"
)


class CellRejected(Exception):
    """A cell does not fit its field; the text says why and how to mend it, without the value.

    `place` tells which cell is at fault of a field that is read from two: 0 the date, 1 the time.
    """

    def __init__(self, reason: str, *, place: int = 0) -> None:
        super().__init__(reason)
        self.place = place


class TypedCell(str):
    """A spreadsheet cell that held a number, date, time or boolean, not text.

    The text is its value: a plain decimal, ISO 8601, or true/false, whatever formats and separators the
    source has. `shown` is what people see in the sheet, such as $1,234.50 or 00042.
    """

    __slots__ = ("shown",)
    shown: str

    def __new__(cls, value: str, shown: str | None = None) -> "TypedCell":
        """A cell that shows its value unless something else is given."""
        cell = super().__new__(cls, value)
        cell.shown = value if shown is None else shown
        return cell


def is_unreadable(cell: str) -> bool:
    """Whether characters of the cell are lost: without a meaning in the file's encoding, or U+FFFD.

    Neither can be sent by mistake; as U+FFFD they stay recognizable in a rejected-rows file.
    """
    return not cell.isascii() and _BROKEN.search(cell) is not None


def is_error(text: str) -> bool:
    """Whether the trimmed cell is the word of a spreadsheet program for "there is no value here"."""
    return text[:1] in "#EF" and _ERROR.fullmatch(text) is not None


def shown(cell: str) -> str:
    """The cell as text that can be stored and shown: U+FFFD for what is lost, a picture for each control.

    `clean_cell` judges pictures as it judges what they stand for, so a rejected row that comes back
    as it was is rejected again.
    """
    if cell.isprintable():
        return str(cell)
    return _HIDDEN.sub(_picture, UNREADABLE.sub(LOST, cell))


def _picture(match: re.Match[str]) -> str:
    return chr(_PICTURES.get(ord(match[0]), _OTHER_PICTURE))
