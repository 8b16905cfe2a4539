"""Cells with several phone numbers or emails, as Google Contacts exports them: a ::: b."""

PARTING = ":::"


def addresses_in(cell: str) -> list[str]:
    """The addresses of a cell; one, unless it is parted."""
    if PARTING not in cell:
        return [cell]
    return list(dict.fromkeys(part for one in cell.split(PARTING) if (part := one.strip())))
