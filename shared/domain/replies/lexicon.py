"""The words of the four languages, and the sense of each part of a reply."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct

from shared.domain.replies.patterns import Pattern, end_of, index_of, patterns_of
from shared.domain.replies.refusal_words import RefusalWords, ReturningWords, SparedWords, filled
from shared.domain.replies.sense import Mark, Sense
from shared.domain.replies.spelling import nearest
from shared.domain.replies.words import Token

LANGUAGES = ("en", "es", "fr", "pt")
_FOLDER = Path(__file__).with_name("languages")
RANK = {sense: rank for rank, sense in enumerate(Sense)}
_KEY_SENSES = frozenset({Sense.REFUSE, Sense.CANCEL, Sense.CANCEL_VERB, Sense.MOVE, Sense.COMING, Sense.YES})
_ANSWERS = frozenset({Sense.YES, Sense.OKAY, Sense.COMING, Sense.NO, Sense.CANCEL, Sense.CANCEL_VERB})
_KEY_LENGTH = 6
_PLAIN = {"one", "sun", "sat", "mar", "mer", "mie", "ter", "won"}  # also plain words
Choices = Mapping[tuple[str, ...], object]  # what option each phrase is


class Lexicon(Struct, frozen=True, kw_only=True):
    """One language: its phrases by first word, all its words, and those where a misspelling is looked for."""

    language: str
    aliases: Mapping[str, tuple[str, ...]]
    index: Mapping[str, Sequence[Pattern]]
    refusals: Mapping[str, Sequence[Pattern]]
    vocabulary: frozenset[str]
    key_words: frozenset[str]
    skips: frozenset[str]
    numbers: Mapping[str, int]
    ordinals: Mapping[str, int]
    weekdays: Mapping[str, int]
    months: Mapping[str, int]
    days: Mapping[str, int]
    at: frozenset[str]
    refusal: RefusalWords
    spared: SparedWords
    returning: ReturningWords
    pointers: frozenset[str]  # words that say which: no phrase passes over them
    drops: frozenset[str]  # verbs that cancel what they name beside another: "drop the Tuesday one"
    keeps: frozenset[str]  # and those that confirm it
    buts: frozenset[str]  # what joins two clauses, and is no condition
    joints: frozenset[str]  # words between names
    pending: frozenset[str]  # words that put an answer off: "ask", "waiting"


@cache
def _file_of(language: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))


def machines_of(language: str) -> dict[str, list[str]]:
    """What machines write in the language: expressions by kind."""
    machines: dict[str, list[str]] = _file_of(language)["machines"]
    return machines


@cache
def lexicon_of(language: str) -> Lexicon:
    """The lexicon of one of LANGUAGES, made of its file (a part of the code) when it is first needed."""
    said = _file_of(language)
    phrases = {Sense(name): text for name, text in said["phrases"].items()}
    patterns = list(patterns_of(phrases, said["classes"]))
    keys = _words_of(one for one in patterns if one.sense in _KEY_SENSES)
    aliases = {
        short: tuple(full.split())
        for full, all_short in said["aliases"].items()
        for short in all_short.split()
    }
    table = said["words"]
    weekdays, months = _numbered(table["weekdays"]), _numbered(table["months"])
    refusal = filled(RefusalWords, said["refusals"], said["forms"])
    known = {*aliases, *weekdays, *months, *table["numbers"], *table["ordinals"], *table["days"]}
    known |= _words_of(patterns) | _vocabulary(refusal)
    return Lexicon(
        language=language,
        aliases=aliases,
        index=index_of(iter(patterns)),
        refusals=index_of(one for one in patterns if one.sense is Sense.REFUSE),
        vocabulary=frozenset(known | _of_phrases(table["drops"], table["keeps"])),
        key_words=frozenset(word for word in keys if len(word) >= _KEY_LENGTH),
        skips=frozenset(table["skips"].split()),
        numbers=table["numbers"],
        ordinals=table["ordinals"],
        weekdays=weekdays,
        months=months,
        days=table["days"],
        at=frozenset(table["at"].split()),
        drops=frozenset(table["drops"].split()),
        keeps=frozenset(table["keeps"].split()),
        buts=frozenset(one.strip() for one in table["buts"].split(";")),
        joints=frozenset(table["joints"].split()),
        pending=frozenset(table["pending"].split()),
        refusal=refusal,
        spared=filled(SparedWords, said["spared"], said["forms"]),
        returning=filled(ReturningWords, said["returning"], said["forms"]),
        pointers=frozenset({*_breaks(patterns), *weekdays, *table["numbers"], *table["ordinals"]} - _PLAIN),
    )


def _of_phrases(*phrases: str) -> set[str]:
    return {word for phrase in phrases for word in phrase.split()}


def _vocabulary(words: RefusalWords) -> set[str]:
    """The words of refusals that no phrase holds, and that are no misspelling of others."""
    known = _of_phrases(*words.things, *words.showing)
    known |= words.removing | words.taking_off | words.contacting | words.received | words.annoying
    return known | words.messages | words.addresses | words.permission | words.keeping | words.welcome


def _words_of(patterns: Iterable[Pattern]) -> set[str]:
    return {word for pattern in patterns for element in pattern.elements for word in element.words}


def _breaks(patterns: Sequence[Pattern]) -> set[str]:
    """Words such as "but" and "if": what follows them belongs to no phrase before."""
    single = (one.elements[0].words for one in patterns if one.sense is Sense.BUT and len(one.elements) == 1)
    return set().union(*single)


def _numbered(names: Sequence[str]) -> dict[str, int]:
    return {word: number for number, group in enumerate(names) for word in group.split("|")}


def language_of(tokens: Sequence[Token], asked_in: str, names: frozenset[str] = frozenset()) -> str:
    """The language most words of the reply belong to, its names apart; the question's when several fit."""
    words = [token.text for token in tokens if token.kind == "word" and token.text not in names]
    order = dict.fromkeys((asked_in if asked_in in LANGUAGES else LANGUAGES[0], *LANGUAGES))
    scores = {one: sum(word in lexicon_of(one).vocabulary for word in words) for one in order}
    return max(order, key=lambda one: scores[one])


