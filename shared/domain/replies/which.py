"""Words that point to some of several appointments: "the last two", "les autres", "el resto", "1-3".

They are found in the words of a reply before its phrases are, which would take parts of them in.
"""

import re
from collections.abc import Sequence

from shared.domain.replies.words import Token

FIRST, LAST, MIDDLE, RANGE, OTHERS = "first", "last", "middle", "range", "others"
ANY_COUNT = 0  # of "the others"
COUNTS = {
    **dict.fromkeys(("two", "dos", "deux", "dois", "duas"), 2),
    **dict.fromkeys(("three", "tres", "trois"), 3),
    **dict.fromkeys(("four", "cuatro", "quatro", "quatre"), 4),
}
_N = rf"(?P<count>{'|'.join(COUNTS)}|[2-4])"
_NO_TIME = (
    r"(?! (?:day|night|week|weekend|month|year|time|thing|minute|dia|noche|semana|mes|ano|vez|fecha|hora"
    r"|jour|soir|semaine|mois|annee|fois|data|noite))"
)
_ONE = r"(?: (?:one|appointment|visit|cita|visita|rdv|rendez vous|consulta))?"
_SAID = {
    FIRST: (
        rf"(?:the )?first {_N}",
        rf"(?:los|las|os|as|les) (?:primer[oa]s?|primeir[oa]s?|premi(?:er|ere)s?) {_N}",
        rf"(?:los|las|os|as|les) {_N} (?:primer[oa]s?|primeir[oa]s?|premi(?:er|ere)s?)",
    ),
    LAST: (
        rf"(?:the )?last {_N}",
        rf"(?:los|las|os|as|les) (?:ultim[oa]s?|derni(?:er|ere)s?) {_N}",
        rf"(?:los|las|os|as|les) {_N} (?:ultim[oa]s?|derni(?:er|ere)s?)",
        rf"(?:the last{_ONE}|last one|(?:la|el|le|a|o) (?:ultim[oa]|derni(?:er|ere)){_ONE}){_NO_TIME}",
    ),
    MIDDLE: (
        r"the middle(?: one)?",
        r"(?:la|el) de(?:l)? (?:en )?medio",
        r"(?:celui|celle|le|la) du milieu",
        r"[ao] do meio",
    ),
    OTHERS: (
        rf"(?:all )?the (?:other|remaining) (?:{_N}|ones|appointments|visits)",
        r"(?:all )?(?:the others|the rest(?: of (?:them|it|those))?)|(?:everything|everyone|everybody) else",
        rf"(?:(?:los|las) otr[oa]s|(?:os|as) outr[oa]s)(?: {_N})?",
        r"(?:tod[oa]s? )?(?:(?:los|las|lo) demas|(?:os|as) demais|(?:el|o) resto|o restante)",
        rf"(?:tou(?:t|s|tes) )?(?:les (?:{_N} )?autres?|le reste)",
    ),
}
_OTHER = rf"(?:the other|(?:la|el|lo) otr[oa]|l autre|(?:[dn]?[ao]|pr[ao]) outr[oa]){_ONE}{_NO_TIME}"
_MINE = (  # beside another one that is named
    r"(?:(?:and (?:me|mine|myself)|et moi|y (?:yo|mi)|e (?:eu|mim))(?= )"
    r"|(?:l[ao] mi[ao]|(?:le|la) mien(?:ne)?|[ao] (?:minha|meu)(?= e )))"
)
OF_ALL = frozenset({  # words that no phrase passes over where several appointments are open
    "all", "ambas", "ambos", "aucun", "aucune", "both", "neither", "nenhum", "nenhuma", "ninguna", "ninguno",
    "todas", "todos", "tous", "toutes",
})  # fmt: skip
_ONE_OF_THEM = 1
# Kind, how it is said, and how many are meant where no count is said.
_PATTERNS = [
    *(
        (kind, re.compile(one), ANY_COUNT if kind == OTHERS else _ONE_OF_THEM)
        for kind, all_said in _SAID.items()
        for one in all_said
    ),
    *((OTHERS, re.compile(one), _ONE_OF_THEM) for one in (_OTHER, _MINE)),
]
_NEITHER = frozenset({"comme", "nem", "ni", "nor", "or"})  # "ni l'un ni l'autre"
_EACH = (["un", "et"], ["une", "et"])  # "l'un et l'autre"
_RANGE = re.compile(r"([1-9])-([1-9])")


def with_which(tokens: Sequence[Token]) -> list[Token]:
    """The tokens, where such words are one of the kind "which": its text is "last/2", "range/1-3"."""
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        text, end = _which(tokens, at)
        found.append(tokens[at]._replace(kind="which", text=text) if text else tokens[at])
        at = end
    return found


def _which(tokens: Sequence[Token], at: int) -> tuple[str, int]:
    """What begins at a token, and where it ends; empty where nothing does."""
    here = tokens[at]
    if here.kind == "date" and (span := _RANGE.fullmatch(here.text)) and span[1] < span[2]:
        return f"{RANGE}/{here.text}", at + 1
    before = [token.text for token in tokens[max(at - 2, 0) : at]]
    if set(before[-1:]) & _NEITHER or before in _EACH:
        return "", at + 1
    words = [token.text for token in tokens[at:] if token.part == here.part]
    said = " ".join(words) + " "
    best, text = 0, ""
    for kind, pattern, count in _PATTERNS:
        match = pattern.match(said)
        if match is None or not said[match.end() :].startswith(" ") or match.end() <= best:
            continue
        told = match.groupdict().get("count")
        best, text = match.end(), f"{kind}/{COUNTS.get(told, told) if told else count}"
    return text, at + (len(said[:best].split()) or 1)
