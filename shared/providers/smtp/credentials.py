"""What signs in at a mail server, and what its mailbox's own mails come in by."""

from shared.providers.kit.credentials import Credentials

STARTTLS_PORT = "587"  # message submission (RFC 6409)


class SmtpCredentials(Credentials, frozen=True, kw_only=True):
    """A mail server with STARTTLS, and a login there.

    `inbound_address` is where answers and returned mails go; without it they go to the mailbox, which then is
    to forward them. What comes in there is posted to us, signed with `inbound_secret`. Without the secret
    nothing is taken.
    """

    host: str
    username: str
    password: str
    port: str = STARTTLS_PORT
    inbound_address: str = ""
    inbound_secret: str = ""
