"""Amounts of money as people write them: the number, and the currency beside it."""

import re
from typing import NamedTuple

# Signs, and the ISO 4217 codes of currencies that amounts here are likely to be in.
_CURRENCY = (
    r"(?:US|CA|AU|NZ|HK|C|A|R|S)?\$|[€£¥₹₪₩₱₺]|zł|Kč|kr\.?|Fr\.|"
    "(?:USD|EUR|GBP|CAD|AUD|NZD|MXN|CHF|JPY|CNY|INR|SEK|NOK|DKK|PLN|CZK|HUF|RON|BGN|BRL|ZAR|SGD|HKD|ILS|TRY|"
    "AED|SAR|COP|CLP|ARS|PEN|KRW|THB|PHP|IDR|MYR)"
)
_AMOUNT = re.compile(
    rf"(?P<open>\()?(?P<outer>[+-]?)\s*(?P<before>{_CURRENCY})?\s*(?P<inner>[+-]?)"
    rf"(?P<number>[.,]?\d(?:.*\d)?)\s*(?P<after>{_CURRENCY})?(?P<close>\))?"
)


class Amount(NamedTuple):
    """A number as it is written, with its sign, and its currency; "" for none."""

    number: str
    currency: str


def amount_of(text: str) -> Amount:
    """The amount in a trimmed cell; what is none comes back as it is.

    A currency stands before or after the number, and a number in brackets is negative, as in accounting.
    """
    match = _AMOUNT.fullmatch(text)
    if match is None:
        return Amount(text, "")
    in_brackets = bool(match["open"]) and bool(match["close"])
    signs = match["outer"] + match["inner"] + ("-" if in_brackets else "")
    if bool(match["open"]) != bool(match["close"]) or len(signs) > 1 or (match["before"] and match["after"]):
        return Amount(text, "")
    return Amount(signs + match["number"], match["before"] or match["after"] or "")
