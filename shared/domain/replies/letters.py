"""What stands around the words of a letter: the greeting above them, and below who signs, for what company.

A line that says anything is kept wherever it stands: "Regards, Ana" may have "PS: stop mailing me" below.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache

from shared.domain.contacts.consent import WordMeaning
from shared.domain.replies.consent import consent_of
from shared.domain.replies.heard import hear
from shared.domain.replies.lexicon import LANGUAGES, machines_of
from shared.domain.replies.sense import Sense
from shared.domain.replies.words import words_of

_SENT_FROM = re.compile(  # what phones and programs add, and who asks pardon for them
    r"\W*(?:sent (?:from|via|with) (?:my|an?|mail|outlook|yahoo|gmail|proton|samsung|aol|windows)"
    r"|get outlook for|obt\w+ (?:o )?outlook|télécharge\w+ outlook|yahoo mail:"
    r"|enviad[oa] (?:desde|do|pelo|a partir|através)|envoyé (?:de mon|depuis|à partir|via))\b[^\n.,;!?]{1,50}"
    r"(?:[.,; ]+(?:please |pls )?(?:excuse|forgive|pardon|disculp|perdon|desculp|conquer|organi)[^\n]*)?\W*",
    re.IGNORECASE,
)
_AT_END = re.compile(  # the same where the line end was lost
    r"(?<=\S)\s+[(\[]?(?:sent from my|enviado desde mi|enviado do meu|envoyé de mon|envoyé depuis mon)"
    r"\s(?:\w+\s)?(?:iphone|ipad|phone|mobile|android|galaxy|samsung|huawei|celular|móvil|telemóvel|téléphone)"
    r"\W*$",
    re.IGNORECASE,
)
_NOTICE = re.compile(
    r"\W*(?:confidential|privileged|confidencial|confidenti[ae]l|aviso legal|aviso de confidencial|disclaimer"
    r"|(?:this|the) (?:e-?mail|message|communication)\b.{0,60}\b(?:confidential|intended|may contain)"
    r"|(?:este|esta|el|la|o|a) (?:e-?mail|correo|mensaje|mensagem|comunicación|comunicação)\b.{0,80}"
    r"\b(?:confidencia|destin|conter|contener)"
    r"|(?:ce|cet|le) (?:e-?mail|courriel|message|mail)\b.{0,80}\b(?:confidentiel|destin|contenir)"
    r"|(?:please )?(?:consider|think of) the environment|antes de imprimir|pensez (?:à|a) l.environnement"
    r"|avant d.imprimer|virus-free|libre de virus|sans virus|livre de vírus)",
    re.IGNORECASE,
)
_RULE = re.compile(r"\s*[-–—]{2,3}\s*")  # RFC 3676, section 4.3
_AFTERWORD = re.compile(r"\W*(?:p\.?\s?[sd]\.?|n\.?b\.?)(?:\s*[:.,]|\s)", re.IGNORECASE)
_CONTACT = re.compile(  # a telephone, a site, an address, a company
    r"(?:\d\W{0,2}){6}|www\.|https?:|\S@\S|\w \| \w"
    r"|\b(?:Ltd|Inc|LLC|GmbH|SARL|SAS|Lda|Ltda|S\.\s?[AL]\.)(?:\W|$)"
)
_SENTENCE = re.compile(r"\w{3,}\s*[!?…]|[a-zà-ÿ]{3,}\.$")
_QUIET = frozenset({
    Sense.COMMON, Sense.GREETING, Sense.NUMBER, Sense.ONLY, Sense.OPTION, Sense.ORDINAL, Sense.UNIT,
    Sense.WORD,
})  # fmt: skip
_SPEAKING = frozenset({
    "also", "am", "are", "aussi", "can", "ela", "ele", "eles", "elle", "elles", "es", "est", "esta",
    "estou", "estoy", "eu", "have", "he", "i", "il", "ils", "is", "it", "j", "je", "me", "meu", "mi",
    "minha", "my", "nos", "nous", "on", "she", "suis", "tambem", "tambien", "tengo", "tenho", "they",
    "this", "too", "us", "voces", "vous", "was", "we", "will", "yo", "you", "your",
})  # fmt: skip
_ANDS = frozenset({"e", "o", "y"})
_MOST_WORDS = 9  # of a line of a signature
_MOST_NAMES = 3  # words of a name beside its closing
_MOST_CLOSING = 18  # "veuillez agréer, Madame, …"
_MOST_GREETING = 5
_SHORTEST_NAME = 3  # letters
_MOST_SIGNED = 12  # lines below a closing that are looked at
_FEW_DIGITS = 3  # "2 please" below one's name is an answer


def without_frame(lines: Sequence[str], sent: Iterable[str]) -> list[str]:
    """The lines of a letter without its greeting, its signature and what programs add.

    A name that stands in what was `sent` stays, where nothing else says which of several is answered.
    """
    texts = list(sent)
    told = {word for one in texts for word in words_of(one)}
    own = set(words_of("\n".join(_without_signature(lines, set()))))
    signers = set() if _telling(texts) & own else told
    kept = _without_notices([_AT_END.sub("", line) for line in lines if not _is_programs(line)])
    kept = _without_signature(kept, signers)
    first = next((at for at, line in enumerate(kept) if line.strip()), 0)
    rest = [line for line in kept[first + 1 :] if line.strip()]
    return kept[first + 1 :] if rest and _greets(kept[first], told) else kept


def _telling(texts: Sequence[str]) -> set[str]:
    """Names and days of what was sent, and of several texts the words that only one has."""
    said = [set(words_of(one)) for one in texts]
    capitals = {
        word for text in texts for one in text.split()[1:] if one[0].isupper() for word in words_of(one)
    }
    own = (one - set().union(*(other for other in said if other is not one)) for one in said)
    return {word for word in capitals.union(*own if len(said) > 1 else ()) if len(word) >= _SHORTEST_NAME}


def _is_programs(line: str) -> bool:
    return bool(_SENT_FROM.fullmatch(line)) and consent_of(line) is not WordMeaning.OPT_OUT


def _without_notices(lines: Sequence[str]) -> list[str]:
    """The lines without paragraphs that a company puts below each of its mails; the first says something."""
    kept: list[str] = []
    is_notice = False
    for line in lines:
        is_notice = bool(line.strip()) and (is_notice or (any(kept) and bool(_NOTICE.match(line))))
        if not is_notice:
            kept.append(line)
    return kept


def _without_signature(lines: Sequence[str], told: set[str]) -> list[str]:
    full = [at for at, line in enumerate(lines) if line.strip()]
    for at in full[1:]:
        if _RULE.fullmatch(lines[at]):
            return [*lines[:at], *_signed(lines[at + 1 :], told, is_marked=True)]
        if (name := _closes(lines[at])) is not None:
            below = [name, *lines[at + 1 :]]
            return [*lines[:at], *_signed(below, told)] if _is_end(below) else list(lines)
    return _without_card(lines, full, told)


def _is_end(below: Sequence[str]) -> bool:
    """Whether who signs stands there: a thank-you in the middle of a letter closes nothing."""
    first = next((line for line in below if line.strip()), "")
    return not first or _signs(first)


def _signed(below: Sequence[str], told: set[str], *, is_marked: bool = False) -> list[str]:
    """What lines below a closing say: who signs, where that is known, and what is added."""
    kept: list[str] = []
    is_first, is_added = True, False
    full = [line for line in below if line.strip()]
    for line in full[:_MOST_SIGNED]:
        is_added = is_added or bool(_AFTERWORD.match(line))
        is_marked = is_marked or bool(_RULE.fullmatch(line))
        if is_added or _refuses(line):
            kept.append(line)
        elif is_first:
            kept.extend(_known_names(line, told, is_marked=is_marked))
        elif not is_marked and not _signs(line):
            kept.append(line)
        is_first = False
    return [*kept, *full[_MOST_SIGNED:]]


def _refuses(line: str) -> bool:
    return any(consent_of(line, language) is WordMeaning.OPT_OUT for language in LANGUAGES)


def _known_names(line: str, told: set[str], *, is_marked: bool) -> list[str]:
    """The line, where it says something; of a mere name what was known of it: "Ana Petersen"."""
    names = [one for one in line.split() if one[:1].isupper() and set(words_of(one)) & told]
    is_name = all(one[:1].isupper() or not one.isalpha() for one in line.split())
    if not is_marked and (not _signs(line) or (names and not is_name)):
        return [line]
    return [" ".join(names)] if names else []


def _without_card(lines: Sequence[str], full: Sequence[int], told: set[str]) -> list[str]:
    """The lines without a last paragraph that is a name with a telephone or address, and no closing."""
    blank = [at for at, line in enumerate(lines) if not line.strip() and full and full[0] < at < full[-1]]
    if not blank:
        return list(lines)
    last = blank[-1]
    card = [line for line in lines[last + 1 :] if line.strip()]
    is_card = len(card) <= _MOST_SIGNED and all(_signs(one) for one in card)
    if is_card and any(_CONTACT.search(one) for one in card):
        return [*lines[:last], *_signed(card, told)]
    return list(lines)


def _signs(line: str) -> bool:
    """Whether the line may be of a signature: a name, a title, a company, a number; and says nothing."""
    said = words_of(line, keeps_apart=True)
    if _CONTACT.search(line) and sum(one.isalpha() for one in said) <= _MOST_WORDS:
        return not _refuses(line)
    if len(said) > _MOST_WORDS or set(said) & _SPEAKING or _SENTENCE.search(line):
        return False
    has_name = any(one[:1].isupper() for one in line.split())
    numbers = [word for word in said if word.isdigit()]
    is_bare = bool(numbers) and len(said) <= _FEW_DIGITS and not (has_name and len(said) > len(numbers))
    if is_bare or not (has_name or len(said) <= _MOST_NAMES):
        return False
    return all(mark.sense in _QUIET or mark.text in _ANDS for mark in hear(line, LANGUAGES[0]).marks)


def _closes(line: str) -> str | None:
    """The name beside a closing ("Regards, Ana"), empty where none is; None where the line closes nothing."""
    words = words_of(line, keeps_apart=True)
    if not words or len(words) > _MOST_CLOSING:
        return None
    if _expression("closings").fullmatch(" ".join(words)):
        return ""
    head, _, name = line.partition(",")
    if not name.strip() or not _expression("closings").fullmatch(" ".join(words_of(head, keeps_apart=True))):
        return None
    is_name = len(name.split()) <= _MOST_NAMES and name.strip()[0].isupper() and _signs(name)
    return name.strip() if is_name else None


def _greets(line: str, told: set[str]) -> bool:
    """ "Dear Sir or Madam,", "Bonjour Docteur Lee": and who was asked is not named there."""
    words = words_of(line, keeps_apart=True)
    is_short = 0 < len(words) <= _MOST_GREETING and line.rstrip()[-1] in ",:.!"
    opening = _expression("openings").match(" ".join(words)) if is_short else None
    if opening is None or set(" ".join(words)[opening.end() :].split()) & told:
        return False
    return _signs(line.rstrip(" ,:.!"))


@cache
def _expression(name: str) -> re.Pattern[str]:
    """The expressions of all languages for one of the lists under [machines], as whole words."""
    found = "|".join(f"(?:{one})" for language in LANGUAGES for one in machines_of(language)[name])
    return re.compile(rf"(?:{found})\b")