def spelled_out(tokens: Sequence[Token], lexicon: Lexicon, kept: frozenset[str] = frozenset()) -> list[Token]:
    """The tokens with short forms written out and misspelled key words mended, but those `kept`."""
    found: list[Token] = []
    for token in tokens:
        words: Sequence[str] = (token.text,)
        if token.kind == "word" and token.text not in kept:
            if token.text in lexicon.aliases:
                words = lexicon.aliases[token.text]
            elif len(token.text) >= _KEY_LENGTH and not _is_known(token.text):
                words = (nearest(token.text, lexicon.key_words) or token.text,)
        found += [token._replace(text=word) for word in words]
    return found


def _is_known(word: str) -> bool:
    return any(word in lexicon_of(language).vocabulary for language in LANGUAGES)


def marks_of(
    tokens: Sequence[Token],
    lexicon: Lexicon,
    choices: Choices,
    names: frozenset[str] = frozenset(),
    called: frozenset[str] = frozenset(),
) -> list[Mark]:
    """The reply's parts with their senses, in its order. The longest phrase at each place holds.

    `names` are words that tell what was asked apart: no phrase passes over them. Those in `called` are
    people's and nothing else: "Ben oui" is Ben's yes, and "Sam" no Saturday.
    """
    kept = names | lexicon.pointers | {token.text for token in tokens if token.kind == "which"}
    others = [lexicon_of(one) for one in LANGUAGES if one != lexicon.language]
    marks: list[Mark] = []
    at = 0
    while at < len(tokens):
        sense, value, end = _at(tokens, at, lexicon, choices, kept)
        if tokens[at].text in called:
            sense, value, end = Sense.WORD, None, at + 1
        elif sense is Sense.WORD and tokens[at].text not in lexicon.vocabulary:
            for other in others:
                if tokens[at].text in other.vocabulary:
                    sense, value, end = _at(tokens, at, other, {}, kept)
                    if sense in _ANSWERS and _is_amid(tokens, at, marks):
                        sense, value, end = Sense.WORD, None, at + 1
                    if sense is not Sense.WORD:
                        break
        text = " ".join(token.text for token in tokens[at:end])
        marks.append(Mark(sense, value, at, end, tokens[at].clause, tokens[at].part, tokens[at].asks, text))
        at = end
    return marks


