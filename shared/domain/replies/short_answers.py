"""Short words that answer only beside what they are said of: "11 I can", "10:30 dá", "Ben cancelled".

By themselves they say little: "can" may ask, "cancelled" may tell what somebody else did. Behind the name of
one of several appointments, and at the end of a part, they are its answer.
"""

from collections.abc import Sequence

from shared.domain.replies.lexicon import Lexicon
from shared.domain.replies.matter import CLOCK, NOTS, SILENT
from shared.domain.replies.references import References
from shared.domain.replies.sense import Mark, Sense

_ABLE = frozenset({
    "can", "confirma", "confirmam", "confirman", "confirment", "confirms", "consegue", "consegues", "consigo",
    "da", "does", "in", "pode", "pode ser", "podem", "podemos", "posso",
    "peut", "peux", "pouvons", "puede", "pueden", "puedo",
    "vem", "vienen", "viennent",
})  # fmt: skip
_DENYING = frozenset({Sense.NEGATION, Sense.NO})
_WITHOUT = frozenset({"pas", "sem", "sin", "without"})
_FREE = frozenset({
    "available", "dispo", "disponible", "disponibles", "disponivel", "free", "libre", "livre", "posible",
    "possible", "possivel",
})  # fmt: skip
_BUSY = frozenset({"indisponible", "indisponivel", "unavailable"})
_FAILING = frozenset({"not available", "not possible", "not work", "not working", "unavailable"})
_NEEDING = frozenset({"besoin", "necesito", "need", "preciso", "quero", "quiero", "veux", "want"})
_CANCELED = ("cancel", "annul", "anul", "desmarcad")
_PAST = frozenset({
    "been", "did", "ete", "fue", "fueron", "foi", "foram", "get", "got", "had", "has", "have", "was", "were",
    "who", "why",
})  # fmt: skip
_VERBS_NO = {"es": "no", "pt": "nao"}
_PRESENCE = frozenset({"asistencia", "presenca", "presence", "presencia"})
_PHRASES = frozenset({Sense.CANCEL, Sense.CANCEL_VERB, Sense.COMING})
_SILENT = SILENT | {Sense.YES, Sense.OKAY}
_BEFORE = SILENT | {*CLOCK, Sense.BUT, Sense.WHICH}
_ANSWERS = frozenset({
    Sense.CANCEL, Sense.CANCEL_VERB, Sense.CHOICE, Sense.COMING, Sense.MOVE, Sense.NO, Sense.OKAY, Sense.YES,
})  # fmt: skip


def with_short_answers(marks: Sequence[Mark], references: References, lexicon: Lexicon) -> list[Mark]:
    """The marks, where such words confirm or cancel what is named in their part."""
    found: list[Mark] = []
    for mark in marks:
        part = _piece(mark, marks)
        if _denies_verb(mark, part, references, lexicon):
            mark = mark._replace(sense=Sense.NEGATION)
        elif _is_if(mark, part, marks, references):
            mark = mark._replace(sense=Sense.BUT)
        found.append(_said(mark, part, marks, references))
        found += _days_in(mark, lexicon)
    return found


def _piece(mark: Mark, marks: Sequence[Mark]) -> list[Mark]:
    """The marks of its part, as far as no "but" lies between."""
    buts = [one.start for one in marks if one.part == mark.part and one.sense is Sense.BUT]
    first = max((at for at in buts if at <= mark.start), default=-1)
    end = min((at for at in buts if at > mark.start), default=mark.end + len(marks))
    return [one for one in marks if one.part == mark.part and first <= one.start < max(end, mark.end)]


def _denies_verb(mark: Mark, part: Sequence[Mark], references: References, lexicon: Lexicon) -> bool:
    """ "Beto y yo no sabemos": an unknown word right behind a "no" is what is denied."""
    following = next((one for one in part if one.start == mark.end), None)
    is_unknown = following is not None and following.sense is Sense.WORD
    is_no = mark.sense in (Sense.NO, Sense.CHOICE) and mark.text in _VERBS_NO.get(lexicon.language, "")
    return is_no and is_unknown and following is not None and references.named(following) is None


def _is_if(mark: Mark, part: Sequence[Mark], marks: Sequence[Mark], references: References) -> bool:
    """ "Ana sí, si Ben puede ir": the second one is an "if", where a verb follows the name."""
    if mark.text != "si" or mark.sense not in (Sense.CHOICE, Sense.YES) or part[0] is not mark:
        return False
    is_again = any(one.text == "si" and one.end <= mark.start for one in marks)
    after = [one for one in part if one.sense is not Sense.COMMON and one is not mark]
    return is_again and len(after) > 1 and bool(references.named(after[0]))


def _days_in(mark: Mark, lexicon: Lexicon) -> list[Mark]:
    """The weekday that a phrase takes in: "pass on Thursday"."""
    if mark.sense not in _PHRASES:
        return []
    days = [word for word in mark.text.split() if word in lexicon.weekdays]
    return [
        mark._replace(sense=Sense.DAY, value=("weekday", lexicon.weekdays[word]), text=word) for word in days
    ]


