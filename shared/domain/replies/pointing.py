"""Small words that point to one of several appointments, or to all of them, by what stands beside them."""

from collections.abc import Sequence

from shared.domain.replies.clause import BUTS
from shared.domain.replies.lexicon import Lexicon
from shared.domain.replies.matter import CLOCK, NOTS, SILENT
from shared.domain.replies.references import HOW_MANY, References
from shared.domain.replies.sense import Mark, Sense

_BEFORE_ALL = frozenset(
    {"as", "aux", "das", "dos", "las", "les", "los", "nas", "nos", "os", "pras", "pros", "the"}
)
_LIGHT = (*SILENT, *CLOCK, Sense.WORD, Sense.NUMBER)
_GOING = frozenset(
    {"pode", "podem", "puede", "pueden", "va", "vai", "vais", "vamos", "van", "vao", "vou", "voy"}
)
_OFF = frozenset({"off", "out"})
_YES = frozenset({"oui", "si", "sim", "yes"})
_NEITHER = "neither"
_BEING = frozenset({"are", "be", "is", "s"})


def pointing(marks: Sequence[Mark], references: References, lexicon: Lexicon) -> list[Mark]:
    """The marks, where "the hygienist one" and "aux deux" name what they point to.

    "Not ok" is a no there, and "vou deixar" no promise to come.
    """
    found: list[Mark] = []
    reasons = {mark.part for mark in marks if mark.sense is Sense.REASON}
    marks = _parted(marks, references)
    for at, mark in enumerate(marks):
        following = next((one for one in marks[at + 1 : at + 2] if one.part == mark.part), None)
        before = found[-1] if found and found[-1].part == mark.part else None
        if mark.text == "para" or (before and _says_nothing(mark, before, marks, references, lexicon)):
            mark = mark._replace(sense=Sense.COMMON)  # "para el martes"; what refuses was found before
        elif before and _is_all(mark, before, references):
            mark = mark._replace(sense=Sense.BOTH)
        elif before and before.sense is Sense.BOTH and _is_count(mark, references):
            mark = before._replace(end=mark.end)  # "yes to all three"
            found.pop()
        elif mark.sense is Sense.BUT and _is_only_late(marks, mark):
            mark = mark._replace(sense=Sense.COMMON)
        elif mark.text in _GOING and following and _is_verb(following):
            mark = mark._replace(sense=Sense.WORD)
        elif mark.sense is Sense.DAY and mark.part in reasons and not references.named(mark):
            mark = mark._replace(sense=Sense.COMMON)  # "died on Saturday"
        elif before and mark.sense is Sense.REFUSE_WORD and _is_off(mark, before, marks, references):
            mark = mark._replace(sense=Sense.CANCEL)  # "Friday is out"
        elif mark.sense is Sense.WORD and references.is_of_some(mark):
            mark = mark._replace(sense=Sense.COMMON)  # "eye test", where there is a hearing test too
        elif before and mark.sense is Sense.OKAY and before.text in NOTS:
            mark = mark._replace(sense=Sense.NO, start=before.start, text=f"{before.text} {mark.text}")
            found.pop()
        found.append(mark)
    return found


def _parted(marks: Sequence[Mark], references: References) -> list[Mark]:
    """The marks, where "sí a las dos" is a yes beside "las dos", and "neither Ben nor I" denies each."""
    found: list[Mark] = []
    for at, mark in enumerate(marks):
        first, *others = mark.text.split()
        if mark.sense is Sense.BOTH and first in _YES and others:
            found.append(mark._replace(sense=Sense.YES, end=mark.start + 1, text=first))
        following = marks[at + 1 : at + 2] if mark.text == _NEITHER else ()
        is_of_each = any(references.named(one) and one.part == mark.part for one in following)
        found.append(mark._replace(sense=Sense.NEGATION) if is_of_each else mark)
    return found


def _says_nothing(
    mark: Mark, before: Mark, marks: Sequence[Mark], references: References, lexicon: Lexicon
) -> bool:
    if mark.sense is Sense.NUMBER and _counts_own(mark, before, references):
        return True  # "Rex's two"
    if mark.text == "one":
        return _is_named(before, references)
    return mark.sense is Sense.BUT and _is_however(mark, marks, references, lexicon)


def _is_off(mark: Mark, before: Mark, marks: Sequence[Mark], references: References) -> bool:
    """ "Friday is out", "Ben out sick", and not "I'll drop Ben off"."""
    is_first = all(one.part != before.part or one.start >= before.start for one in marks)
    return mark.text in _OFF and (before.text in _BEING or (is_first and bool(references.named(before))))


def _is_however(but: Mark, marks: Sequence[Mark], references: References, lexicon: Lexicon) -> bool:
    """ "Benoît par contre pas possible": what is named before it is what it goes on about."""
    before = [one for one in marks if one.part == but.part and one.end <= but.start]
    is_bare = all(one.sense is Sense.COMMON or references.named(one) for one in before)
    return but.text in lexicon.buts and but.text not in BUTS and is_bare


def _is_named(mark: Mark, references: References) -> bool:
    return mark.sense in (*CLOCK, Sense.NUMBER, Sense.WORD, Sense.ORDINAL) and bool(references.named(mark))


def _is_all(mark: Mark, before: Mark, references: References) -> bool:
    is_word = mark.sense is Sense.NUMBER and not mark.text.isdecimal()
    is_each = HOW_MANY.get(mark.text) == references.count
    return is_word and is_each and before.text.split()[-1] in _BEFORE_ALL


def _is_count(mark: Mark, references: References) -> bool:
    return mark.sense is Sense.NUMBER and mark.value == references.count


def _is_only_late(marks: Sequence[Mark], but: Mark) -> bool:
    """ "But I'll be 10 minutes late": no condition."""
    after = [
        one for one in marks if one.start >= but.end and one.part == but.part and one.sense not in _LIGHT
    ]
    return bool(after) and after[0].sense is Sense.LATE and " " in after[0].text


def _is_verb(mark: Mark) -> bool:
    """Whether it looks like a verb in its plain form."""
    return mark.sense is Sense.WORD and mark.text.endswith("r")


def _counts_own(mark: Mark, before: Mark, references: References) -> bool:
    return not mark.text.isdecimal() and len(references.named(before) or ()) == mark.value
