"""A cell of an uploaded file, before it is cleaned."""

import re

UNREADABLE = re.compile("[\udc80-\udcff]")


class TypedCell(str):
    """Text of a spreadsheet cell that held a number, date, time or boolean, not text.

    It is a plain decimal, ISO 8601, or true/false, whatever formats and separators the source has.
    """

    __slots__ = ()


def is_unreadable(cell: str) -> bool:
    """Whether some bytes of the cell have no meaning in the file's encoding.

    Such bytes are carried as lone surrogates (PEP 383), so they can be neither stored nor sent by mistake.
    """
    return not cell.isascii() and UNREADABLE.search(cell) is not None


def shown(cell: str) -> str:
    r"""The cell as text that can be stored. Bytes that could not be read are spelled out, as in caf\xe9."""
    if not is_unreadable(cell):
        return str(cell)
    return cell.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
