"""What signs in at a mail server, and what its mailbox's own mails come in by."""

from dataclasses import dataclass, field

from shared.providers.kit.credentials import Credentials

STARTTLS_PORT = "587"  # message submission (RFC 6409)


@dataclass(frozen=True, kw_only=True, slots=True)
class SmtpCredentials(Credentials):
    """A mail server with STARTTLS, and a login there.

    `inbound_address` is where answers and returned mails go; without it they go to the mailbox, which then is
    to forward them. What comes in there is posted to us, signed with `inbound_secret`. Without the secret
    nothing is taken.
    """

    host: str = field(repr=False)
    username: str = field(repr=False)
    password: str = field(repr=False)
    port: str = field(default=STARTTLS_PORT, repr=False)
    inbound_address: str = field(default="", repr=False)
    inbound_secret: str = field(default="", repr=False)
