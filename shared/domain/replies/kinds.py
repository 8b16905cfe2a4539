"""What phones and mail programs write by themselves, and what of a reply are the person's own words.

Reactions are sent as texts to phones that know none: Apple's by a word in the phone's language and a quote,
Google's with the sign itself. https://support.apple.com/guide/iphone/react-with-tapbacks-iph018d3c336/ios
"""

import re
from collections.abc import Iterable

from shared.domain.replies.words import words_of

_QUOTES = "\"“”„«»'‘’"
_VERBS = (
    "liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|reacted|removed|added|"
    "le (?:gusto|encanto|dio risa)|me (?:gusto|gusta|encanto|encanta)|no le gusto|se (?:rio|pregunto)|enfatizo|"
    "hizo enfasis|destaco|cuestiono|reacciono|pregunto|dijo que le|quito|ha reaccionado|resalto|marco|"
    "a (?:aime|adore|ri|souligne|questionne|reagi|deteste|retire|ajoute|pose|mis en avant|insiste)|"
    "n a pas aime|s est interroge|"
    "curtiu|gostou|amou|adorou|riu|enfatizou|questionou|reagiu|destacou|removeu|nao (?:curtiu|gostou)|deu risada"
)
_REACTION = re.compile(rf"^(?:{_VERBS})\b")
_QUOTED = re.compile(rf"[{_QUOTES}](?P<text>.{{1,2000}}?)(?:[{_QUOTES}]|…|\.\.\.)?\s*$", re.DOTALL)
_EMOJI_REACTION = re.compile(
    rf"^\W*\s*(?:to|a|à|en reponse a|para)\s*[{_QUOTES}].+[{_QUOTES}]?\s*$", re.DOTALL | re.IGNORECASE
)
_IMAGE = re.compile(
    r"^(?:liked|loved|disliked|laughed at|emphasized|questioned) an? (?:image|picture|photo|message|attachment)$"
)
_AUTOMATIC = re.compile(
    r"\b(?:auto ?(?:matic|mated|matically)? ?(?:reply|replies|response|respond|responder|message|generated)|autoreply|"
    r"(?:this is an|an) automat(?:ed|ic)|out of (?:the )?office|out of my office|on (?:annual |maternity |vacation )?leave (?:until|from|and|through|till)|"
    r"(?:am|be) (?:currently )?(?:on vacation|away from|out until|driving|traveling|travelling) (?:until|my|the|from|right|and|with|with do)|"
    r"driving with|do not disturb|(?:number|mailbox|inbox|line|account|address) is (?:not|un)(?: being)? ?monitored|"
    r"not monitored|unmonitored|undeliverable|delivery status notification|mail delivery|returned mail|"
    r"(?:will|ll) (?:get back to you|respond|reply|return your (?:call|message|email)) (?:as soon as|when i|upon|within|once|shortly)|"
    r"thank(?:s| you) for (?:contacting|your (?:email|message|text|inquiry)|reaching out|texting|messaging|calling)|"
    r"we have received your|limited access to (?:my )?e ?mail|no longer (?:with|works? (?:at|for)) (?:the company|this|us)|"
    r"respuesta automatica|mensaje automatico|contestacion automatica|fuera de (?:la )?oficina|ausente de la oficina|estoy (?:de vacaciones|conduciendo|manejando)|"
    r"(?:estare|estoy) (?:ausente|fuera) (?:de|hasta|del)|gracias por (?:contactar|comunicarte|comunicarse|escribirnos|su mensaje|tu mensaje|escribir)|hemos recibido (?:su|tu)|"
    r"(?:le|te) responder(?:e|emos)|me pondre en contacto|en cuanto (?:pueda|regrese|vuelva)|no (?:esta|es) (?:monitoreado|atendido|monitoreada)|"
    r"reponse automatique|message automatique|absent(?:e)? (?:du bureau|jusqu|de)|je suis (?:absent|absente|en conges?|en vacances|actuellement absent|au volant|en conduite)|"
    r"en conges? (?:jusqu|du|annuel|maternite)|merci (?:de nous avoir contacte|pour votre (?:message|mail|courriel) (?:nous|je|votre))|(?:je|nous) (?:vous )?(?:repondrai|repondrons|reviendrai)|"
    r"boite (?:mail )?n est pas (?:consultee|surveillee)|ne pas repondre|"
    r"resposta automatica|mensagem automatica|fora do escritorio|ausente do escritorio|estou (?:de ferias|dirigindo|em ferias|ausente)|"
    r"obrigad[oa] (?:por entrar em contato|pelo (?:seu )?contato|pela sua mensagem|por sua mensagem)|recebemos (?:sua|a sua) mensagem|(?:retornarei|retornaremos|responderei|responderemos)|assim que possivel)\b"
)  # fmt: skip
_QUOTE_HEAD = re.compile(
    r"^\s*(?:>.*|-{2,}\s*(?:original message|forwarded message|mensaje original|message d'origine|mensagem original)\s*-*.*"
    r"|(?:on|el|le|em|a)\b.{4,200}\b(?:wrote|escribió|escribio|a écrit|a ecrit|escreveu)\s*:.*|_{5,}|(?:from|de|von)\s?:\s.*@.*)$",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(
    r"^\s*(?:--\s*$|sent from my|sent via|get outlook|enviado desde mi|enviado do meu|enviado a partir|envoyé de mon|envoyé depuis|enviado via)",
    re.IGNORECASE,
)
_SHORTEST_QUOTE = 4  # words


def is_automatic(text: str) -> bool:
    """Whether a machine wrote it: out of office, driving, no mailbox."""
    return bool(_AUTOMATIC.search(" ".join(words_of(text))))


def is_reaction(text: str) -> bool:
    """Whether a phone tells of a reaction to a message, with a quote of it."""
    whole = text.strip()
    words = " ".join(words_of(whole))
    if _IMAGE.match(words) or _EMOJI_REACTION.match(whole):
        return True
    return bool(_REACTION.match(words) and (_QUOTED.search(whole) or re.search(r"[^\w\s.,!?'’]", whole)))


def own_words(text: str, sent: Iterable[str]) -> str:
    """The reply without quotes of what was `sent`, the mail below it and the phone's signature."""
    kept: list[str] = []
    for line in text.splitlines():
        if _SIGNATURE.match(line) or (_QUOTE_HEAD.match(line) and not line.lstrip().startswith(">")):
            break
        if not line.lstrip().startswith(">"):
            kept.append(line)
    whole = "\n".join(kept)
    for one in sent:
        whole = _without(whole, one)
    return whole


def _without(text: str, quoted: str) -> str:
    """The text without what repeats `quoted`, word by word."""
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
