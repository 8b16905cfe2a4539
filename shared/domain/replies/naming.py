"""What somebody does not want to be called: "quit calling me Anna" refuses a name, and no messages."""

import re
from collections.abc import Collection, Sequence

from shared.domain.replies.lexicon import Lexicon
from shared.domain.replies.refusal_words import RefusalWords
from shared.domain.replies.sense import Mark, Sense
from shared.domain.replies.spelling import is_slip
from shared.domain.replies.words import Token, folded

_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE_END = re.compile(r"(?:^|[.!?:\n])$")
_TITLE_END = re.compile(r"\b(?:mr|mrs|ms|dr|dra|sr|sra|srta|mme|mlle)\.$", re.IGNORECASE)
_MOST_NAMES = 3  # words of a name, with its title
_PRONOUNS = frozenset({"me", "us", "him", "her", "m", "nous", "nos", "lui"})
_JOINED = ("me", "nos")  # behind a verb: "llamarme"
_THINGS = frozenset({"it", "that", "this"})
_THING_LINKS = frozenset({"a", "an", "the"})  # "stop calling it a cleaning"


def capitalized(text: str) -> frozenset[str]:
    """Words written like names: a capital within a sentence, where most words have none."""
    words = [(one.group(), text[: one.start()].rstrip(" \"'“«(")) for one in _WORD.finditer(text)]
    names = [
        word
        for word, before in words
        if word.istitle() and (_TITLE_END.search(before) or not _SENTENCE_END.search(before))
    ]
    small = sum(word.islower() for word, _ in words)
    return frozenset(folded(one) for one in names) if small > len(names) else frozenset()


def with_namings(
    marks: Sequence[Mark], tokens: Sequence[Token], lexicon: Lexicon, names: Collection[str]
) -> list[Mark]:
    """The marks, where a part that refuses to be called something is one. `names` are known to be such."""
    found: list[Mark] = []
    taken = -1
    for mark in marks:
        if mark.start < taken:
            continue
        first = not found or found[-1].part != mark.part
        end = _end_of_naming(tokens, mark.start, lexicon, names) if first else 0
        if end:
            said = " ".join(token.text for token in tokens[mark.start : end])
            mark = mark._replace(sense=Sense.NAMING, value=None, end=end, asks=False, text=said)
            taken = end
        found.append(mark)
    return found


def _end_of_naming(tokens: Sequence[Token], start: int, lexicon: Lexicon, names: Collection[str]) -> int:
    """Where the part that begins at a token ends, if it refuses a name; 0 where it does not."""
    words = lexicon.refusal
    end = next((at for at in range(start, len(tokens)) if tokens[at].part != tokens[start].part), len(tokens))
    said = [token.text for token in tokens[start:end]]
    at = next((at for at, word in enumerate(said) if word in words.naming), -1)
    if at < 0 or not set(said[: at + 1]) & (words.denials | words.ending | words.halting):
        return 0
    if said[-1] in words.titles and end < len(tokens) and tokens[end].text in names:
        said.append(tokens[end].text)  # "Mrs. Smith": the full stop ends no sentence
        end += 1
    if set(said[at + 1 : at + 2]) & _THINGS and set(said[at + 2 : at + 3]) & _THING_LINKS:
        return end
    if not said[at].endswith(_JOINED) and not _PRONOUNS & set(said[max(at - 2, 0) : at + 2]):
        return 0
    after = [one for one in said[at + 1 :] if one not in _PRONOUNS and one not in lexicon.skips]
    if after[1:] and after[0] in words.naming_links:
        return end
    explained = " ".join(token.text for token in tokens[end : end + _MOST_NAMES])
    if f" {explained} ".startswith(words.introducing):
        names = {*names, *(one for one in after if one not in lexicon.vocabulary)}
    return end if _are_names(after, words, names) else 0


def _are_names(said: Sequence[str], words: RefusalWords, names: Collection[str]) -> bool:
    others = [one for one in said if one not in words.titles]
    is_short = bool(others) and len(said) <= _MOST_NAMES
    return is_short and all(one in names or any(is_slip(one, name) for name in names) for one in others)
