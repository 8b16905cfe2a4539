"""A company's own words of refusal and permission, beside those that Rollcall knows in every language."""

from collections.abc import Iterable, Iterator

from shared.domain.campaigns.reply_option import ReplyOption
from shared.domain.characters import check_characters
from shared.domain.companies.consent_rules import MOST_OWN_WORDS, OWN_WORD_CHARACTERS, ConsentRules
from shared.domain.contacts.consent import WordMeaning
from shared.domain.errors import Problem
from shared.domain.replies.consent import consent_of
from shared.domain.replies.heard import hear
from shared.domain.replies.kinds import own_words
from shared.domain.replies.lexicon import LANGUAGES
from shared.domain.replies.sense import Sense
from shared.domain.replies.words import words_of

_ANSWERS = frozenset({"yes", "yeah", "no", "ok", "okay", "si", "oui", "non", "sim", "nao"})
_ANSWERING = frozenset({Sense.COMING, Sense.YES, Sense.OKAY, Sense.MOVE})
_CANCELING = frozenset({Sense.CANCEL, Sense.CANCEL_VERB, Sense.NO})


def own_meaning(rules: ConsentRules, text: str) -> WordMeaning | None:
    """What the text as a whole means by the company's own words; case, accents and signs do not count.

    Nor do quotes below it and the phone's signature.
    """
    whole = words_of(own_words(text, ()))
    if whole and whole in map(words_of, rules.opt_out_words):
        return WordMeaning.OPT_OUT
    return WordMeaning.OPT_IN if whole and whole in map(words_of, rules.opt_in_words) else None


def check_own_words(rules: ConsentRules) -> Iterator[Problem]:
    """What is wrong with the company's own words."""
    yield from _check("opt_out_words", rules.opt_out_words, WordMeaning.OPT_IN)
    yield from _check("opt_in_words", rules.opt_in_words, WordMeaning.OPT_OUT)
    out = [words_of(word) for word in rules.opt_out_words]
    for index, word in enumerate(rules.opt_in_words):
        if words_of(word) in out:
            yield Problem(field=f"opt_in_words[{index}]", reason=f"{word!r} is one of opt_out_words too")


def check_own_options(options: Iterable[ReplyOption], rules: ConsentRules) -> Iterator[Problem]:
    """Words of options that are the company's own for something else."""
    for index, option in enumerate(options):
        for number, word in enumerate(option.words):
            if (meaning := own_meaning(rules, word)) is not None:
                does = "refuse" if meaning is WordMeaning.OPT_OUT else "return"
                reason = f"{word!r} is one of your company's words to {does}; choose another, such as a digit"
                yield Problem(field=f"reply_options[{index}].words[{number}]", reason=reason)


def _check(field: str, words: tuple[str, ...], other: WordMeaning) -> Iterator[Problem]:
    if len(words) > MOST_OWN_WORDS:
        yield Problem(field=field, reason=f"are more than {MOST_OWN_WORDS}")
    for index, word in enumerate(words):
        where = f"{field}[{index}]"
        yield from check_characters(where, word, is_line=True)
        if not word.strip() or len(word) > OWN_WORD_CHARACTERS:
            yield Problem(field=where, reason=f"has 1 to {OWN_WORD_CHARACTERS} characters")
        elif "".join(words_of(word)) in _ANSWERS or not any(_is_word(one) for one in words_of(word)):
            yield Problem(field=where, reason=f"{word!r} is what people answer with: take a word of its own")
        elif any(consent_of(word, language) is other for language in LANGUAGES):
            yield Problem(field=where, reason=f"{word!r} is known to mean the opposite")
        elif means := _meaning_beside(word, other):
            yield Problem(field=where, reason=f"{word!r} {means}: take a word of its own")


def _meaning_beside(word: str, other: WordMeaning) -> str:
    """What the word says where nobody refuses or returns, if anything. Who cancels may refuse by it."""
    said = [{mark.sense for mark in hear(word, language).marks} for language in LANGUAGES]
    answering = _ANSWERING if other is WordMeaning.OPT_IN else _ANSWERING | _CANCELING
    if any(Sense.DANGER in senses for senses in said):
        return "speaks of danger to life"
    if any(Sense.HELP in senses and senses <= {Sense.HELP, Sense.GREETING} for senses in said):
        return "asks for help"
    is_answer = any(senses & answering and senses <= answering | {Sense.GREETING} for senses in said)
    return "is what people answer with" if is_answer else ""


def _is_word(text: str) -> bool:
    """Not a digit, nor a single letter."""
    return len(text) > 1 and not text.isdigit()
