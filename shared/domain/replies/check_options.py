"""Reply options and texts checked when they are saved: words that carriers take for something else."""

import re
from collections.abc import Iterable, Iterator

from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.contacts.consent import WordMeaning
from shared.domain.errors import Problem
from shared.domain.replies.consent import HELP_WORDS, consent_of, word_meaning
from shared.domain.replies.lexicon import LANGUAGES
from shared.domain.replies.stop_for_visits import STOPS, stops_for_visits
from shared.domain.replies.words import folded, words_of

_CARRIER_OPT_IN = frozenset({"start", "unstop"})
_SUGGESTIONS = {
    Disposition.CONFIRMED: '"Y" or "1"',
    Disposition.CANCELED: '"C" or "2"',
    Disposition.RESCHEDULE_ASKED: '"R" or "3"',
}
# What asks for a word: "Reply CANCEL to …", in the four languages.
_VERB = (
    r"\b(?:reply|rsvp|text|respond|answer|send|type|responda|responde|responder|conteste|contesta|contestar|contesten|envie|envia|escriba|escribe"
    r"|repondez|reponds|repondre|envoyez|envoie|tapez|digite|mande|replying|texting|responding|answering|sending"
    r"|write|say|enter|press|hit|manden|mandar|respondan|escriban|diga|ecrivez|ecrire|ecris|dites|indiquez|saisissez"
    r"|escreva|escrever|escrevam|diga|mandem|enviem|respondam"
    # Only with a word of the way: "confirm with YES", not "confirm your visit".
    r"|(?:confirm|cancel|confirme|confirmar|confirmez|cancele|cancelar|annulez)(?=\s+(?:with|by|con|com|par|avec)\b))\b"
)
_VERBS = re.compile(_VERB)
_TAGS = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)  # of the template: nobody reads them
_ELSE = re.compile(r"\{%-?\s*(?:else|elsif)\b.*?%\}", re.DOTALL)  # what follows may stand there instead
_LETTERS = re.compile(r"[^\W\d_]+")
_CAPITALS = re.compile(r"\b[^\W\d_a-zß-ÿ]{3,}\b")
_OPENS, _CLOSES = r"[\"'“«‘]\s*", r"\s*[\"'”»’]"
_SIGN = r"[\"'“«‘(\[_*]\s*"  # before a word that is asked for
_OR = r"\s*(?:,|/|\b(?:or|and|o|u|y|ou|et|e)\b)\s*(?:\b(?:with|by|con|com|par|avec)\b\s*)?"
# "yes or cancel": before the last of a list stands what one answers with, and nothing else.
_ANSWER = rf"(?:{_OPENS})?(?:\d+|[a-z]|yes|no|si|oui|non|sim|nao|ok|confirm|cancel)(?:{_CLOSES})?"
_ASKS_FOR = re.compile(
    rf"(?={_VERB}(?:\s+(?:to (?:this|the) (?:message|text|sms)|a este mensaje|a ce message|a esta mensagem))?"
    r"(?:\s+(?:with|by|con|com|par|avec|a|back|using|just|either"
    rf"|the word|la palabra|le mot|a palavra))*\s*:?\s*(?P<words>(?:{_ANSWER}{_OR})*(?:{_SIGN})?[^\W\d_]+))",
)
# With a verb anywhere: in quotes, as "the word yes", or as another choice, "or cancel to decline".
_NAMED = re.compile(
    rf"{_OPENS}(?P<quoted>[^\W\d_]+){_CLOSES}"
    r"|\b(?:the word|la palabra|le mot|a palavra)\s+(?P<called>[^\W\d_]+)"
    r"|\b(?:or|o|ou)\s+(?P<choice>[^\W\d_]+)\s+(?:to|for|if|para|pour|si|se)\b"
)
# Without any: "YES to confirm, CANCEL to decline".
_STANDS_FOR = re.compile(
    r"\b(?P<word>[^\W\d_a-zß-ÿ]{3,})[\"'”»’]?\s*(?:=|\b(?i:to|for|if|means|para|pour)\b)"
)
# In signs, or all that follows a question: "Confirm (YES)", "Can't come? CANCEL".
_MARKED = re.compile(
    r"[(\[_*](?P<marked>[^\W\d_a-zß-ÿ]{3,})[)\]_*]|\?\s+(?P<alone>[^\W\d_a-zß-ÿ]{3,})(?=\s*(?:[.!;]|$))"
)
# In small letters, before what it does: "Y to confirm; cancel to cancel".
_DOES = re.compile(
    r"(?:^|[.;,/]|\b(?:or|and)\b)\s*(?P<does>yes|cancel|end|quit) to"
    r" (?:confirm|cancel|decline|accept|end|stop)\b"
)
# Choices with a slash between: "Confirm? (yes/cancel)". Of "the front end/back office" none is an answer.
_CHOICE = r"(?:yes|no|y|n|ok|si|oui|non|sim|nao|confirm|cancel|quit|end|move|[0-9])"
_CHOICES = re.compile(rf"(?<![\w/]){_CHOICE}(?:\s*/\s*{_CHOICE})+(?![\w/])")


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


def text_warnings(body: str) -> Iterator[str]:
    """What carriers would do with words the text asks for: "Reply CANCEL to …", "… or QUIT to end".

    STOP is no fault, but where it is to do something about a visit.
    """
    for word in dict.fromkeys(stops_for_visits(_TAGS.sub(" ", body))):
        yield (
            f"The text asks people to answer {word.upper()} about their visit. That word is an opt-out: who "
            "answers it gets no more messages, and the visit stays. "
            'Ask for digits ("1", "2") or coded words ("C1", "C2") instead.'
        )
    for word in dict.fromkeys(_asked_words(body)):
        if word in STOPS or (meaning := word_meaning(word)) is None:
            continue
        if meaning is WordMeaning.OPT_OUT:
            does = "an opt-out: who answers it gets no more messages"
        else:
            does = "a permission: it ends an opt-out, too"
        yield (
            f"The text asks people to answer {word.upper()}. Carriers take that word as {does}. "
            'Ask for digits ("1", "2") or coded words ("C1", "C2") instead.'
        )


def _asked_words(body: str) -> Iterator[str]:
    """Words after a verb that asks for them, and, where there is such a verb, all that stand out.

    Without a verb those in capitals that are said to stand for something.
    """
    text, said = " ".join(folded(body).split()), _TAGS.sub(" ", body)
    either = " ".join(folded(_TAGS.sub(" ", _ELSE.sub(" or ", body))).split())
    for one in (text, either):
        for match in _ASKS_FOR.finditer(one):
            yield from _LETTERS.findall(match["words"])
    for match in _CHOICES.finditer(folded(said)):
        yield from _LETTERS.findall(match[0])
    if _VERBS.search(text):
        named = _NAMED.finditer(" ".join(folded(said).split()))
        yield from (word for match in named for word in match.groups() if word)
        yield from (folded(word) for word in _CAPITALS.findall(body) if not body.isupper())
    yield from (folded(match["word"]) for match in _STANDS_FOR.finditer(said))
    yield from (match["does"] for match in _DOES.finditer(folded(said)))
    marked = (match["marked"] or match["alone"] for match in _MARKED.finditer(said))
    yield from map(folded, marked)
