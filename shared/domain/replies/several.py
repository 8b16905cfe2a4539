"""An answer to several open appointments: "1 yes 2 no", "both", "only the 10:30", "yes for Ben"."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.record import replace
from shared.domain.replies.all_but import Exceptions, exceptions_of
from shared.domain.replies.answered import ALSO_ASKS, PAIRS, REST, UNNAMED, WHICH, Answered
from shared.domain.replies.clauses import (
    OPEN,
    Told,
    is_not_each,
    leaves_one_open,
    told_by_clauses,
    verdict_of,
)
from shared.domain.replies.lexicon import Lexicon
from shared.domain.replies.matter import CLOCK, SILENT
from shared.domain.replies.open_questions import Target
from shared.domain.replies.pairs import answer_pairs, with_denials
from shared.domain.replies.pointing import pointing
from shared.domain.replies.references import Names, References
from shared.domain.replies.riding import without_riding
from shared.domain.replies.sense import Mark, Sense
from shared.domain.replies.together import declines_each, declines_either, without_apology
from shared.domain.replies.verdict import WISHING

_DOUBTS = frozenset(
    {Sense.DOUBT, Sense.BUT, Sense.NEGATION, Sense.NOT_CANCEL, Sense.CORRECTION, Sense.ASKING}
)
_POLITE = frozenset({Sense.GREETING, Sense.NO})
_WHY = SILENT | {Sense.WORD, Sense.REASON}
_MEANT = frozenset({
    "attendez", "decir", "digo", "dire", "dizer", "espera", "mean", "meant", "oops", "ops", "oups", "ups",
    "wait", "whoops",
})  # fmt: skip
_ARTICLES = frozenset({"the", "la", "el", "le", "a", "o"})
_UNTIL = frozenset({"until", "till", "jusqu", "hasta", "ate"})


def answer_several(
    marks: Sequence[Mark], targets: Sequence[Target], written_at: datetime, lexicon: Lexicon
) -> Answered:
    """What the parts of a reply say of several targets."""
    references = References(targets, written_at)
    marks = pointing(without_apology(marks), references)
    excepting = exceptions_of(marks, references)
    if excepting is not None:
        return _all_but(excepting, targets, written_at)
    found = _amended(marks, targets, written_at, lexicon) or _answer(marks, targets, written_at, lexicon)
    answering = without_riding(marks, references)
    if found.answers or len(answering) == len(marks):
        return found
    asked = _answer(answering, targets, written_at, lexicon)
    return replace(asked, has_rest=True, has_note=True, reason=ALSO_ASKS) if asked.answers else found


def _all_but(said: Exceptions, targets: Sequence[Target], written_at: datetime) -> Answered:
    """ "Yes to all but the first": no to that one. "Cancel all but the first" leaves it open."""
    of_all = _read_each(said.of_all, targets, written_at)
    of_them = _read_each(said.of_them, targets, written_at)
    if (said.of_all and len(of_all) < len(targets)) or (said.of_them and len(of_them) < len(targets)):
        return Answered(reason=PAIRS)
    both = dict.fromkeys(targets, Disposition.CONFIRMED) | of_all
    of_them = {} if of_them == both else of_them  # "all but the first, yes"
    is_left = not of_them and Disposition.CONFIRMED not in both.values()
    found = {
        target: of_them.get(target, Disposition.CANCELED) if number in said.numbers else both[target]
        for number, target in enumerate(targets)
        if number not in said.numbers or not is_left
    }
    return Answered(
        answers=tuple(found.items()), has_note=True, has_rest=is_left, reason=REST if is_left else ""
    )


def _read_each(
    said: Sequence[Mark], targets: Sequence[Target], written_at: datetime
) -> dict[Target, Disposition]:
    """What the parts say of each, as far as they do."""
    read = ((target, verdict_of(said, target, written_at).disposition) for target in targets)
    found = {target: one for target, one in read if one is not None}
    is_no = {mark.sense for mark in said} == {Sense.NO}
    return dict.fromkeys(targets, Disposition.CANCELED) if is_no and said else found


def _amended(
    marks: Sequence[Mark], targets: Sequence[Target], written_at: datetime, lexicon: Lexicon
) -> Answered | None:
    """ "Both. Sorry, no on the hygienist": what stands behind the last correction holds for what it names.

    None where nothing is corrected, or the correction may be about another one: "1 yes, sorry 2 yes".
    """
    places = [index for index, mark in enumerate(marks) if mark.sense is Sense.CORRECTION]
    if not places:
        return None
    after = marks[places[-1] + 1 :]
    found = _answer(after, targets, written_at, lexicon)
    before = [mark for mark in marks[: places[-1]] if mark.sense is not Sense.CORRECTION]
    if all(mark.sense in SILENT for mark in before):
        return found  # "actually cancel 2"
    first = dict(_answer(before, targets, written_at, lexicon).answers)
    last = dict(found.answers)
    if _is_meant(marks) and len(first) == 1:
        head, tail = _head(after)
        if (
            len(last) > 1
            and tail
            and (other := _instead(first, head, Answered(), References(targets, written_at)))
        ):
            rest = _answer(
                tail, targets, written_at, lexicon
            )  # "cancel Sofía, I mean Mateo, Sofía is coming"
            return replace(other, answers=tuple((dict(other.answers) | dict(rest.answers)).items()))
        if len(last) <= 1:
            return _instead(first, after, found, References(targets, written_at))
    again = first.keys() & last.keys()
    if not again or any(first[target] is last[target] for target in again):
        return None
    return replace(found, answers=tuple((first | last).items()), has_note=True)


def _head(marks: Sequence[Mark]) -> tuple[Sequence[Mark], Sequence[Mark]]:
    """The first part, and what follows it."""
    count = sum(mark.part == marks[0].part for mark in marks) if marks else 0
    return marks[:count], marks[count:]


def _is_meant(marks: Sequence[Mark]) -> bool:
    """Whether a correction says that something else was meant."""
    said = (word for mark in marks if mark.sense is Sense.CORRECTION for word in mark.text.split())
    return bool(_MEANT & set(said))


def _instead(
    first: Mapping[Target, Disposition], after: Sequence[Mark], found: Answered, references: References
) -> Answered | None:
    """ "Cancel the 14th, I mean the 7th": the same of the other one."""
    (target, said), *_ = first.items()
    named = [name for name in references.names(after) if name is not None]
    again = dict(found.answers)
    if len(again) == 1 and (said in again.values() or target in again):
        return replace(found, has_note=True)
    is_bare = not again and len(named) == 1 and len(named[0]) == 1
    if not is_bare or any(
        mark.sense not in SILENT | {Sense.WORD, Sense.ORDINAL, Sense.NUMBER} for mark in after
    ):
        return None
    return Answered(answers=((references.targets[min(named[0])], said),), has_note=True)


def _answer(
    marks: Sequence[Mark], targets: Sequence[Target], written_at: datetime, lexicon: Lexicon
) -> Answered:
    references = References(targets, written_at)
    named = references.names(marks)
    if declines_either(marks) or declines_each(marks, named, len(targets)):
        return _none_of(targets)
    if is_not_each(marks) or _is_one_of(marks):
        return Answered(reason=PAIRS)
    if all(one is None or one for one in named):
        told = told_by_clauses(marks, named, targets, written_at, lexicon)
        if told is not None:
            return _answered(told, marks, targets)
        if leaves_one_open(marks, named, lexicon):
            return Answered(reason=PAIRS)
    marks = with_denials(_said_once(marks), references)
    named = references.names(marks)
    if _is_a_count(marks):
        return Answered(reason=WHICH.format(count=len(targets)))
    if _declines_all(marks, named, targets):
        return _none_of(targets)
    if any(one is not None and not one for one in named):
        return Answered(reason=UNNAMED)
    is_wish = any(mark.sense is Sense.MOVE for mark in marks)  # "could we move both?"
    if any(_is_unsure(mark, name, is_wish) for mark, name in zip(marks, named, strict=True)):
        return _unsure(marks, targets, written_at)
    if all(name is None for name in named):
        return _unnamed(marks, targets, written_at)
    return answer_pairs(marks, named, targets, written_at, lexicon)


def _is_one_of(marks: Sequence[Mark]) -> bool:
    """ "Un seul des deux": one of them, and nobody knows which."""
    only = {mark.part for mark in marks if mark.sense is Sense.ONLY}
    return any(mark.sense is Sense.BOTH and mark.part in only for mark in marks)


def _is_unsure(mark: Mark, name: frozenset[int] | None, is_wish: bool) -> bool:
    if is_wish and mark.sense is Sense.ASKING and mark.text.split()[0] in WISHING:
        return False
    return (mark.asks and not is_wish) or (mark.sense in _DOUBTS and name is None)


def _none_of(targets: Sequence[Target]) -> Answered:
    return Answered(answers=tuple((one, Disposition.CANCELED) for one in targets), has_note=True)


def _answered(told: Told, marks: Sequence[Mark], targets: Sequence[Target]) -> Answered:
    rest = any(mark.sense is Sense.ONLY for mark in marks) and len(told.answers) < len(targets)
    return Answered(
        answers=tuple((targets[number], said) for number, said in sorted(told.answers.items())),
        has_note=told.has_note,
        has_rest=rest,
        reason=REST if rest else "",
    )


def _declines_all(marks: Sequence[Mark], named: Names, targets: Sequence[Target]) -> bool:
    """Whether "neither" stands alone in its part, and only why in others: "neither one, we're away"."""
    places = [index for index, name in enumerate(named) if name]
    none = marks[places[0]] if len(places) == 1 else None
    if none is None or none.sense is not Sense.NEITHER or none.text.startswith(OPEN):
        return False
    beside = [mark for mark in marks if mark is not none]
    if any(mark.asks for mark in marks):
        return False
    here = all(mark.sense in (*_POLITE, Sense.COMMON) for mark in beside if mark.part == none.part)
    others = [mark for mark in beside if mark.part != none.part]
    is_reason = all(mark.sense in (*_WHY, *CLOCK) or mark.text in _UNTIL for mark in others)
    cancels = all(
        any(one.disposition is Disposition.CANCELED for one in target.question.options) for target in targets
    )
    return here and is_reason and cancels and len(named[places[0]] or ()) == len(targets)


def _said_once(marks: Sequence[Mark]) -> Sequence[Mark]:
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


def _is_a_count(marks: Sequence[Mark]) -> bool:
    """Whether the only number is in letters, and may as well say how many: "yes to one", "oui pour deux"."""
    numbers = [index for index, mark in enumerate(marks) if mark.sense is Sense.NUMBER]
    if len(numbers) != 1 or marks[numbers[0]].text.isdecimal():
        return False
    before = marks[numbers[0] - 1] if numbers[0] else None
    return before is None or (before.sense is not Sense.OPTION and before.text not in _ARTICLES)


def _unsure(marks: Sequence[Mark], targets: Sequence[Target], written_at: datetime) -> Answered:
    read = verdict_of(marks, targets[0], written_at)
    return Answered(leaning=read.leaning, reason=read.reason or WHICH.format(count=len(targets)))


def _unnamed(marks: Sequence[Mark], targets: Sequence[Target], written_at: datetime) -> Answered:
    """An answer that names no appointment: for the one that has none yet, else a person's.

    Where all have that answer already, it is said again of the newest.
    """
    read = [(target, verdict_of(marks, target, written_at)) for target in targets]
    offered = [(target, one.disposition, one.has_note) for target, one in read if one.disposition is not None]
    if not offered:
        return Answered(leaning=read[0][1].leaning, reason=read[0][1].reason)
    first = [one for one in offered if one[0].appointment.disposition is None]
    is_again = not first and all(target.appointment.disposition is said for target, said, _ in offered)
    if len(first) == 1 or len(offered) == 1 or is_again:
        target, said, has_note = (first or offered)[0]
        return Answered(answers=((target, said),), has_note=has_note)
    return Answered(leaning=offered[0][1], reason=WHICH.format(count=len(first) or len(offered)))
