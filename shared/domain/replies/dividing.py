"""What divides a reply to several questions: "but", "but not", and signs between two names."""

from collections.abc import Sequence
from itertools import pairwise

from shared.domain.replies.matter import SILENT
from shared.domain.replies.references import References
from shared.domain.replies.sense import Mark, Sense

BUT_NOT = "but not"
EACH = (Sense.BOTH, Sense.NEITHER)
_NOTS = frozenset({"not", "pas", "no", "nao"})
_BUTS = frozenset({"but", "pero", "mais", "mas", "par contre", "en cambio"})
_ABLE = frozenset({"can", "is", "are", "will"})
_JOINING = frozenset({
    "a", "al", "and", "as", "at", "da", "das", "de", "del", "des", "do", "du", "e", "el", "et", "for", "in",
    "la", "las", "le", "les", "los", "my", "o", "of", "on", "os", "para", "pour", "the", "then", "to", "y",
})  # fmt: skip
_SAYING = frozenset({
    Sense.YES, Sense.OKAY, Sense.COMING, Sense.NO, Sense.CANCEL, Sense.CANCEL_VERB, Sense.CHOICE,
})  # fmt: skip
_AFTER_BUT = 1_000  # added to the part of what stands behind a "but" that divides


def said_once(marks: Sequence[Mark]) -> Sequence[Mark]:
    """The marks, where "both" behind "neither one" says the same again: "neither one, cancel them both"."""
    first = next((mark for mark in marks if mark.sense is Sense.NEITHER), None)
    cancels = {mark.part for mark in marks if mark.sense in (Sense.CANCEL, Sense.CANCEL_VERB)}
    if first is None or any(mark.sense in (Sense.YES, Sense.COMING, Sense.MOVE) for mark in marks):
        return marks
    return [
        mark
        for mark in marks
        if not (mark.sense is Sense.BOTH and mark.part in cancels and mark.part > first.part)
    ]


def denied(marks: Sequence[Mark], references: References) -> list[Mark]:
    """The marks, where "but not" before a name is a no, and a "but" before one nothing.

    So "the 10:30 but not the hygienist" says no to her, and "yes to Ana but Ben can't" speaks of both.
    """
    found: list[Mark] = []
    for index, mark in enumerate(marks):
        following = [one for one in marks[index + 1 :] if one.sense not in SILENT]
        is_denial = mark.sense in (Sense.NEGATION, Sense.NO) and mark.text in _NOTS
        is_named = is_denial and bool(found) and _names(following, references)
        if (
            is_denial
            and found
            and found[-1].text in _ABLE
            and all(one.part != mark.part for one in following)
        ):
            found.append(mark._replace(sense=Sense.NO))  # "Ana yes, Ben can't"
            continue
        if is_named and found[-1].part != mark.part:
            found.append(mark._replace(sense=Sense.NO, text=BUT_NOT))
        elif is_named and found[-1].sense is Sense.BUT:
            found[-1] = mark._replace(sense=Sense.NO, text=BUT_NOT)
        elif mark.sense is Sense.BUT and mark.text in _BUTS and _names(following, references):
            found.append(mark._replace(sense=Sense.COMMON))
        else:
            found.append(mark)
    return found


def _names(following: Sequence[Mark], references: References) -> bool:
    return bool(following and following[0].sense not in EACH and references.named(following[0]))


def divided(marks: Sequence[Mark], references: References) -> list[Mark]:
    """The marks, where a "but" with a name and an answer on each side parts them: "1 yes but skip the 2"."""
    found = list(marks)
    for index, mark in enumerate(marks):
        if mark.text not in _BUTS or not (
            _is_pair(marks[:index], references) and _is_pair(marks[index + 1 :], references)
        ):
            continue
        later = [one._replace(part=one.part + _AFTER_BUT) if one.part == mark.part else one for one in marks]
        found = [*marks[:index], mark._replace(sense=Sense.COMMON), *later[index + 1 :]]
    return found


def _is_pair(marks: Sequence[Mark], references: References) -> bool:
    """Whether one appointment is named and answered."""
    names = [named for mark in marks if mark.sense not in EACH and (named := references.named(mark))]
    return bool(names) and len(set(names)) == 1 and any(mark.sense in _SAYING for mark in marks)


def is_parted(places: Sequence[int], marks: Sequence[Mark], named: Sequence[frozenset[int] | None]) -> bool:
    """Whether a "but", or a sign and words that join nothing, part two names: "not Ana, Ben is a go"."""
    for one, then in pairwise(places):
        if (named[one] or frozenset()) & (named[then] or frozenset()):
            continue
        between = set(" ".join(mark.text for mark in marks[one + 1 : then]).split())
        behind = range(then + 1, len(marks))
        after = [marks[at] for at in behind if marks[at].part == marks[then].part and named[at] is None]
        if between & _BUTS:
            return True
        is_other = any(
            mark.sense in (Sense.COMMON, Sense.WORD) and not set(mark.text.split()) <= _JOINING
            for mark in after
        )
        if marks[one].part != marks[then].part and is_other:
            return True
    return False
