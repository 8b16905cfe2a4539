"""Words that a text asks people to answer with: "Reply CANCEL to …", "… or QUIT to end", "YES = I come".

What only looks like it is left out: a label of a digit ("1 (YES)"), a coded word ("YES1"), an exclamation
("YES, we are open"), an idiom ("say yes to summer").
"""

import re
from collections.abc import Container, Iterator
from itertools import islice
from typing import NamedTuple

from shared.domain.replies.stop_for_visits import plain, purpose_of
from shared.domain.replies.words import folded

_AROUND = 200  # characters in which the text says what a word is for
_MOST = 100  # places of each kind that are looked at
# What asks for a word: "Reply CANCEL to …", in the four languages.
_VERB = (
    r"\b(?:reply|rsvp|text|respond|answer|send|type|responda|responde|responder|conteste|contesta|contestar|contesten|envie|envia|escriba|escribe"
    r"|repondez|reponds|repondre|envoyez|envoie|tapez|digite|mande|replying|texting|responding|answering|sending"
    r"|write|say|enter|press|hit|manden|mandar|respondan|escriban|diga|ecrivez|ecrire|ecris|dites|indiquez|saisissez"
    r"|escreva|escrever|escrevam|diga|mandem|enviem|respondam"
    r"|(?:respond|contest|envi|escrib|mand)(?:a|e|an|en)(?:nos|me)|respondiendo|respondendo|contestando"
    r"|enviando|escribiendo|escrevendo|mandando|repondant|envoyant|tapant|ecrivant"
    # Only with a word of the way: "confirm with YES", not "confirm your visit".
    r"|(?:confirm|cancel|confirme|confirmar|confirmez|cancele|cancelar|annulez)(?=\s+(?:with|by|con|com|par|avec)\b))\b"
)
_VERBS = re.compile(_VERB)
_FIELD_BESIDE = re.compile(r"(?<=\w)\{\{.*?\}\}", re.DOTALL)  # "YES{{ number }}" is a coded word
_DEFAULT = re.compile(r"\{\{[^{}]*\|\s*default:\s*([\"'])([^\"'{}]*)\1[^{}]*\}\}")  # it may stand there
_TAGS = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)  # of the template: nobody reads them
_ELSE = re.compile(r"\{%-?\s*(?:else|elsif)\b.*?%\}", re.DOTALL)  # what follows may stand there instead
_ADDRESSES = re.compile(r"\b(?:https?://|www\.)\S+|\S+@\S+|\b[\w-]+(?:\.[\w-]+)+/\S*")
_PICTURES = re.compile(r"[\u2190-\u2bff\U0001f000-\U0001faff\ufe0f]")  # ✅ is no word here
_LETTERS = re.compile(r"[^\W\d_]+")
_OPENS, _CLOSES = r"[\"'“«‘`]\s*", r"\s*[\"'”»’`]"
_SIGN = r"[\"'“«‘`(\[<_*]+\s*"  # before a word that is asked for
_OR = r"\s*(?:,|/|\b(?:or|and|o|u|y|ou|et|e)\b)\s*(?:\b(?:with|by|con|com|par|avec)\b\s*)?"
# "yes or cancel": before the last of a list stands what one answers with, and nothing else.
_ANSWER = rf"(?:{_OPENS})?(?:\d+|[a-z]|yes|no|si|oui|non|sim|nao|ok|confirm|cancel)(?:{_CLOSES})?"
_ASKS_FOR = re.compile(
    rf"(?={_VERB}(?:\s+(?:to (?:this|the) (?:message|text|sms)|a este mensaje|a ce message|a esta mensagem))?"
    r"(?:\s+(?:with|by|con|com|par|avec|a|back|us|using|just|simply|simple|only|either|please|por favor"
    r"|svp|the word|la palabra|le mot|a palavra)\b)*\s*:?\s*"
    rf"(?P<words>(?:{_ANSWER}{_OR})*(?:{_SIGN})?[^\W\d_]+))",
)
# With a verb anywhere: in quotes, or as "the word yes".
_NAMED = re.compile(
    rf"{_OPENS}(?P<quoted>[^\W\d_]+){_CLOSES}"
    r"|\b(?:the word|la palabra|le mot|a palavra)\s+(?P<called>[^\W\d_]+)"
    r"|\ba (?:simple|quick) (?P<simple>yes)\b"
)
# As another choice, after one that is asked for: "reply Y to confirm or cancel to decline".
_CHOSEN = re.compile(
    rf"{_VERB}\s+(?:\w+\s+)?{_ANSWER}\b[^.!?;]{{0,120}}?\b(?:or|o|ou)\s+(?P<choice>[^\W\d_]+)"
    r"\s+(?:to|for|if|para|pour|si|se)\b"
)
# In capitals, which stand out where there is such a verb; not within a headline.
_CAPITALS = re.compile(r"(?<![^\W\d_a-zß-ÿ]\s)\b(?P<capitals>[^\W\d_a-zß-ÿ]{3,})\b(?!\s[^\W\d_a-zß-ÿ]{2})")
# Without any verb: "YES to confirm, CANCEL to decline", "YES: I'll come".
_STANDS_FOR = re.compile(
    r"\b(?P<word>[^\W\d_a-zß-ÿ]{3,})[\"'”»’]?\s*(?:=|\b(?i:to|for|if|means|para|pour)\b)"
    r"|\b(?P<told>YES|CANCEL|QUIT)\s*(?::|\s[-–—])\s+(?=(?i:i|we|if|you|to|see|will)\b)"
)
# In signs, or all that follows a question: "Confirm (YES)", "Can't come? CANCEL", "Confirm: YES".
_MARKED = re.compile(
    r"[(\[_*](?P<marked>[^\W\d_a-zß-ÿ]{3,})[)\]_*]|\?\s+(?P<alone>[^\W\d_a-zß-ÿ]{3,})(?=\s*(?:[.!;]|$))"
    r"|\b(?i:confirm|accept|cancel|decline|book)\w*:\s+(?P<colon>[^\W\d_a-zß-ÿ]{3,})(?=\s*(?:[.!;,/]|$))"
)
# In small letters, before what it does: "Y to confirm; cancel to cancel".
_DOES = re.compile(
    r"[?(:]\s*(?P<either>yes,?\s+or\s+(?:no|cancel)\b)"
    r"|(?:^|[.;,/]|\b(?:or|and)\b)\s*(?P<does>yes|cancel|end|quit) to"
    r" (?:confirm|cancel|decline|accept|end|stop)\b"
)
# Choices with a slash between: "Confirm? (yes/cancel)". Of "the front end/back office" none is an answer.
_CHOICE = r"(?:yes|no|y|n|ok|si|oui|non|sim|nao|confirm|cancel|quit|end|move|[0-9])"
_CHOICES = re.compile(rf"(?<![\w/])(?P<choices>{_CHOICE}(?:\s*/\s*{_CHOICE})+)(?![\w/])")

