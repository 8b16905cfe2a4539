"""Cells that spreadsheet programs would take for formulas, made harmless in exports and restored on import.

Restored in every file, not only in our own: people take the reason column away, or save as another kind,
and other programs defuse likewise. Texts that truly begin with an apostrophe before such a sign are unknown.

https://owasp.org/www-community/attacks/CSV_Injection
"""

import re

_FORMULA = "[=+\\-@\t\r\n＝＋－＠]"
# Cells that already look defused are prefixed once more, so that undoing gives back exactly what was.
_DANGEROUS = re.compile(f"'*{_FORMULA}")
_DEFUSED = re.compile(f"'+{_FORMULA}")


def defuse(cell: str) -> str:
    """The cell with an apostrophe before it, if a spreadsheet program might calculate it."""
    return f"'{cell}" if _DANGEROUS.match(cell) else cell


def unmistakable(cell: str) -> str:
    """A cell that is text for certain, so that `restore` gives it back: what looks defused is once more."""
    return f"'{cell}" if _DEFUSED.match(cell) else cell


def restore(cell: str) -> str:
    """What the cell was before `defuse`."""
    return cell[1:] if cell[:1] == "'" and _DEFUSED.match(cell) else cell
