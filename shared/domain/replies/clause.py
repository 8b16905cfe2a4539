"""One clause of a reply to several questions: what it names, and what it says of that."""

from collections.abc import Sequence

from msgspec import Struct

from shared.domain.replies.keeping import as_verb
from shared.domain.replies.lexicon import Lexicon
from shared.domain.replies.matter import NOTS, SILENT
from shared.domain.replies.references import Names
from shared.domain.replies.sense import Mark, Sense
from shared.domain.replies.splitting import spans_of

EACH = (Sense.BOTH, Sense.NEITHER)
BESIDE = frozenset(
    {
        Sense.GREETING,
        Sense.COMMON,
        Sense.OPTION,
        Sense.UNIT,
        Sense.WORD,
        Sense.HARMLESS,
        Sense.LATE,
        Sense.ASKING,
    }
)
BUTS = frozenset({"but", "mais", "mas", "pero"})
ASSENT = frozenset({Sense.YES, Sense.OKAY, Sense.GREETING, Sense.CHOICE})
_DENYING = frozenset({Sense.NEGATION, Sense.NO})


class Clause(Struct):
    """Its parts, what they name, what is `said` of that, and how sure that is."""

    marks: list[Mark]
    named: frozenset[int] | None
    said: tuple[Mark, ...]
    is_mixed: bool  # such a word stands between two names: each may have its own
    has_words: bool  # that name nothing and that nobody knows
    unknown: bool  # a word that nobody knows stands between a name and what is said of it
    is_bare: bool  # names, and nothing else
    is_only: bool  # "just Ben"
    is_dropped: bool  # "drop the Tuesday one", and nothing that nobody knows
    is_of_one: bool  # whatever it names is the same one: "Ben isn't coming on Thursday"


def clauses_of(marks: Sequence[Mark], named: Names, lexicon: Lexicon) -> list[Clause]:
    """The clauses, where one that only names is told of in the next: "the hygienist, no thanks"."""
    spans = spans_of(marks, named, lexicon)
    return _merged([_clause(list(marks[a:b]), list(named[a:b]), lexicon) for a, b in spans])


def joined(names: Sequence[frozenset[int]], marks: Sequence[Mark]) -> frozenset[int]:
    """ "Ben at 10:30" is what both name; "1 and 2" is either; "both at 11" is nothing."""
    shared = frozenset.intersection(*names)
    if len(set(names)) > 1 and any(mark.sense in EACH for mark in marks):
        each = next(name for name, mark in zip(names, marks, strict=True) if mark.sense in EACH)
        others = [name for name, mark in zip(names, marks, strict=True) if mark.sense not in EACH]
        return each if frozenset().union(*others) == each else frozenset()
    is_list = all(mark.sense in (Sense.NUMBER, Sense.ORDINAL) for mark in marks)
    return shared if shared and not is_list else frozenset.union(*names)


def is_said(mark: Mark, name: frozenset[int] | None) -> bool:
    """Whether the part answers, and names nothing."""
    return name is None and mark.sense not in BESIDE and mark.sense not in (Sense.ONLY, Sense.WHICH)


def _clause(marks: list[Mark], named: list[frozenset[int] | None], lexicon: Lexicon) -> Clause:
    is_but = marks[0].sense is Sense.BUT and marks[0].text in lexicon.buts
    if is_but:
        marks, named = marks[1:], named[1:]
    places = [at for at, name in enumerate(named) if name is not None]
    said = [mark for mark, name in zip(marks, named, strict=True) if is_said(mark, name)]
    if all(mark.sense is Sense.REASON for mark in said):  # "Ana has a fever, cancel hers"
        said = []
    verbs = [verb for at in range(len(marks)) if (verb := as_verb(marks, named, at, lexicon)) is not None]
    if all(
        mark.sense in ASSENT or mark.sense in (Sense.REFUSE, Sense.REFUSE_WORD) for mark in said
    ):  # "the hygienist, you may drop"
        said = verbs or said
    if any(mark.text in NOTS and mark.sense in _DENYING for mark in said):
        said = _denial(said, marks, named)
    unknown = [at for at, mark in enumerate(marks) if mark.sense is Sense.WORD and named[at] is None]
    unknown = [at for at in unknown if as_verb(marks, named, at, lexicon) is None]
    reach = [*places, *(at for at, mark in enumerate(marks) if any(mark is one for one in said))]
    return Clause(
        marks=marks,
        named=joined([named[at] or frozenset() for at in places], [marks[at] for at in places])
        if places
        else None,
        said=tuple(said),
        unknown=bool(reach) and any(min(reach) < at < max(reach) for at in unknown),
        is_mixed=bool(places) and any(min(places) < at < max(places) for at in unknown),
        has_words=bool(unknown),
        is_bare=all(
            name is not None
            or mark.sense in (Sense.GREETING, Sense.WHICH)
            or set(mark.text.split()) <= lexicon.joints
            for mark, name in zip(marks, named, strict=True)
        ),
        is_only=any(mark.sense is Sense.ONLY for mark in marks),
        is_dropped=not unknown and bool(verbs) and all(one.sense is Sense.CANCEL for one in verbs),
        is_of_one=_is_of_one([(marks[at], named[at] or frozenset()) for at in places]),
    )


def _is_of_one(naming: Sequence[tuple[Mark, frozenset[int]]]) -> bool:
    """ "Ben isn't coming on Thursday": the day is of his, whoever else has one then."""
    is_list = all(mark.sense in (Sense.NUMBER, Sense.ORDINAL) for mark, _ in naming)
    names = {name for _, name in naming}
    narrow = min(names, key=len, default=frozenset())
    return (
        len(naming) > 1
        and bool(narrow)
        and all(narrow <= one for one in names)
        and (len(names) == 1 or not is_list)
    )


def _denial(said: Sequence[Mark], marks: Sequence[Mark], named: Names) -> list[Mark]:
    """ "Not the hygienist", "Ben isn't": a no, where the denial stands at an end of what is said."""
    nots = [mark for mark in said if mark.sense in _DENYING]
    at = marks.index(nots[0]) if len(nots) == 1 else None
    if at is None or len(said) > 1:
        return list(said)
    after = [one for one in zip(marks[at + 1 :], named[at + 1 :], strict=True) if one[0].sense not in SILENT]
    is_last = all(name is not None for _, name in after)
    return [nots[0]._replace(sense=Sense.NO)] if is_last else list(said)


def _merged(clauses: Sequence[Clause]) -> list[Clause]:
    """The clauses, where one that only names is told of in the next: "the hygienist, no thanks"."""
    found: list[Clause] = []
    for clause in clauses:
        before = found[-1] if found else None
        is_open = before is not None and before.named is not None and not before.said and not before.is_only
        if before is not None and is_open and clause.named is None:
            before.said += clause.said
            before.marks += clause.marks
        else:
            found.append(clause)
    return found
