"""How columns are named: by their header, and by their letters."""

from shared.domain.files.characters import trim


def column_key(name: str) -> str:
    """What two names of the same column have in common."""
    return " ".join(trim(name).split()).casefold()


def column_letters(index: int) -> str:
    """A column's letters in a spreadsheet: 0 is A, 26 is AA."""
    letters = ""
    while index >= 0:
        letters = chr(ord("A") + index % 26) + letters
        index = index // 26 - 1
    return letters
