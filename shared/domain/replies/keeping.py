"""Verbs such as "keep" and "drop", which say something only of what is named next to them."""

from collections.abc import Sequence

from shared.domain.replies.lexicon import Lexicon
from shared.domain.replies.matter import CLOCK, NOTS
from shared.domain.replies.references import Names
from shared.domain.replies.sense import Mark, Sense

_TAKES = frozenset({"take", "taking"})  # "I'll take Tuesday", "take Ben off"
_OFF = frozenset({"away", "down", "off", "out"})
_DROPS_OFF = frozenset({"drop", "leave"})  # "I'll drop Ben off"
_GIVES = frozenset({
    "ceder", "cede", "cedo", "dar", "darle", "den", "denle", "donner", "donnez", "give", "passar", "passa",
})  # fmt: skip
_NEAR = 2  # parts between a denial and the verb
_PLACES = frozenset({
    "creneau", "horario", "hueco", "lugar", "place", "plaza", "slot", "spot", "turno", "vaga", "vez",
})  # fmt: skip


def as_verb(marks: Sequence[Mark], named: Names, at: int, lexicon: Lexicon) -> Mark | None:
    """The part as coming or canceling, where it is such a verb; None where it is none."""
    mark = marks[at]
    words = set(mark.text.split())
    after = [index for index in range(at + 1, len(marks)) if marks[index].sense is not Sense.COMMON]
    is_place = any(marks[index].text.split()[-1] in _PLACES for index in range(at + 1, len(marks))[:2])
    is_next = not after or named[after[0]] is not None or marks[after[0]].sense is Sense.GREETING or is_place
    if mark.sense not in (Sense.WORD, Sense.COMMON, Sense.REFUSE, Sense.REFUSE_WORD) or not is_next:
        return None
    if mark.text in _DROPS_OFF and _has_off(mark, marks):
        return None
    is_off = bool(words & _TAKES) and _has_off(mark, marks)
    if is_off or words & lexicon.drops or (words & _GIVES and is_place):
        return mark._replace(sense=Sense.CANCEL)
    takes = (
        bool(words & _TAKES) and bool(after) and marks[after[0]].sense in (*CLOCK, Sense.NUMBER, Sense.WHICH)
    )
    if not takes and not words & lexicon.keeps:
        return None
    return mark._replace(sense=Sense.CANCEL if _is_denied(mark, marks) else Sense.COMING)


def _is_denied(mark: Mark, marks: Sequence[Mark]) -> bool:
    """ "La otra no la quiero", "l'autre je veux pas"."""
    here = [one for one in marks if one.part == mark.part]
    at = here.index(mark)
    beside = [*here[max(0, at - _NEAR) : at], *here[at + 1 : at + 2]]
    return bool(NOTS & {*mark.text.split(), *(one.text for one in beside)})


def _has_off(mark: Mark, marks: Sequence[Mark]) -> bool:
    return any(one.part == mark.part and _OFF & set(one.text.split()) for one in marks)
