"""The address of a file beside a text: what it must be like before anybody asks there."""

from shared.domain.errors import InvalidInput
from shared.domain.events.endpoint_url import check_url


def fault_of(link: str, *, allows_local: bool) -> str | None:
    """Why no file can be fetched there; None when it could. What the name leads to is checked when asking."""
    if not link.isascii() or not link.isprintable() or " " in link:
        return "The address has blanks or characters that must be written as %20 and the like."
    try:
        check_url(link, allows_local=allows_local)
    except InvalidInput as invalid:
        return f"The address {invalid.problems[0].reason}."
    return None
