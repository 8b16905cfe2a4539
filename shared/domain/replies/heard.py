"""A reply taken apart: its own words, their language, and the sense of each part."""

from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct

from shared.domain.campaigns.reply_option import ReplyOption
from shared.domain.replies.abilities import with_abilities
from shared.domain.replies.accents import with_accents, with_gladness
from shared.domain.replies.clock_words import with_times
from shared.domain.replies.lexicon import language_of, lexicon_of, marks_of, spelled_out
from shared.domain.replies.naming import capitalized, with_namings
from shared.domain.replies.sense import Mark, Sense
from shared.domain.replies.spelled_times import with_spelled_times
from shared.domain.replies.which import OF_ALL, with_which
from shared.domain.replies.words import Token, folded, tokens_of

_ARTICLES = frozenset({"un", "une", "una", "uma"})


class Heard(Struct, frozen=True, kw_only=True):
    """The tokens of a reply and their senses in the language it is in."""

    tokens: tuple[Token, ...]
    marks: tuple[Mark, ...]
    language: str

    def has(self, *senses: Sense) -> bool:
        """Whether any part has one of the senses."""
        return any(mark.sense in senses for mark in self.marks)


def hear(
    text: str,
    asked_in: str,
    options: Sequence[ReplyOption] = (),
    names: frozenset[str] = frozenset(),
    called: frozenset[str] = frozenset(),
    *,
    of_several: bool = False,
) -> Heard:
    """Take a reply apart. `asked_in` is the question's language, `options` what it offers.

    `names` are words that tell what was asked apart, `called` the names of people that were asked about;
    `of_several` says that more than one thing was.
    """
    tokens = _as_digit(tokens_of(folded(text)))
    language = language_of(tokens, asked_in, names)
    lexicon = lexicon_of(language)
    tokens = with_spelled_times(spelled_out(tokens, lexicon, names | called), language)
    tokens = with_which(tokens) if of_several else tokens
    choices = {
        phrase: option.disposition
        for option in options
        for word in option.words
        if (phrase := _phrase(word, language)) and not word.strip().isdecimal()
    }
    kept = names | OF_ALL if of_several else names
    people = called if of_several else frozenset()
    marks = with_times(marks_of(tokens, lexicon, choices, kept, people), tokens, lexicon)
    marks = with_abilities(with_accents(with_gladness(marks, text), text), lexicon)
    marks = with_namings(marks, tokens, lexicon, called | capitalized(text))
    return Heard(tokens=tuple(tokens), marks=tuple(_asked(marks)), language=language)


def _as_digit(tokens: list[Token]) -> list[Token]:
    """The tokens, where an article that is the whole reply is the digit: "Un"."""
    is_alone = len(tokens) == 1 and tokens[0].text in _ARTICLES
    return [tokens[0]._replace(kind="number", text="1")] if is_alone else tokens


@lru_cache(maxsize=1_000)
def _phrase(word: str, language: str) -> tuple[str, ...]:
    """A word of an option as replies are taken apart: a code such as "C1" is a letter and a number."""
    return tuple(token.text for token in spelled_out(tokens_of(folded(word)), lexicon_of(language)))


_POLITE = (Sense.GREETING, Sense.COMMON, Sense.YES, Sense.OKAY)


def _asked(marks: Sequence[Mark]) -> list[Mark]:
    """The marks, where a clause that begins with a word of a question is one without a sign too."""
    asking: set[int] = set()
    begun: set[int] = set()
    for mark in marks:
        if mark.clause in begun:
            continue
        if mark.sense is Sense.ASKING:
            asking.add(mark.clause)
        if mark.sense not in _POLITE:
            begun.add(mark.clause)
    return [mark._replace(asks=mark.asks or mark.clause in asking) for mark in marks]
