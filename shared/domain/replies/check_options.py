"""Reply options and texts checked when they are saved: words that carriers take for something else."""

import re
from collections.abc import Iterable, Iterator

from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.companies.consent_rules import NO_RULES, ConsentRules
from shared.domain.contacts.consent import WordMeaning
from shared.domain.errors import Problem
from shared.domain.replies.asked_words import Asked, asked_words
from shared.domain.replies.consent import HELP_WORDS, OPT_IN_WORDS, OPT_OUT_WORDS, consent_of, word_meaning
from shared.domain.replies.lexicon import LANGUAGES
from shared.domain.replies.own_words import own_meaning
from shared.domain.replies.stop_for_visits import STOPS, is_of_messages, stops_for_visits
from shared.domain.replies.words import words_of

_CARRIER_OPT_IN = frozenset({"start", "unstop"})
_SUGGESTIONS = {
    Disposition.CONFIRMED: '"Y" or "1"',
    Disposition.CANCELED: '"C" or "2"',
    Disposition.RESCHEDULE_ASKED: '"R" or "3"',
}

_COMMENTS = re.compile(r"\{%-?\s*comment\b.*?endcomment\s*-?%\}", re.DOTALL)  # nobody reads them
_KNOWN = OPT_OUT_WORDS | OPT_IN_WORDS | HELP_WORDS
_INSTEAD = 'Ask for digits ("1", "2") or coded words ("C1", "C2") instead.'
_HELPING = re.compile(
    r"\b(?:help|info\w*|assist\w*|support|questions?|customer|care|contact|terms|ayuda|ajuda|aide|soporte"
    r"|more|mas|plus|mais)\b"
)


def check_reply_options(options: tuple[ReplyOption, ...]) -> tuple[Problem, ...]:
    """What is wrong with a campaign's reply options, each with what to write instead."""
    problems: list[Problem] = []
    seen: dict[tuple[str, ...], int] = {}
    for index, option in enumerate(options):
        if not option.words:
            problems.append(Problem(field=f"reply_options[{index}].words", reason="Give at least one word."))
        for number, word in enumerate(option.words):
            place = f"reply_options[{index}].words[{number}]"
            words = tuple(words_of(word))
            reason = _fault_of(word, option.disposition)
            if reason is None and seen.setdefault(words, index) != index:
                reason = f"{word!r} is a word of option {seen[words] + 1} too: one word, one meaning."
            if reason:
                problems.append(Problem(field=place, reason=reason))
    return tuple(problems)


def _fault_of(word: str, disposition: Disposition) -> str | None:
    suggestion = _SUGGESTIONS[disposition]
    if not words_of(word):
        return f"{word!r} has no letter or digit. Use {suggestion}."
    if word_meaning(word) is WordMeaning.OPT_OUT:
        reason = f"Carriers take {word!r} as an opt-out: who answers it gets no more messages."
        return f"{reason} Use {suggestion} instead."
    if any(consent_of(word, language) is WordMeaning.OPT_OUT for language in LANGUAGES):
        return (
            f"{word!r} is read as an opt-out: who answers it gets no more messages. Use {suggestion} instead."
        )
    if "".join(words_of(word)) in _CARRIER_OPT_IN | HELP_WORDS:
        return f"Carriers answer {word!r} themselves. Use {suggestion} instead."
    return None


def option_warnings(options: Iterable[ReplyOption]) -> Iterator[str]:
    """What carriers do with words of options that may be used all the same: YES."""
    for option in options:
        for word in option.words:
            if word_meaning(word) is WordMeaning.OPT_IN:
                yield (
                    f"Carriers take the answer {word!r} as a permission: it ends an opt-out, too. "
                    f'Offer {_SUGGESTIONS[option.disposition]}, or coded words ("C1", "C2"), instead.'
                )


def text_warnings(body: str, own: ConsentRules = NO_RULES) -> Iterator[str]:
    """What carriers would do with words the text asks for: "Reply CANCEL to …", "… or QUIT to end".

    A word that is to end messages, or to begin them, is no fault: that is what it does. STOP is one only
    where it is to do something about a visit. `own` has the company's own words for both.
    """
    body = _COMMENTS.sub(" ", body)
    for word in dict.fromkeys(stops_for_visits(body, own.opt_out_words)):
        yield (
            f"The text asks people to answer {word.upper()} about their visit. That word is an opt-out: who "
            f"answers it gets no more messages, and the visit stays. {_INSTEAD}"
        )
    found: dict[str, str] = {}
    for asked in asked_words(body, _KNOWN | {"".join(words_of(one)) for one in own.opt_in_words}):
        if asked.word not in found and (does := _does(asked, own)):
            found[asked.word] = does
    for word, does in found.items():
        yield f"The text asks people to answer {word.upper()}. {does} {_INSTEAD}"


def _does(asked: Asked, own: ConsentRules) -> str:
    """What becomes of who answers with the word; empty where that is what the text wants, or nothing."""
    word, purpose = asked.word, asked.purpose
    if word in HELP_WORDS:
        does = "Carriers answer that word themselves, with who writes and how to stop."
        return does if purpose and not _HELPING.search(purpose) else ""
    if word in STOPS or is_of_messages(purpose, begins=word in OPT_IN_WORDS):
        return ""
    meaning = word_meaning(word)
    if meaning is WordMeaning.OPT_OUT:
        return "Carriers take that word as an opt-out: who answers it gets no more messages."
    if meaning is WordMeaning.OPT_IN:
        return "Carriers take that word as a permission: it ends an opt-out, too."
    is_own = own_meaning(own, word) is WordMeaning.OPT_IN
    return "It is one of your company's words to return: it ends an opt-out, too." if is_own else ""
