"""What each clause of a reply says of the appointments that it names: "Ana is coming, but Ben can't".

A clause ends at a sign and at a "but". Each has its own verdict on what it names, in whatever order they
stand. What is not named stays open; what is asked or doubted of one leaves all to a person.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.replies.keeping import as_verb
from shared.domain.replies.lexicon import Lexicon
from shared.domain.replies.matter import CANCELED, CONFIRMED, SILENT, Matter
from shared.domain.replies.open_questions import Target
from shared.domain.replies.references import Names
from shared.domain.replies.sense import Mark, Sense
from shared.domain.replies.verdict import Verdict, verdict

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
NOTS = frozenset({"not", "pas", "no", "nao"})
_PAIR = 2  # clauses that name something
_STRONG = frozenset({Sense.CANCEL, Sense.COMING, Sense.MOVE})
_SURE = frozenset({Sense.CANCEL, Sense.CANCEL_VERB, Sense.COMING})
_POINTERS = frozenset({Sense.BOTH, Sense.NUMBER, Sense.ORDINAL, Sense.WHICH})
_ASSENT = frozenset({Sense.YES, Sense.OKAY, Sense.GREETING, Sense.CHOICE})
_OF_NONE = frozenset({Sense.NO, Sense.CANCEL, Sense.CANCEL_VERB, Sense.COMING, Sense.REASON})
OPEN = ("either", "any")  # none of them only where something is denied
CANNOT = frozenset({"not", "never", "pas", "jamais", "no", "nao", "nunca", "unable", "cant"})
_OF_NOT_EACH = frozenset({Sense.CANCEL, Sense.NO, Sense.NEGATION})
_DENYING = frozenset({Sense.NEGATION, Sense.NO})


class Told(Struct, frozen=True, kw_only=True):
    """The answers by target. `has_note`: words stand beside them."""

    answers: Mapping[int, Disposition]
    has_note: bool = False


class _Clause(Struct):
    marks: list[Mark]
    named: frozenset[int] | None
    said: tuple[Mark, ...]
    is_mixed: bool  # such a word stands between two names: each may have its own
    has_words: bool  # that name nothing and that nobody knows
    unknown: bool  # a word that nobody knows stands between a name and what is said of it
    is_bare: bool  # names, and nothing else
    is_only: bool  # "just Ben"
    is_of_one: bool  # whatever it names is the same one: "Ben isn't coming on Thursday"


def told_by_clauses(
    marks: Sequence[Mark], named: Names, targets: Sequence[Target], written_at: datetime, lexicon: Lexicon
) -> Told | None:
    """What the clauses say, one by one; None where that is not certain, or there is but one."""
    if any(mark.asks or mark.sense is Sense.CORRECTION for mark in marks):
        return None
    clauses = _merged([_clause(*one, lexicon) for one in _split(marks, named)])
    naming = [clause for clause in clauses if clause.named is not None]
    is_told = any(_is_of_each(one) or one.is_of_one for one in naming)
    is_said_again = bool(naming) and sum(bool(one.said) for one in clauses) >= _PAIR
    if len(naming) < _PAIR and not is_told and not is_said_again:
        return None
    return _told(clauses, targets, written_at)


def leaves_one_open(marks: Sequence[Mark], named: Names, lexicon: Lexicon) -> bool:
    """Whether a clause names something, and what it says of that is not known: "Ben's is a breeze"."""
    clauses = _merged([_clause(*one, lexicon) for one in _split(marks, named)])
    return len(clauses) > 1 and any(
        one.named is not None and not one.said and not one.is_bare and not one.is_only for one in clauses
    )


def _is_of_each(clause: _Clause) -> bool:
    """ "Both rascals will be there on Tuesday"."""
    is_sure = any(mark.sense in _SURE for mark in clause.said)
    return is_sure and any(mark.sense is Sense.BOTH for mark in clause.marks)


def is_not_each(marks: Sequence[Mark]) -> bool:
    """Whether "both" is denied: "I can't make both" may leave one of them."""
    denied = [mark for mark in marks if set(mark.text.split()) & CANNOT and mark.sense in _OF_NOT_EACH]
    unknown = {mark.part for mark in marks if mark.sense is Sense.WORD}
    return any(
        one.sense is Sense.BOTH and mark.part == one.part and mark.start < one.start
        for one in marks
        for mark in denied
        if mark.sense is Sense.CANCEL or mark.part in unknown
    )


def verdict_of(said: Sequence[Mark], target: Target, written_at: datetime) -> Verdict:
    """What the parts say of the target."""
    matter = Matter(options=target.question.options, appointment=target.appointment, written_at=written_at)
    return verdict(said, matter)


def joined(names: Sequence[frozenset[int]], marks: Sequence[Mark]) -> frozenset[int]:
    """ "Ben at 10:30" is what both name; "1 and 2" is either; "both at 11" is nothing."""
    shared = frozenset.intersection(*names)
    if len(set(names)) > 1 and any(mark.sense in EACH for mark in marks):
        each = next(name for name, mark in zip(names, marks, strict=True) if mark.sense in EACH)
        others = [name for name, mark in zip(names, marks, strict=True) if mark.sense not in EACH]
        return each if frozenset().union(*others) == each else frozenset()
    is_list = all(mark.sense in (Sense.NUMBER, Sense.ORDINAL) for mark in marks)
    return shared if shared and not is_list else frozenset.union(*names)


def _split(marks: Sequence[Mark], named: Names) -> list[tuple[list[Mark], list[frozenset[int] | None]]]:
    """The marks of each clause and what they name; a "but" begins the next one and is none of its words."""
    found: list[tuple[list[Mark], list[frozenset[int] | None]]] = []
    part = None
    for mark, name in zip(marks, named, strict=True):
        is_but = mark.sense is Sense.BUT
        if mark.part != part or is_but or not found:
            found.append(([], []))
            part = mark.part
        found[-1][0].append(mark)
        found[-1][1].append(name)
    return [one for one in found if one[0]]


def _clause(marks: list[Mark], named: list[frozenset[int] | None], lexicon: Lexicon) -> _Clause:
    is_but = marks[0].sense is Sense.BUT and marks[0].text in lexicon.buts
    if is_but:
        marks, named = marks[1:], named[1:]
    places = [at for at, name in enumerate(named) if name is not None]
    said = [mark for mark, name in zip(marks, named, strict=True) if is_said(mark, name)]
    if all(mark.sense is Sense.REASON for mark in said):  # "Ana has a fever, cancel hers"
        said = []
    verbs = [verb for at in range(len(marks)) if (verb := as_verb(marks, named, at, lexicon)) is not None]
    if all(
        mark.sense in _ASSENT or mark.sense is Sense.REFUSE_WORD for mark in said
    ):  # "the hygienist, you may drop"
        said = verbs or said
    if any(mark.text in NOTS and mark.sense in _DENYING for mark in said):
        said = _denial(said, marks, named)
    unknown = [at for at, mark in enumerate(marks) if mark.sense is Sense.WORD and named[at] is None]
    unknown = [at for at in unknown if as_verb(marks, named, at, lexicon) is None]
    reach = [*places, *(at for at, mark in enumerate(marks) if any(mark is one for one in said))]
    return _Clause(
        marks=marks,
        named=joined([named[at] or frozenset() for at in places], [marks[at] for at in places])
        if places
        else None,
        said=tuple(said),
        unknown=bool(reach) and any(min(reach) < at < max(reach) for at in unknown),
        is_mixed=bool(places) and any(min(places) < at < max(places) for at in unknown),
        has_words=bool(unknown),
        is_bare=all(
            name is not None or mark.sense is Sense.GREETING or set(mark.text.split()) <= lexicon.joints
            for mark, name in zip(marks, named, strict=True)
        ),
        is_only=any(mark.sense is Sense.ONLY for mark in marks),
        is_of_one=len(places) > 1 and len({named[at] for at in places}) == 1,
    )


def is_said(mark: Mark, name: frozenset[int] | None) -> bool:
    """Whether the part answers, and names nothing."""
    return name is None and mark.sense not in BESIDE and mark.sense is not Sense.ONLY


def _denial(said: Sequence[Mark], marks: Sequence[Mark], named: Names) -> list[Mark]:
    """ "Not the hygienist", "Ben isn't": a no, where the denial stands at an end of what is said."""
    nots = [mark for mark in said if mark.sense in _DENYING]
    at = marks.index(nots[0]) if len(nots) == 1 else None
    if at is None or len(said) > 1:
        return list(said)
    after = [one for one in zip(marks[at + 1 :], named[at + 1 :], strict=True) if one[0].sense not in SILENT]
    is_last = all(name is not None for _, name in after)
    return [nots[0]._replace(sense=Sense.NO)] if is_last else list(said)


def _merged(clauses: Sequence[_Clause]) -> list[_Clause]:
    """The clauses, where one that only names is told of in the next: "the hygienist, no thanks"."""
    found: list[_Clause] = []
    for clause in clauses:
        before = found[-1] if found else None
        is_open = before is not None and before.named is not None and not before.said and not before.is_only
        if before is not None and is_open and clause.named is None:
            before.said += clause.said
            before.marks += clause.marks
        else:
            found.append(clause)
    return found


def _told(clauses: Sequence[_Clause], targets: Sequence[Target], written_at: datetime) -> Told | None:
    answers: dict[int, Disposition] = {}
    last: _Clause | None = None
    whys: frozenset[int] = frozenset()
    for clause in clauses:
        if clause.named is None:
            if not _agrees(clause, last, answers, targets, written_at):
                return None
            continue
        if _is_why(clause):
            whys |= clause.named
            continue
        if not clause.said and clause.is_bare and last is not None and not clause.is_only:
            clause.said = last.said  # "yes to the dentist, and the hygienist"
        found = _of_clause(clause, targets, written_at)
        if found is None:
            return None
        if any(answers.get(number, said) is not said for number, said in found.items()):
            return None
        answers.update(found)
        last = clause
    return Told(answers=answers, has_note=_has_note(clauses)) if answers and whys <= answers.keys() else None


def _is_why(clause: _Clause) -> bool:
    """ "I have a class on Thursday", "this is Ben's carer": what is said of it stands in another clause."""
    is_each = any(mark.sense is Sense.NEITHER for mark in clause.marks)
    is_by_name = not clause.is_bare and not any(mark.sense in _POINTERS for mark in clause.marks)
    tells = is_by_name or any(mark.sense is Sense.REASON for mark in clause.marks)
    return not clause.said and not is_each and not clause.is_only and tells


def _has_note(clauses: Sequence[_Clause]) -> bool:
    reasons = any(mark.sense is Sense.REASON for one in clauses for mark in one.marks)
    return reasons or any(one.has_words for one in clauses)


def _agrees(
    clause: _Clause,
    last: _Clause | None,
    answers: Mapping[int, Disposition],
    targets: Sequence[Target],
    written_at: datetime,
) -> bool:
    """Whether a clause without a name says nothing new: a yes before, or the same of the last one again."""
    if all(mark.sense in BESIDE or mark.sense in (Sense.REASON, Sense.ONLY) for mark in clause.marks):
        return True
    if last is None or not last.named:
        return bool(clause.said) and all(mark.sense in _ASSENT for mark in clause.said)
    number = min(last.named)
    return verdict_of(clause.said, targets[number], written_at).disposition is answers.get(number, "")


def _of_clause(
    clause: _Clause, targets: Sequence[Target], written_at: datetime
) -> Mapping[int, Disposition] | None:
    """What the clause says of each that it names; None where it cannot be told."""
    if not clause.named:
        return None
    if any(mark.sense is Sense.NEITHER for mark in clause.marks):
        return _of_none(clause)
    if not clause.said:
        return dict.fromkeys(clause.named, CONFIRMED) if clause.is_only else None
    if clause.is_mixed and not clause.is_of_one:
        return None
    if clause.unknown and not any(mark.sense in _STRONG for mark in clause.said):
        return None
    found: dict[int, Disposition] = {}
    for number in clause.named:
        read = _verdict(clause.said, targets[number], written_at)
        if read.disposition is None:
            return None
        found[number] = read.disposition
    return found


def _of_none(clause: _Clause) -> Mapping[int, Disposition] | None:
    """ "Neither", and nothing but why, or that they come, beside it."""
    is_clear = all(mark.sense in _OF_NONE for mark in clause.said)
    is_open = any(mark.sense is Sense.NEITHER and mark.text.startswith(OPEN) for mark in clause.marks)
    return dict.fromkeys(clause.named or (), CANCELED) if is_clear and not is_open else None


def _verdict(said: Sequence[Mark], target: Target, written_at: datetime) -> Verdict:
    is_bare = {mark.sense for mark in said} <= {Sense.NO, Sense.GREETING}
    if is_bare and any(one.disposition is CANCELED for one in target.question.options):
        return Verdict(disposition=CANCELED)
    return verdict_of(said, target, written_at)
