"""How a question to a provider (which sends nothing) can end badly."""


class ProviderUnavailable(Exception):
    """No usable answer: not reached, too late, busy or broken. Asking again later may help."""


class QuestionRefused(ProviderUnavailable):
    """The provider refuses this very question, such as a page that is no more: ask another way."""


class SenderRefused(Exception):
    """The provider does not take these credentials, or knows no such account. The text says why."""


class NotServed(ProviderUnavailable):
    """This server does not know the question, as a stand-in may not: nothing is proved."""


NOT_SERVED_STATUSES = frozenset({404, 405, 501})
