"""What somebody cannot do that is not coming: "no puedo abrir el enlace" cancels no visit.

Spanish and Portuguese say what cannot be done by a verb in its plain form; the phrases of canceling take in
what follows "no puedo".
"""

from collections.abc import Collection, Sequence

from shared.domain.replies.lexicon import Lexicon
from shared.domain.replies.sense import Mark, Sense

_SHORTEST = 4  # letters of such a verb; "ir" is coming
_CAN = frozenset({"poder", "conseguir"})
_ABLE = frozenset({"posso", "podemos", "da", "consigo", "puedo", "puede"})
_COMES = frozenset({"ir", "vir", "comparecer", "asistir", "acudir", "venir"})
_CANNOT_BUT = (
    "nao posso deixar de ir",
    "nao da pra deixar de ir",
    "no puedo dejar de ir",
    "no puedo dejar de asistir",
)
_GO = frozenset({"ir", "irme", "vir"})


def with_abilities(marks: Sequence[Mark], lexicon: Lexicon) -> list[Mark]:
    """The marks, where a denied verb that is not one of coming cancels nothing by itself."""
    return [mark._replace(sense=_sense(mark, lexicon)) for mark in marks]


def _denies_twice(said: Sequence[str], denials: Collection[str]) -> bool:
    """ "Não dá pra não ir": who cannot but go comes; "não vou não" is a no."""
    at = [place for place, word in enumerate(said) if word in denials]
    is_twice = len(at) == 2 and at[1] > at[0] + 1 and set(said[at[0] + 1 : at[1]]) & _ABLE != set()
    is_of_coming = is_twice and set(said[at[1] + 1 : at[1] + 2]) <= _COMES and at[1] + 1 < len(said)
    return is_of_coming or any(f" {one} " in f" {' '.join(said)} " for one in _CANNOT_BUT)


def _sense(mark: Mark, lexicon: Lexicon) -> Sense:
    words = lexicon.refusal
    if mark.sense is Sense.CANCEL and _denies_twice(mark.text.split(), words.denials):
        return Sense.COMING
    said = mark.text.split() if mark.sense is Sense.CANCEL and words.verb_endings else []
    if not set(said[:2]) & words.denials or _GO & set(said):
        return mark.sense
    if said[-1] in words.missing:
        return Sense.COMING
    said = [one for one in said if len(one) >= _SHORTEST and one not in _CAN]
    verbs = [one for one in said if one.endswith(tuple(words.verb_endings))]
    is_another = bool(verbs) and not any(one.startswith(tuple(words.coming)) for one in verbs)
    return Sense.REASON if is_another else mark.sense
