"""Phone numbers and emails of one person, in the order in which they are tried."""

from collections.abc import Iterable

from msgspec import Struct, field

_TELLING = 10  # digits


class Person(Struct):
    """Somebody an appointment is with."""

    name: str = ""
    phones: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)

    def cells(self) -> dict[str, str]:
        """The person's cells: the first two different numbers and emails."""
        phones, emails = _different(self.phones), _different(self.emails)
        return {
            "name": self.name,
            "phone": phones[0],
            "phone_2": phones[1],
            "email": emails[0],
            "email_2": emails[1],
        }


def _different(addresses: Iterable[str]) -> tuple[str, str]:
    found = {_compared(address): address.strip() for address in reversed(list(addresses))}
    first, second, *_ = [*reversed([address for address in found.values() if address]), "", ""]
    return first, second


def _compared(address: str) -> str:
    """Equal for spellings of one address: of a number its last digits tell, as a country may be left out."""
    digits = "".join(filter(str.isdigit, address))
    return "".join(address.split()).casefold() if "@" in address else digits[-_TELLING:] or address


def with_scheme(text: str) -> tuple[str, str]:
    """The scheme and the rest of `mailto:ana@example.com` or `tel:+12125550187`; "" where there is none."""
    scheme, colon, rest = text.strip().partition(":")
    return (scheme.casefold(), rest.partition("?")[0].strip()) if colon else ("", text.strip())
