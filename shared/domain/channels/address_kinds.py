"""Kinds of addresses: how a text becomes the one form of its address, and how that is recognised elsewhere.

What a kind needs beside this module (tables of phone numbers and the like) it imports in its functions: most
entry points know channels, but read no addresses.
"""

import re
from abc import ABC, abstractmethod
from typing import ClassVar

from shared.domain.channels.phone_spellings import one_spelling, spellings
from shared.domain.errors import RollcallError

ADDRESS_CHARACTERS = 320  # an email address at its longest (RFC 3696 erratum 1690); no other is longer

# Spreadsheets and address books put direction marks and zero-width spaces around numbers.
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff"))
_NOT_DIGITS = re.compile(r"\D")
# Ids of people towards a page have 15 to 17 digits, old pages fewer; phone numbers in use have 13 at most.
_LEAST_NAMED, _LEAST_ALONE, _MOST_ID_DIGITS = 5, 14, 25
_CHANNEL_BEFORE = re.compile(r"[a-z]+:")
_LEAST_DIGITS = 7  # of a number that is looked for in a text: a shorter one would be found everywhere


class AddressInvalid(RollcallError):
    """The text is no address we could send to; `reason` is a sentence for the row's owner."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class AddressKind(ABC):
    """What channels share that reach people at the same kind of address.

    `name` is how errors call it ("phone not valid"); `example` is an address in its one form.
    """

    name: ClassVar[str]
    example: ClassVar[str]

    @abstractmethod
    def normalize(self, text: str, region: str, *, allows_possible: bool = False) -> str:
        """The one form of the address in `text`. `region` (ISO 3166) holds where the text names no country.

        `allows_possible`: also an address that may exist, though nothing is known of it.
        Raises AddressInvalid; the text is not in the reason.
        """

    def received(self, text: str, region: str = "") -> str:
        """The address in what a provider says of who wrote, or was written to, as `normalize` would give it.

        `region` holds where the text names no country. What is no address of this kind stays as it is.
        """
        return visible(text)

    def key(self, address: str) -> str:
        """Equal for addresses at which the same person is reached. `address` is in its one form."""
        return address.casefold()

    def spellings(self, address: str) -> tuple[str, ...]:
        """Every form in which messages and refusals may hold the address, the best of them first."""
        return tuple(dict.fromkeys((address, self.key(address))))

    def is_same(self, one: str, other: str) -> bool:
        """Whether both reach the same person, however providers write them."""
        return self.key(self.received(one)) == self.key(self.received(other))

    def is_in(self, address: str, text: str) -> bool:
        """Whether `text` holds the address, however it is written there."""
        return self.key(address) in self.key(text)

    def cell_forms(self, address: str) -> tuple[str, ...]:
        """The address as cells hold it: in lower case, or its digits alone."""
        return (self.key(address),)

    def spelling(self, text: str) -> str | None:
        """What messages keep of the address in a row's `text`, when that may differ from its one form."""
        return None

    def zones(self, address: str) -> tuple[str, ...]:
        """The IANA zones in which whom the address reaches may be; empty when it does not say."""
        return ()

    def place(self, address: str) -> str | None:
        """The place whose law holds there: a country such as CA, or a state such as US-FL; None: unknown."""
        return None


class PhoneNumber(AddressKind):
    """A number in E.164."""

    name = "phone"
    example = "+12125550187"

    def normalize(self, text: str, region: str, *, allows_possible: bool = False) -> str:
        """As AddressKind says."""
        from shared.domain.channels.phone_numbers import normalize_phone

        return normalize_phone(text, region, allows_possible=allows_possible)

    def received(self, text: str, region: str = "") -> str:
        """As AddressKind says; without the name of a channel before it (whatsapp:)."""
        from shared.domain.channels.received_phones import received_phone

        return received_phone(text, region)

    def key(self, address: str) -> str:
        """One spelling of those that one phone may have."""
        return one_spelling(address.casefold())

    def spellings(self, address: str) -> tuple[str, ...]:
        """As AddressKind says."""
        return tuple(dict.fromkeys((*spellings(address), address)))

    def is_in(self, address: str, text: str) -> bool:
        """By its digits within the country: (212) 555-0187 is +12125550187."""
        from shared.domain.channels.phone_numbers import national_digits

        digits = _NOT_DIGITS.sub("", text)
        nationals = map(national_digits, self.spellings(address))
        return any(len(national) >= _LEAST_DIGITS and national in digits for national in nationals)

    def cell_forms(self, address: str) -> tuple[str, ...]:
        """With its country's code and without."""
        from shared.domain.channels.phone_numbers import national_digits

        return (_NOT_DIGITS.sub("", address), national_digits(address).lstrip("0"))

    def zones(self, address: str) -> tuple[str, ...]:
        """By country, area and exchange."""
        from shared.domain.channels.phone_numbers import zones_of_phone

        return zones_of_phone(address)

    def place(self, address: str) -> str | None:
        """By country and area code."""
        from shared.domain.channels.phone_numbers import place_of_phone

        return place_of_phone(address)


class EmailAddress(AddressKind):
    """An email address with its domain in lower-case ASCII; compared without case.

    Dots count, and what follows a plus sign: whether two such addresses are one mailbox, its server knows.
    """

    name = "email"
    example = "name@example.com"

    def normalize(self, text: str, region: str, *, allows_possible: bool = False) -> str:
        """As AddressKind says."""
        from shared.domain.channels.email_addresses import normalize_email
        from shared.domain.channels.plain_emails import plain_email

        return plain_email(text) or normalize_email(text, allows_possible=allows_possible)

    def received(self, text: str, region: str = "") -> str:
        """As AddressKind says; without the name beside it (Ana <ana@example.com>)."""
        from shared.domain.channels.email_addresses import received_email

        return received_email(text)

    def spelling(self, text: str) -> str | None:
        """The local part keeps its case in messages."""
        local, _, domain = text.strip().rpartition("@")
        return f"{local}@{domain.lower()}"


class PageScopedId(AddressKind):
    """What Meta calls a person by towards one page, and no other: digits. Pages have such ids too.

    Without a name of a channel before it (messenger:) only a long one is taken: a phone number that has a
    fault is no such id. https://developers.facebook.com/docs/messenger-platform/identity
    """

    name = "page-scoped id"
    example = "5551234567890123"

    def normalize(self, text: str, region: str, *, allows_possible: bool = False) -> str:
        """As AddressKind says."""
        digits, is_named = _without_channel(visible(text))
        least = _LEAST_NAMED if is_named else _LEAST_ALONE
        if digits.isascii() and digits.isdecimal() and least <= len(digits) <= _MOST_ID_DIGITS:
            return digits
        raise AddressInvalid(
            f"It is no page-scoped id: {_LEAST_ALONE} to {_MOST_ID_DIGITS} digits, such as {self.example}."
        )

    def received(self, text: str, region: str = "") -> str:
        """As AddressKind says; without the name of a channel before it (messenger:)."""
        return _without_channel(visible(text))[0]


PHONE_NUMBER = PhoneNumber()
EMAIL_ADDRESS = EmailAddress()
PAGE_SCOPED_ID = PageScopedId()


def visible(text: str) -> str:
    """The text without what cannot be seen in it, and without blanks around it."""
    return text.translate(_INVISIBLE).strip()


def _without_channel(text: str) -> tuple[str, bool]:
    """The text without the name of a channel before it, and whether there was one."""
    rest = _CHANNEL_BEFORE.sub("", text, count=1)
    return rest, rest != text
