"""Texts that ask for STOP where they mean a visit: "Reply STOP to cancel your appointment".

Who answers that gets no message any more, and the visit stays as it is. "STOP to opt out" is what the word is
for, and so is "STOP to cancel these reminders".
"""

import re
from collections.abc import Iterator, Sequence

from shared.domain.replies.words import folded, words_of

STOPS = frozenset({
    "alto", "arret", "baja", "optout", "parar", "sair", "salir", "stop", "stopall", "unsubscribe",
})  # fmt: skip
_PIECES = re.compile(r"(?s).{1,1500}(?!\w)|.{1,1500}")
_AROUND = 200  # characters in which the text says what the word is for
_TAGS = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)  # of the template: nobody reads them
_SENTENCES = re.compile(r"[.!;\n]+(?=\s|$)|\n")
_ASKING = re.compile(
    r"\b(?:reply|text|respond|answer|send|type|respond[ae]|responder|contest[ae]|envi[ae]|escrib[ae]"
    r"|mand[ae]|digite|repond(?:ez|s)|envoy(?:ez|e)|tapez|ecri(?:vez|s)|escreva|press|say)\b[^?]*$"
)
_FOR = re.compile(r"\s*(?:=|(?:to|for|if|means|when|para|pour|a fin de|afin d|si|se|caso|quando|quand)\b)")
# Where another answer begins: "STOP to opt out, 2 to cancel".
_NEXT = re.compile(
    r",|/|\b(?:or|and|o|y|ou|et|e)\b(?=\s*(?:\d|[\"'“«]|[a-z]\b|reply|text|call|llame|appelez|ligue))"
)
_END = (
    r"(?:cancel(?:ar|e|o)?|decline|call off|move|change|annuler|decommander|anular|desmarcar|cambiar|mover"
    r"|mudar|deplacer|reporter|rechazar|recusar|refuser)"
)
_ALWAYS = re.compile(
    r"\b(?:resched\w+|rebook\w*|rearrange|reprogramar|reagendar|remarcar|reporter|decline|recusar|rechazar)\b"
)
_VISIT = (
    r"(?:appointments?|visits?|bookings?|reservations?|sessions?|lessons?|slots?|check ?ups?|surgery|it"
    r"|citas?|visitas?|turnos?|reservas?|consultas?|rendez[ -]?vous|rdv|visites?|seances?|consultations?"
    r"|agendamentos?|marcac(?:ao|oes)|sess(?:ao|oes)|horario)"
)
_ENDS_VISIT = re.compile(rf"\b{_END}\b(?:\W+\w+){{0,4}}?\W+{_VISIT}\b")
_STAYS_AWAY = re.compile(
    r"\b(?:can ?['’]?t|cannot|can not|unable to|not able to|won ?['’]?t|will not|are not|aren ?['’]?t"
    r"|don ?['’]?t|no (?:pued\w+|podra\w*|va\w*|asist\w+|vien\w+)"
    r"|ne (?:pouvez|pourrez|venez|peux) pas|ne (?:venez|viendrez)"
    r"|nao (?:pud\w+|pode\w*|v\w+|consegu\w+))\b(?:\W+\w+){0,3}?\W*"
    r"(?:make it|attend|com(?:e|ing)|keep|be there|asistir|venir|acudir|ir|vir|comparecer|plus|pas|$|\?|,)"
)
_CONFIRMS = re.compile(r"\b(?:confirm\w*|accept\w*|acept\w+|aceitar)\b")
_BARE_CANCEL = re.compile(rf"\s*(?:to|para|pour)\s+{_END}\s*$")
_OF_MESSAGES = re.compile(
    r"\b(?:opt(?:ing)?[ -]?out|unsubscrib\w+|messages?|msgs?|texts|sms|reminders?|alerts?|notifications?"
    r"|updates?|subscri\w+|suscri\w+|inscri\w+|mensaj\w*|mensag\w+|recordatorios?|avisos?|notificac\w+|rappels?|alertes?"
    r"|abonn\w+|desabonn\w+|lembretes?|recevoir|receb\w+|recib\w+"
    r"|hear from us|(?:contact|mailing|text|sms|distribution|our) list)\b"
)
_BEGINS_MESSAGES = re.compile(
    r"\b(?:opt(?:ing)?[ -]?(?:back )?in|resubscri\w+|restart|resume|rejoin|sign up)\b"
)
_ELSE_OF_MESSAGE = re.compile(rf"\b(?:this message|receipt|(?!it\b){_VISIT})\b")
# The others of a list of words that all are to end messages: "STOP, END or QUIT to opt out".
_LISTED = re.compile(
    r"(?:[\"'”»’)\]*_>`]*\s*(?:,|/|\b(?:or|and|o|y|ou|et|e)\b)+\s*(?:or\s+)?[\"'“«(\[*_<`]*"
    rf"(?:{'|'.join(sorted(STOPS))}|yes|cancel|end|quit|revoke|opt out|start|unstop|help|info)\b)*"
    r"[\"'”»’)\]*_>`]*"
)
_LAST_SENTENCE = re.compile(
    r"(?:^|[.;!?\n])\s*((?:do you want|would you like|want|wish|to|if|para|pour|si|se)\b"
    r"[^.;!?\n]*\??[^.;!?\n]*)$"
)
_SENTENCE_END = re.compile(r"[.;!?\n](?=\s|$)")


