"""Whether a reply is a yes and nothing else, in any of the languages."""

from shared.domain.contacts.consent import WordMeaning
from shared.domain.replies.consent import word_meaning
from shared.domain.replies.heard import hear
from shared.domain.replies.lexicon import LANGUAGES
from shared.domain.replies.sense import Sense

_BESIDE = frozenset({Sense.YES, Sense.GREETING, Sense.OPT_IN})


def is_yes(text: str) -> bool:
    """Whether it is YES, START, or a yes in one of the languages, with polite words at most beside it."""
    if word_meaning(text) is WordMeaning.OPT_IN:
        return "?" not in text
    heard = [hear(text, language).marks for language in LANGUAGES]
    return any(
        any(one.sense in (Sense.YES, Sense.OPT_IN) for one in marks)
        and all(one.sense in _BESIDE and not one.asks for one in marks)
        for marks in heard
    )
