"""Which replies are a refusal or a new permission, whatever case, spaces or signs they come in.

The words are those Twilio's numbers act on by themselves
(https://www.twilio.com/docs/messaging/features/stop-keywords) and those 47 CFR 64.1200(a)(10) names.
"""

import unicodedata
from enum import StrEnum

OPT_OUT_WORDS = frozenset(
    {"stop", "stopall", "stop all", "quit", "end", "revoke", "opt out", "optout", "cancel", "unsubscribe"}
)
OPT_IN_WORDS = frozenset({"start", "unstop", "yes"})
_ANSWERS = frozenset({"yes"})
HELP_WORDS = frozenset({"help", "info"})

# "stop texting me please" is as clear as "stop" (the rule asks to honour any reasonable wording), while
# "cancel my appointment" or "stop by at five" is not a refusal: only these words may follow or precede.
_CLEAR_WORDS = frozenset({"stop", "stopall", "unsubscribe", "optout", "revoke"})
_WORDS_AROUND = frozenset(
    {
        *(
            "please",
            "pls",
            "plz",
            "now",
            "thanks",
            "thank",
            "you",
            "thx",
            "just",
            "all",
            "it",
            "this",
            "these",
        ),
        *("texting", "messaging", "contacting", "sending", "calling", "text", "texts", "sms", "message"),
        *("messages", "msg", "msgs", "me", "my", "number", "from", "to"),
    }
)


class WordMeaning(StrEnum):
    """What a carrier word does."""

    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"


def word_meaning(text: str) -> WordMeaning | None:
    """What `text` as a whole means for consent; None when it is neither refusal nor permission."""
    words = words_of(text)
    whole = " ".join(words)
    if whole in OPT_OUT_WORDS or "".join(words) in OPT_OUT_WORDS:
        return WordMeaning.OPT_OUT
    if whole in OPT_IN_WORDS:
        return WordMeaning.OPT_IN
    rest = [word for word in words if word not in _WORDS_AROUND]
    if rest and set(rest) <= _CLEAR_WORDS:
        return WordMeaning.OPT_OUT
    return None


def is_answer_too(text: str) -> bool:
    """Whether a word of permission is what people answer questions with: YES, and not START."""
    return " ".join(words_of(text)) in _ANSWERS


def words_of(text: str) -> list[str]:
    """The words of a reply in one form: compatibility forms and case folded, marks and signs gone."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = (" " if _is_sign(character) else character for character in folded if not _is_invisible(character))
    return "".join(kept).split()


def _is_sign(character: str) -> bool:
    return not character.isalnum() and not unicodedata.category(character).startswith("M")


def _is_invisible(character: str) -> bool:
    """Zero-width and direction marks, and what makes an emoji of a digit."""
    return unicodedata.category(character) == "Cf" or character in "\ufe0e\ufe0f\u20e3"
