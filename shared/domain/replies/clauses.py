"""What each clause of a reply says of the appointments that it names: "Ana is coming, but Ben can't".

A clause ends at a sign and at a "but". Each has its own verdict on what it names, in whatever order they
stand. What is not named stays open; what is asked or doubted of one is left_open.py's.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.replies.clause import ASSENT, BESIDE, Clause, clauses_of
from shared.domain.replies.lexicon import Lexicon
from shared.domain.replies.matter import CANCELED, CONFIRMED, Matter
from shared.domain.replies.open_questions import Target
from shared.domain.replies.references import Names
from shared.domain.replies.sense import Mark, Sense
from shared.domain.replies.verdict import Verdict, verdict

_PAIR = 2  # clauses that name something
_STRONG = frozenset({Sense.CANCEL, Sense.COMING, Sense.MOVE})
_SURE = frozenset({Sense.CANCEL, Sense.CANCEL_VERB, Sense.COMING})
_POINTERS = frozenset({Sense.BOTH, Sense.NUMBER, Sense.ORDINAL, Sense.WHICH})
_OF_NONE = frozenset({Sense.NO, Sense.CANCEL, Sense.CANCEL_VERB, Sense.COMING, Sense.REASON})
OPEN = ("either", "any")  # none of them only where something is denied
CANNOT = frozenset({"not", "never", "pas", "jamais", "no", "nao", "nunca", "unable", "cant"})
_OF_NOT_EACH = frozenset({Sense.CANCEL, Sense.NO, Sense.NEGATION})


class Told(Struct, frozen=True, kw_only=True):
    """The answers by target. `has_note`: words stand beside them."""

    answers: Mapping[int, Disposition]
    has_note: bool = False


def told_by_clauses(
    marks: Sequence[Mark], named: Names, targets: Sequence[Target], written_at: datetime, lexicon: Lexicon
) -> Told | None:
    """What the clauses say, one by one; None where that is not certain, or there is but one."""
    if any(mark.asks or mark.sense is Sense.CORRECTION for mark in marks):
        return None
    clauses = clauses_of(marks, named, lexicon)
    naming = [clause for clause in clauses if clause.named is not None]
    is_told = any(_is_of_each(one) or one.is_of_one or one.is_dropped for one in naming)
    is_said_again = bool(naming) and sum(bool(one.said) for one in clauses) >= _PAIR
    if len(naming) < _PAIR and not is_told and not is_said_again:
        return None
    return _told(clauses, targets, written_at)


def leaves_one_open(marks: Sequence[Mark], named: Names, lexicon: Lexicon) -> bool:
    """Whether a clause names something, and what it says of that is not known: "Ben's is a breeze"."""
    clauses = clauses_of(marks, named, lexicon)
    return len(clauses) > 1 and any(
        one.named is not None and not one.said and not one.is_bare and not one.is_only for one in clauses
    )


def _is_of_each(clause: Clause) -> bool:
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


def _told(clauses: Sequence[Clause], targets: Sequence[Target], written_at: datetime) -> Told | None:
    answers: dict[int, Disposition] = {}
    last: Clause | None = None
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


def _is_why(clause: Clause) -> bool:
    """ "I have a class on Thursday", "this is Ben's carer": what is said of it stands in another clause."""
    is_each = any(mark.sense is Sense.NEITHER for mark in clause.marks)
    is_by_name = not clause.is_bare and not any(mark.sense in _POINTERS for mark in clause.marks)
    tells = is_by_name or any(mark.sense is Sense.REASON for mark in clause.marks)
    return not clause.said and not is_each and not clause.is_only and tells


def _has_note(clauses: Sequence[Clause]) -> bool:
    reasons = any(mark.sense is Sense.REASON for one in clauses for mark in one.marks)
    return reasons or any(one.has_words for one in clauses)


def _agrees(
    clause: Clause,
    last: Clause | None,
    answers: Mapping[int, Disposition],
    targets: Sequence[Target],
    written_at: datetime,
) -> bool:
    """Whether a clause without a name says nothing new: a yes before, or the same of the last one again."""
    if all(mark.sense in BESIDE or mark.sense in (Sense.REASON, Sense.ONLY) for mark in clause.marks):
        return True
    if last is None or not last.named:
        is_plain = not clause.has_words  # "la petite oui" is of somebody
        return is_plain and bool(clause.said) and all(mark.sense in ASSENT for mark in clause.said)
    number = min(last.named)
    is_why = answers.get(number) is CANCELED and bool(clause.said)
    if is_why and all(mark.sense in (Sense.NEGATION, Sense.REASON) for mark in clause.said):
        return True  # "no dentist tomorrow, can't face it"
    return verdict_of(clause.said, targets[number], written_at).disposition is answers.get(number, "")


def _of_clause(
    clause: Clause, targets: Sequence[Target], written_at: datetime
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


def _of_none(clause: Clause) -> Mapping[int, Disposition] | None:
    """ "Neither", and nothing but why, or that they come, beside it."""
    is_clear = all(mark.sense in _OF_NONE for mark in clause.said)
    is_open = any(mark.sense is Sense.NEITHER and mark.text.startswith(OPEN) for mark in clause.marks)
    return dict.fromkeys(clause.named or (), CANCELED) if is_clear and not is_open else None


def _verdict(said: Sequence[Mark], target: Target, written_at: datetime) -> Verdict:
    is_bare = {mark.sense for mark in said} <= {Sense.NO, Sense.GREETING}
    if is_bare and any(one.disposition is CANCELED for one in target.question.options):
        return Verdict(disposition=CANCELED)
    return verdict_of(said, target, written_at)
