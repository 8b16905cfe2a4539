"""What mail servers and mailing lists put beside what somebody wrote, which is nobody's word.

Firms have "if you are not the intended recipient, please delete" stand below every mail, and lists "to
unsubscribe, click here": read as the person's, they are a wrong address and a refusal.
"""

import re
from itertools import takewhile

_READ = 600  # characters of a paragraph


def _any(*expressions: str) -> re.Pattern[str]:
    return re.compile("|".join(expressions), re.IGNORECASE)


_MAIL = r"(?:e-?mails?|mails?|messages?|communications?|transmissions?)"
_BEGINS = _any(
    rf"this (?:\w+ )?{_MAIL}\b",
    rf"the (?:information|contents?) (?:contained )?(?:in|of) this (?:\w+ )?{_MAIL}\b",
    r"(?:confidential(?:ity)?|disclaimer|privileged|(?:legal|important) notice)\b",
    r"if you (?:are|have)\b",
    r"est[ea] (?:mensaje|correo|e-?mail|mensagem)\b",
    r"aviso (?:legal|de confidencialidad)\b",
    r"(?:la informaci[oó]n contenida|a informa[cç][aã]o contida)\b",
    r"s[ie] (?:usted|no|n[aã]o|ha)\b",
    r"ce (?:message|courriel|mail|e-?mail)\b",
    r"(?:avis de confidentialit[eé]|les informations contenues|si vous)\b",
    r"diese[sr]? (?:e-?mail|nachricht)\b",
)
_IS_SECRET = _any(
    r"confidenti|confidenci|privileged|vertraulich",
    r"intended (?:(?:only|solely) )?(?:for the\b|recipient)",
    r"not the (?:intended recipient|named recipient|addressee)",
    r"if you have received this\b.{0,40}\bin error",
    r"no es (?:usted )?el destinatario",
    r"ha recibido este\b.{0,40}\bpor error",
    r"n[aã]o [eé] o destinat[aá]rio",
    r"n.?[eê]tes pas le destinataire",
    r"re[cç]u ce\b.{0,40}\bpar erreur",
)
_IS_NOTICE = _any(
    r"(?:please )?(?:consider|think of) the environment before print",
    r"(?:please )?think before (?:you )?print",
    r"(?:por favor,? )?(?:piens[ae] en el medio ?ambiente|pense no (?:meio )?ambiente|antes de imprimir)",
    r"(?:merci de )?pense[rz] [aà] l.environnement|avant d.imprimer",
    r"to (?:unsubscribe|opt out|stop receiving)\b.{0,80}\b(?:click|visit|go to|follow|group|list)\b",
    r"para darse de baja\b.{0,80}\b(?:clic|pulse)\b",
    r"para cancelar (?:su|a) (?:suscripci[oó]n|inscri[cç][aã]o)\b.{0,80}\b(?:clic|clique|pulse)\b",
    r"pour (?:vous d[eé]s(?:inscrire|abonner)|ne plus recevoir)\b.{0,80}\bcliquez\b",
)


def without_footers(text: str) -> str:
    """The text without such notices, each up to the next empty line."""
    kept: list[str] = []
    lines = text.splitlines()
    at = 0
    while at < len(lines):
        if _is_notice(lines[at:]):
            at += sum(1 for _ in takewhile(str.strip, lines[at:]))
        else:
            kept.append(lines[at])
            at += 1
    return "\n".join(kept).rstrip()


def _is_notice(lines: list[str]) -> bool:
    """Whether a notice begins with the first of these lines."""
    first = lines[0].lstrip(" \t*_-=[(!")
    head = " ".join((first, *lines[1:3]))
    if _IS_NOTICE.match(head):
        return True
    if not _BEGINS.match(first):
        return False
    paragraph = " ".join((first, *takewhile(str.strip, lines[1:])))
    return bool(_IS_SECRET.search(paragraph[:_READ]))
