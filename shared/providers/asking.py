"""How a question to a provider (which sends nothing) can end badly."""


class ProviderUnavailable(Exception):
    """No usable answer: not reached, too late, busy or broken. Asking again later may help."""


class SenderRefused(Exception):
    """The provider does not take these credentials, or knows no such account. The text says why."""