def _is_amid(tokens: Sequence[Token], at: int, marks: Sequence[Mark]) -> bool:
    """Whether common words stand before it: "a note for work" is no "noté" and confirms nothing."""
    before = marks[-1] if marks else None
    return before is not None and before.part == tokens[at].part and before.sense is Sense.COMMON


def _at(
    tokens: Sequence[Token], at: int, lexicon: Lexicon, choices: Choices, kept: frozenset[str]
) -> tuple[Sense, object, int]:
    """The sense of what begins at a token, its value, and where it ends."""
    best, value = _chosen(tokens, at, choices)
    sense = Sense.CHOICE if best else Sense.WORD
    for pattern in _beginning(tokens, at, lexicon.index, lexicon.skips):
        end = end_of(pattern.elements, tokens, at, lexicon.skips, kept)
        if end > best or (
            end and end == best and sense is not Sense.CHOICE and RANK[pattern.sense] < RANK[sense]
        ):
            best, sense, value = end, pattern.sense, _day_in(tokens[at:end], pattern.sense, lexicon)
    simple = _simple(tokens[at], lexicon)
    if simple is not None and best <= at + 1 and sense in (Sense.WORD, Sense.COMMON, Sense.UNIT):
        return (*simple, at + 1)
    return sense, value, best or at + 1


def _day_in(tokens: Sequence[Token], sense: Sense, lexicon: Lexicon) -> object:
    """The day that a promise to come names: "see you on Friday"."""
    days = (_simple(token, lexicon) for token in tokens if sense is Sense.COMING)
    return next((day[1] for day in days if day and day[0] is Sense.DAY), None)


def _beginning(
    tokens: Sequence[Token], at: int, index: Mapping[str, Sequence[Pattern]], skips: frozenset[str]
) -> Iterator[Pattern]:
    """The patterns that may begin at a token, by its word and the next."""
    following = tokens[at + 1].text if at + 1 < len(tokens) else ""
    is_open = following in skips
    for pattern in index.get(tokens[at].text, ()):
        if not pattern.second or is_open or following in pattern.second:
            yield pattern


def refuses_anywhere(tokens: Sequence[Token], lexicon: Lexicon, passed: Mapping[int, int]) -> bool:
    """Whether a phrase of refusal stands in the words, be it within a longer phrase of another sense.

    `passed` are tokens of such phrases that hold, with where each ends: a refusal must reach beyond it.
    """
    return any(
        end_of(pattern.elements, tokens, at, lexicon.skips) > passed.get(at, 0)
        for at in range(len(tokens))
        for pattern in _beginning(tokens, at, lexicon.refusals, lexicon.skips)
    )


def _chosen(tokens: Sequence[Token], at: int, choices: Choices) -> tuple[int, object]:
    """Where the longest phrase of an option ends that begins here, and which option it is."""
    best, value = 0, None
    for phrase, option in choices.items():
        end = at + len(phrase)
        if end > best and tuple(token.text for token in tokens[at:end]) == phrase:
            best, value = end, option
    return best, value


def _simple(token: Token, lexicon: Lexicon) -> tuple[Sense, object] | None:
    """Numbers and days, which are no phrases."""
    text = token.text
    if token.kind == "which":
        return Sense.WHICH, text
    if token.kind == "number":
        return Sense.NUMBER, int(text[:9])
    if token.kind == "ordinal":
        return Sense.ORDINAL, int("".join(one for one in text if one.isdecimal()))
    if token.kind == "time":
        return Sense.TIME, text
    if token.kind == "date":
        return Sense.DAY, text
    for sense, table in ((Sense.ORDINAL, lexicon.ordinals), (Sense.NUMBER, lexicon.numbers)):
        if text in table:
            return sense, table[text]
    if text in lexicon.weekdays:
        return Sense.DAY, ("weekday", lexicon.weekdays[text])
    if text in lexicon.days:
        return Sense.DAY, ("relative", lexicon.days[text])
    return None
