"""A real mail server (aiosmtpd) for the local stack: mailboxes send by it, and people answer by it."""
