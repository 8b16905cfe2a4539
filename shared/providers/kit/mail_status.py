"""What a mail server's enhanced status code (RFC 3463) says of an address."""

import re

# Codes of permanent failures though the mailbox may be there tomorrow: full, a text too long, a system or
# network in trouble, a sender or a text that is refused. 5.4.1 is none of them: Microsoft's servers say it
# of a recipient they do not know.
SOFT = re.compile(r"5\.(?:1\.[78]|2\.[234]|3\.\d+|4\.(?!1$|4$)\d+|6\.\d+|7\.\d+)")
ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")


def status_in(text: str) -> str:
    """The first enhanced status code in a text; empty where there is none."""
    found = ENHANCED.search(text)
    return found[1] if found else ""


def is_gone(status: str) -> bool:
    """Whether the status says that nothing will ever reach the address."""
    return status.startswith("5") and not SOFT.fullmatch(status)