def stops_for_visits(text: str, own: Sequence[str] = ()) -> Iterator[str]:
    """The words of refusal which the text asks for to do something about a visit, in their one form.

    `own` are the company's own words of refusal, which may be several words each.
    """
    phrases = sorted({*STOPS, "opt out", *(" ".join(words_of(one)) for one in own)}, key=len, reverse=True)
    stop = re.compile(rf"\b(?:{'|'.join(map(re.escape, phrases))})\b[\"'”»’)\]*_>`]*")
    for sentence in _SENTENCES.split(plain(_TAGS.sub(" ", text))):
        for match in stop.finditer(sentence):
            start, end = match.span()
            if _is_for_visit(sentence[max(0, start - _AROUND) : start], sentence[end : end + _AROUND]):
                yield match[0].rstrip("\"'”»’)]*_>`")


def plain(text: str) -> str:
    """All of the text in one form; `folded` reads no more than a reply has."""
    return "".join(map(folded, _PIECES.findall(text)))


def purpose_of(before: str, after: str) -> str:
    """What the text says that a word is for which stands between these; empty where it says nothing.

    "CANCEL or QUIT to opt out" says it of both, "to get our texts, reply YES" before it.
    """
    rest = after[_end_of(_LISTED.match(after)) :]
    if _FOR.match(rest):
        ends = [found.start() for one in (_NEXT, _SENTENCE_END) if (found := one.search(rest))]
        return rest[: min(ends, default=len(rest))]
    found = _LAST_SENTENCE.search(before)
    return found[1] if found and _ASKING.search(found[1]) else ""


def _end_of(match: re.Match[str] | None) -> int:
    return match.end() if match else 0


def is_of_messages(purpose: str, *, begins: bool = False) -> bool:
    """Whether a word's purpose is to end messages; or to begin them, and no visit's."""
    if not begins:
        return bool(_OF_MESSAGES.search(purpose))
    is_said = _BEGINS_MESSAGES.search(purpose) or _OF_MESSAGES.search(purpose)
    return bool(is_said) and not _ELSE_OF_MESSAGE.search(purpose)


def _is_for_visit(before: str, after: str) -> bool:
    after = after[_end_of(_LISTED.match(after)) :]
    if _FOR.match(after):
        purpose = after[: cut.start()] if (cut := _NEXT.search(after)) else after
        is_other_choice = bool(_BARE_CANCEL.match(purpose) and _CONFIRMS.search(before))
        return not _OF_MESSAGES.search(purpose) and (is_other_choice or _is_about_visit(purpose))
    if not _ASKING.search(before):
        return False
    found = [*_ENDS_VISIT.finditer(before), *_STAYS_AWAY.finditer(before), *_ALWAYS.finditer(before)]
    last = max((match.end() for match in found), default=None)
    return last is not None and not _OF_MESSAGES.search(before[last:])


def _is_about_visit(purpose: str) -> bool:
    return any(one.search(purpose) for one in (_ENDS_VISIT, _STAYS_AWAY, _ALWAYS, _CONFIRMS))