def _said(mark: Mark, part: Sequence[Mark], marks: Sequence[Mark], references: References) -> Mark:
    before = [one for one in part if one.end <= mark.start]
    after = [one for one in part if one.start >= mark.end]
    is_named = any(references.named(one) for one in before)
    if mark.asks or not any(references.named(one) for one in part):
        return mark
    if _is_cannot(mark, after) or _is_going_not(mark, after):
        return mark._replace(sense=Sense.CANCEL)
    if before and (_is_cannot(before[-1], [mark, *after]) or _is_going_not(before[-1], [mark, *after])):
        return mark._replace(sense=Sense.COMMON)
    if _makes(mark, before, after, references):
        return mark._replace(sense=Sense.COMING)
    if _is_able(mark, before, after, references) and is_named:
        is_denied = any(one.sense in _DENYING for one in after)
        return mark._replace(sense=Sense.COMMON if is_denied else Sense.COMING)
    if _is_denied_able(mark, before, after) and is_named:
        return mark._replace(sense=Sense.CANCEL)
    if _is_not_free(mark, before, part):
        return mark._replace(sense=Sense.CANCEL)
    if mark.sense is Sense.DOUBT and mark.text.split()[-1].startswith(_CANCELED):
        is_told = is_named and not _PAST & {word for one in marks for word in one.text.split()}
        return mark._replace(sense=Sense.CANCEL) if is_told else mark
    return mark._replace(sense=Sense.NO) if _is_without(mark, before, after, references) else mark


def _is_cannot(mark: Mark, after: Sequence[Mark]) -> bool:
    """ "Não pode na quinta": nothing but a day stands behind it."""
    is_next = bool(after) and after[0].text in _ABLE and after[0].start == mark.end
    is_end = all(one.sense in (*SILENT, *CLOCK) for one in after[1:])
    is_no = mark.text in NOTS and mark.sense in (*_DENYING, Sense.CHOICE)
    return is_no and is_next and is_end


def _is_going_not(mark: Mark, after: Sequence[Mark]) -> bool:
    """ "À 10h30 ça va pas"."""
    is_next = bool(after) and after[0].text == "pas" and after[0].start == mark.end
    return mark.sense is Sense.COMING and is_next and len(after) == 1


def _makes(mark: Mark, before: Sequence[Mark], after: Sequence[Mark], references: References) -> bool:
    """ "I can make the 10:30"."""
    told = [one for one in after if one.sense not in SILENT]
    is_can = mark.text == "make" and bool(before) and before[-1].text == "can"
    return is_can and bool(told) and bool(references.named(told[0]))


def _is_able(mark: Mark, before: Sequence[Mark], after: Sequence[Mark], references: References) -> bool:
    is_last = all(one.sense in _SILENT or one.text in NOTS or one.text in _PRESENCE for one in after)
    is_free = not (before and before[-1].sense in _DENYING)
    is_free = is_free and all(one.sense in _BEFORE or references.named(one) for one in before)
    is_alone = not any(one.sense in _ANSWERS for one in (*before, *after) if one.text not in NOTS)
    return mark.text in _ABLE and mark.sense is not Sense.YES and is_last and is_free and is_alone


def _is_denied_able(mark: Mark, before: Sequence[Mark], after: Sequence[Mark]) -> bool:
    """ "11 I can't", "Thursday doesn't", "10:30 não dá"."""
    is_after = bool(before) and before[-1].text in _ABLE and mark.sense in _DENYING
    return is_after and mark.text in NOTS and all(one.sense in SILENT for one in after)


def _is_not_free(mark: Mark, before: Sequence[Mark], part: Sequence[Mark]) -> bool:
    """ "Ben is not available Thursday", "Ana n'est pas dispo", "10:30 doesn't work"."""
    others = [one for one in part if one is not mark and one.sense in _ANSWERS]
    if mark.sense is Sense.REASON:
        said = mark.text.split()
        is_not_free = said[0] in NOTS and said[-1] in _FREE
        is_off = mark.text == "est mort" and any(one.sense in CLOCK for one in before)  # "10h30 c'est mort"
        return (mark.text in _FAILING or is_not_free or is_off) and not others
    if mark.sense not in (Sense.WORD, Sense.COMMON):
        return False
    words = set(mark.text.split())
    near = [one for one in before[-3:] if one.sense in _DENYING or one.text in NOTS]
    is_plain = all(one in near for one in others)
    return is_plain and bool(words & _BUSY or (words & _FREE and near))


def _is_without(mark: Mark, before: Sequence[Mark], after: Sequence[Mark], references: References) -> bool:
    """ "Sin dentista", "pas de dentiste cette fois", "I don't need the hygienist"."""
    if mark.sense is not Sense.NEGATION or any(one.sense in _ANSWERS for one in (*before, *after)):
        return False
    told = [one for one in after if one.sense not in SILENT or references.named(one)]
    needs = [one for one in after[:2] if _NEEDING & set(one.text.split())]
    told = [one for one in told if one not in needs]
    is_of_one = bool(told) and bool(references.named(told[0])) and not references.is_person(told[0])
    is_plain = all(
        one.sense is Sense.WORD and references.named(one) for one in told if one.sense is Sense.WORD
    )
    is_first = all(one.sense in SILENT for one in before)
    return is_of_one and is_plain and is_first and (mark.text in _WITHOUT or bool(needs))