# What stands before and after a word that nobody is asked for.
_LABELED = re.compile(
    r"(?:^|[\s,;.(])[\"'“«]?(?:\d|[a-z])[\"'”»]?\s*(?:[(:=–—-]|(?:for|means|is|para|pour)\b)\s*[\"'“«*_]*$"
)
_TOLD = re.compile(
    r"\b(?:you (?:said|answered|replied|chose|texted)|(?:got|received|noted) your (?:answer|reply)"
    r"|(?:it'?s|it is) a|for your)\s*:?\s*[\"'“«]?$"
)
_BEGINS = re.compile(r"(?:^|[.!?]\s*)[\"“«]?$")
_EXCLAIMED = re.compile(r"!|,?\s+(?:we|it|it'?s|they|this|that|there|our)\b")
_CODED = re.compile(r"-?\d|-[a-z]|\{\{")
_HEADING = re.compile(r"\s*:\s*(?:\d|(?:your|the|our|su|tu|votre|sua|seu)\b)")  # "END: 11:00"
_OF_CODE = re.compile(r"\b(?:code|codigo|coupon|cupon|promo|cupom)\s+[\"'“«]?$")
_AT_TILL = re.compile(r"[\"'”»]?\s*(?:at|on|in|when|online|for \d)\b")
_ON_SCREEN = re.compile(
    r"[\"'”»]?\s*(?:on|at|in) (?:the|our|your) (?:\w+ )?"
    r"(?:screen|kiosk|terminal|tablet|keypad|app|desk|door)\b"
)
_SAY = re.compile(r"\bsay(?:ing)?\s+[\"'“]?$")
_TO_THING = re.compile(
    r"[\"'”]?\s+to (?!(?:confirm|accept|keep|book|get|come|attend|join|reserve|hold|cancel|agree|receive|be"
    r"|have|schedule|move|take|continue|proceed|start|end)\b)"
)
_OF = re.compile(r"\s+of\b")  # "by end of day"
_BY = re.compile(r"\s+(?:with|by|con|com|par|avec)\b")  # "cancel with a no"
_VOTE = re.compile(r"\bvote\s+[\"'“]?$")
_NO_QUESTION = re.compile(r"\s*(?:or|/)\s*no\s+questions?\b")


