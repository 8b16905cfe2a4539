"""What Twilio takes as a sender beside a phone number: a short code, or a messaging service."""

import re

# https://www.twilio.com/docs/messaging/api/service-resource
_SERVICE = re.compile(r"MG[0-9a-fA-F]{32}")
# Five or six digits (https://www.twilio.com/docs/sms/api/short-codes); some countries have shorter ones.
_SHORT_CODE = re.compile(r"[0-9]{3,6}")

OWN_FORMS = (
    "A Twilio sender is a number such as +12125550100, a short code's digits alone, such as 12345, or a "
    "messaging service's SID: MG and 32 hexadecimal digits."
)


def own_address(text: str) -> str | None:
    """The short code or messaging service in `text`; None for any other text, such as a phone number."""
    text = text.strip()
    return text if is_service(text) or is_short_code(text) else None


def is_service(address: str) -> bool:
    """Whether it is a messaging service, which sends from the numbers of its pool."""
    return _SERVICE.fullmatch(address) is not None


def is_short_code(address: str) -> bool:
    """Whether it is a short code: digits without a country."""
    return _SHORT_CODE.fullmatch(address) is not None
