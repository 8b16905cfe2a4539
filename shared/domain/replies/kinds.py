"""What phones and mail programs write by themselves, and what of a reply are the person's own words.

Reactions are sent as texts to phones that know none: Apple's by a word in the phone's language and a quote,
Google's with the sign itself. https://support.apple.com/guide/iphone/react-with-tapbacks-iph018d3c336/ios
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from shared.domain.replies.letters import without_frame
from shared.domain.replies.lexicon import LANGUAGES, machines_of
from shared.domain.replies.quotes import without_quotes
from shared.domain.replies.words import words_of

_QUOTES = "\"“”„«»'‘’"
_QUOTED = re.compile(rf"(?<!\w)[{_QUOTES}](?P<text>.{{1,2000}}?)(?:[{_QUOTES}]|…|\.\.\.)?\s*$", re.DOTALL)
_EMOJI_REACTION = re.compile(
    rf"^[^\w\s{_QUOTES}.,!?¡¿]+\s*(?:to|a|à|en reponse a|para)\s*[{_QUOTES}].+[{_QUOTES}]?\s*$",
    re.DOTALL | re.IGNORECASE,
)
_EARLY_SIGN = re.compile(r"(?:\S+\s+){1,3}[^\w\s.,!?'’¡¿]")  # "Reacted 😂 to", with the picture alone
_IMAGE = re.compile(
    r"^(?:liked|loved|disliked|laughed at|emphasized|questioned) an? (?:image|picture|photo|message)$"
)
_ENOUGH = 2  # weak marks of a machine
_SPAN = re.compile(r"[\"“”„«»][^\"“”„«»]{1,2000}[\"“”„«»]")
_SENTENCE_ENDS = re.compile(r"[.!?;,:\n]+")
_SHORTEST_QUOTE = 4  # words


@cache
def _expression(name: str) -> re.Pattern[str]:
    """The expressions of all languages for one of the lists under [machines]."""
    return re.compile("|".join(f"(?:{one})" for language in LANGUAGES for one in machines_of(language)[name]))


def is_automatic(text: str) -> bool:
    """Whether a machine wrote it: out of office, driving, no mailbox."""
    words = f" {' '.join(words_of(text, keeps_apart=True))} "
    if any(_expression("not_automatic").search(one) for one in _sentences(text)):  # "no automatic messages"
        return False
    if _whole(_expression("automatic"), words):
        return True
    said = [f" {one} " for one in _sentences(text)]
    if any(_whole(_expression("persons"), one) for one in said):  # "I'm away, so please cancel"
        return False
    weak = set(_whole(_expression("maybe_automatic"), words))
    return bool(_whole(_expression("absences"), words)) or len(weak) >= _ENOUGH


def _sentences(text: str) -> Iterator[str]:
    yield from (" ".join(words_of(one, keeps_apart=True)) for one in _SENTENCE_ENDS.split(text))


def _whole(expression: re.Pattern[str], words: str) -> list[str]:
    """What is found as whole words."""
    found = expression.finditer(words)
    return [
        one.group()
        for one in found
        if words[one.start() - 1] == " " and not words[one.end() : one.end() + 1].isalnum()
    ]


def is_reaction(text: str) -> bool:
    """Whether a phone tells of a reaction to a message, with a quote of it."""
    whole = text.strip()
    words = " ".join(words_of(whole, keeps_apart=True))
    if _IMAGE.match(words) or _EMOJI_REACTION.match(whole):
        return True
    return bool(_reaction().match(words) and (_QUOTED.search(whole) or _EARLY_SIGN.match(whole)))


@cache
def _reaction() -> re.Pattern[str]:
    """What a told reaction begins with, as whole words: "me gusta", and not "me gustaría"."""
    return re.compile(rf"(?:{_expression('reactions').pattern})\b")


def own_words(text: str, sent: Iterable[str]) -> str:
    """The reply without quotes of what was `sent`, the mail around it, greeting and signature."""
    told = list(sent)
    whole = "\n".join(without_frame(without_quotes(text, told), told))
    for one in told:
        whole = _without(_unquoted(whole, one), one)
    return whole


def _unquoted(text: str, sent: str) -> str:
    """The text without a part of what was `sent` that stands between quotation marks, beside other words."""
    said = f" {' '.join(words_of(sent))} "

    def kept(quote: re.Match[str]) -> str:
        words = words_of(quote.group())
        return " " if len(words) >= _SHORTEST_QUOTE and f" {' '.join(words)} " in said else quote.group()

    rest = _SPAN.sub(kept, text)
    return rest if words_of(rest) else text


def _without(text: str, quoted: str) -> str:
    """The text without what repeats `quoted`, word by word."""
    if len(text) * 2 < len(quoted):
        return text
    quote = words_of(quoted)
    if len(quote) < _SHORTEST_QUOTE:
        return text
    pieces = list(re.finditer(r"\S+", text))
    said = [(piece.start(), piece.end(), words_of(piece.group())) for piece in pieces]
    flat = [word for *_, words in said for word in words]
    for start in range(len(flat) - len(quote) + 1):
        if flat[start : start + len(quote)] == quote:
            return _cut(text, said, start, start + len(quote))
    return text


def _cut(text: str, said: list[tuple[int, int, list[str]]], first: int, last: int) -> str:
    count, begin, end = 0, 0, len(text)
    for start, stop, words in said:
        if count <= first:
            begin = start
        count += len(words)
        if count >= last:
            end = stop
            break
    return f"{text[:begin]}\n{text[end:]}"
