"""Takes out of a text what no log may hold: numbers, mail addresses, keys and known secrets.

A second wall. The first is that nothing of the kind is logged; this one is for the texts of others, such as a
provider's error that quotes the number it is about.
"""

import re
from collections.abc import Iterable

NUMBER, ADDRESS, SECRET = "[number]", "[address]", "[secret]"
SHORTEST_SECRET = 6  # less would take harmless words apart

_ADDRESS = re.compile(r"[\w.+-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_KEY = re.compile(
    r"""(?ix) \b bearer \s+ [\w.~+/=-]+
      | \b rk_[\w-]+                              # our API keys
      | \b SG\.[\w.-]+                            # SendGrid's
      | \b A(?:KIA|SIA)[A-Z0-9]{12,}              # Amazon's
      | (?<=[?&]token=) [^&\s"']+                 # what the local stack's callers carry
    """
)
# As E.164 (+, or %2B in addresses), as people write it, and as bare digits. Digits inside a word, an id or a
# decimal number are none.
_NUMBER = re.compile(
    r"""(?ix) (?: \+ | %2B ) \d (?: [ .()-]{0,2} \d ){6,14}
      | (?<![\w.-]) \(? \d{3} \)? [ .-]{1,2} \d{3} [ .-] \d{4} (?![\w-])
      | (?<![\w.-]) \d{10,15} (?![\w-] | \.\d)
    """
)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without any of `secrets`, and without what looks like a key, an address or a number."""
    for secret in secrets:
        text = text.replace(secret, SECRET)
    return _NUMBER.sub(NUMBER, _ADDRESS.sub(ADDRESS, _KEY.sub(SECRET, text)))
