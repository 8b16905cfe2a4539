"""Several texts in one cell, as CSV has several cells in one line: what holds a separator is quoted."""

import re

SEPARATORS = ",;|\n"
_QUOTED = re.compile(f'[{SEPARATORS}"]|^\\s|\\s$')


class ListCellFault(ValueError):
    """The cell cannot be parted; the text says why."""


def joined(texts: tuple[str, ...]) -> str:
    """The texts in one cell, which `parted` parts again whatever they hold."""
    return ", ".join(_quoted(text) for text in texts)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


def parted(cell: str, separator: str = "") -> list[str]:
    """The texts of a cell, without empty ones. Without a separator, commas, semicolons, bars and lines part.

    Raises ListCellFault for a quotation mark that is not closed.
    """
    if '"' not in cell:
        parts = cell.split(separator) if separator else re.split(f"[{SEPARATORS}]", cell)
        return [text for part in parts if (text := part.strip())]
    found, at = [], 0
    while at < len(cell):
        text, at = _next(cell, at, separator)
        if text:
            found.append(text)
    return found


def _next(cell: str, at: int, separator: str) -> tuple[str, int]:
    """The text that begins here, and where the one after it begins."""
    while at < len(cell) and cell[at] == " ":
        at += 1
    text = ""
    if cell[at : at + 1] == '"':
        text, at = _to_quote(cell, at + 1)
    start = at
    while at < len(cell) and not _parts(cell, at, separator):
        at += 1
    return text + cell[start:at].strip(), at + (len(separator) or 1)


def _parts(cell: str, at: int, separator: str) -> bool:
    return cell.startswith(separator, at) if separator else cell[at] in SEPARATORS


def _to_quote(cell: str, at: int) -> tuple[str, int]:
    """The text up to the mark that closes it."""
    text = ""
    while (end := cell.find('"', at)) >= 0:
        text += cell[at:end]
        if cell[end + 1 : end + 2] != '"':
            return text, end + 1
        text, at = text + '"', end + 2
    raise ListCellFault('has a quotation mark that is not closed; write "" for a mark within a quoted text')
