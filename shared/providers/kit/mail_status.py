"""What a mail server's enhanced status code (RFC 3463) says of an address."""

import re

# Codes of permanent failures though the mailbox may be there tomorrow: full, a text too long, a system or
# network in trouble, a sender or a text that is refused. 5.4.1 is none of them: Microsoft's servers say it
# of a recipient they do not know.
SOFT = re.compile(r"5\.(?:1\.[78]|2\.[234]|3\.\d+|4\.(?!1$|4$)\d+|6\.\d+|7\.\d+)")
ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)")  # and no part of an IP address
# What servers say in words where they give no code that says more than that it is for good.
_NOT_THE_ADDRESS = re.compile(
    r"\b(?:full|quota|storage|over (?:the |its )?limit|too (?:large|big|many)|size|spam\w*|block\w*|black\w*"
    r"|polic(?:y|ies)"
    r"|reputation|content|virus|access denied|temporar\w+|try again|greylist\w*|unsolicited)\b",
    re.IGNORECASE,
)
_NO_ADDRESS = re.compile(
    r"\b(?:no such|unknown|un(?:route|deliver)able address|doe(?:s not|sn.t) (?:exist|have)"
    r"|not (?:found|exist)"
    r"|no mailbox|invalid (?:recipient|mailbox|address|user)|couldn.t find|mailbox (?:is )?unavailable"
    r"|(?:account|mailbox|user|recipient|address)\b.{0,30}\b(?:disabled|inactive|closed|rejected))\b",
    re.IGNORECASE,
)


def status_in(text: str) -> str:
    """The first enhanced status code in a text; empty where there is none."""
    found = ENHANCED.search(text)
    return found[1] if found else ""


def is_gone(status: str) -> bool:
    """Whether the status says that nothing will ever reach the address."""
    return status.startswith("5") and not SOFT.fullmatch(status)


def says_gone(status: str, said: str) -> bool:
    """Whether nothing will ever reach the address: by the status, or by words where that says too little."""
    if status and not status.endswith(".0.0"):
        return is_gone(status)
    is_final = status.startswith("5") or not status
    return is_final and not _NOT_THE_ADDRESS.search(said) and bool(_NO_ADDRESS.search(said))