class Asked(NamedTuple):
    """A word that is asked for, in its one form, and what stands before and after it."""

    word: str
    before: str
    after: str

    @property
    def purpose(self) -> str:
        """What the text says that the word is for; empty where it says nothing."""
        return purpose_of(self.before, self.after)


def asked_words(body: str, known: Container[str]) -> Iterator[Asked]:
    """Those of the `known` words that stand after a verb that asks for them, and what stands out beside one.

    Without a verb those in capitals that are said to stand for something.
    """
    body = _PICTURES.sub(" ", _ADDRESSES.sub(" ", body))
    coded = _DEFAULT.sub(r"\2", _FIELD_BESIDE.sub("0", body))
    said = " ".join(_TAGS.sub(" ", coded).split())
    either = " ".join(plain(_TAGS.sub(" ", _ELSE.sub(" or ", coded))).split())
    text = plain(said)
    looked_for = [(_ASKS_FOR, text), (_ASKS_FOR, either), (_CHOICES, text)]
    if _VERBS.search(text):
        looked_for += [(_NAMED, text), (_CHOSEN, text), *([] if said.isupper() else [(_CAPITALS, said)])]
    looked_for += [(_STANDS_FOR, said), (_DOES, text), (_MARKED, said)]
    for pattern, where in looked_for:
        found = islice(_in(pattern, where, known), _MOST)
        yield from (one for one in found if not _is_else(one))


def _in(pattern: re.Pattern[str], text: str, known: Container[str]) -> Iterator[Asked]:
    """The known words of the pattern's groups, with what is around them."""
    for match in pattern.finditer(text):
        for name, words in match.groupdict().items():
            for found in _LETTERS.finditer(words or ""):
                word = folded(found[0])
                if word in known:
                    start, end = match.start(name) + found.start(), match.start(name) + found.end()
                    before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
                    yield Asked(word, folded(before), folded(after))


def _is_else(asked: Asked) -> bool:
    """Whether the word only looks as if it was asked for."""
    word, before, after = asked
    if _CODED.match(after) or _HEADING.match(after) or before[-1:].isdigit():
        return True
    if _TOLD.search(before) or (_LABELED.search(before) and not asked.purpose):
        return True
    if (_OF_CODE.search(before) and _AT_TILL.match(after)) or _ON_SCREEN.match(after):
        return True
    if word != "yes":
        return bool((word == "end" and _OF.match(after)) or (word == "cancel" and _BY.match(after)))
    is_idiom = bool(_VOTE.search(before)) or bool(_SAY.search(before) and _TO_THING.match(after))
    return is_idiom or bool(_NO_QUESTION.match(after) or (_BEGINS.search(before) and _EXCLAIMED.match(after)))
