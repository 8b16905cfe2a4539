"""An answer to several open appointments: "1 yes 2 no", "both", "only the 10:30", "yes for Ben"."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.replies.clauses import (
    EACH,
    NOTS,
    OPEN,
    Told,
    is_not_each,
    is_said,
    joined,
    leaves_one_open,
    told_by_clauses,
    verdict_of,
)
from shared.domain.replies.lexicon import Lexicon
from shared.domain.replies.matter import SILENT
from shared.domain.replies.open_questions import Target
from shared.domain.replies.references import References, with_the_other
from shared.domain.replies.sense import Mark, Sense
from shared.domain.replies.together import declines_each, declines_either, without_apology

WHICH = "{count} appointments could be meant."
UNNAMED = "It names none of the open appointments."
PAIRS = "It is not certain which answer is for which appointment."
REST = "It says nothing of the others."
_DOUBTS = frozenset(
    {Sense.DOUBT, Sense.BUT, Sense.NEGATION, Sense.NOT_CANCEL, Sense.CORRECTION, Sense.ASKING}
)
_BUTS = frozenset({"but", "pero", "mais", "mas"})
_BUT_NOT = "but not"
_CAN = "can"
_POLITE = frozenset({Sense.GREETING, Sense.NO})
_WHY = SILENT | {Sense.WORD, Sense.REASON}
_DENIALS = frozenset({Sense.NO, Sense.CANCEL, Sense.CANCEL_VERB})


class Answered(Struct, frozen=True, kw_only=True):
    """The answers by target, or why a person decides. `has_rest`: the others stay open and are a person's."""

    answers: tuple[tuple[Target, Disposition], ...] = ()
    has_note: bool = False
    has_rest: bool = False
    leaning: Disposition | None = None
    reason: str = ""


class _Group(Struct):
    """Parts that belong together: what they name, and what they say of it."""

    named: frozenset[int] | None = None
    said: tuple[Mark, ...] = ()
    names: tuple[str, ...] = ()
    is_none: bool = False  # "neither"


def answer_several(
    marks: Sequence[Mark], targets: Sequence[Target], written_at: datetime, lexicon: Lexicon
) -> Answered:
    """What the parts of a reply say of several targets."""
    references = References(targets, written_at)
    marks = _without_ones(without_apology(marks), references)
    named = with_the_other(marks, [references.named(mark) for mark in marks], len(targets))
    if declines_either(marks) or declines_each(marks, named, len(targets)):
        return _none_of(targets)
    if is_not_each(marks):
        return Answered(reason=PAIRS)
    if all(one is None or one for one in named):
        told = told_by_clauses(marks, named, targets, written_at, lexicon)
        if told is not None:
            return _answered(told, marks, targets)
        if leaves_one_open(marks, named, lexicon):
            return Answered(reason=PAIRS)
    marks = _denied(_said_once(marks), references)
    named = with_the_other(marks, [references.named(mark) for mark in marks], len(targets))
    if _is_a_count(marks):
        return Answered(reason=WHICH.format(count=len(targets)))
    if any(one is not None and not one for one in named):
        return Answered(reason=UNNAMED)
    if any(mark.sense in _DOUBTS or mark.asks for mark in marks):
        return _unsure(marks, targets, written_at)
    if _declines_all(marks, named, targets):
        return _none_of(targets)
    says = [is_said(mark, name) for mark, name in zip(marks, named, strict=True)]
    groups = _groups(marks, named, says)
    if groups is None or _has_word_between(marks, named) or _is_only_named(groups, marks, named):
        return Answered(reason=PAIRS)
    if not any(group.named for group in groups):
        return _unnamed(marks, targets, written_at)
    return _answers(groups, marks, targets, written_at)


def _none_of(targets: Sequence[Target]) -> Answered:
    return Answered(answers=tuple((one, Disposition.CANCELED) for one in targets), has_note=True)


def _without_ones(marks: Sequence[Mark], references: References) -> list[Mark]:
    """The marks, where "one" behind a name is no number: "the hygienist one"."""
    return [
        mark._replace(sense=Sense.COMMON)
        if mark.text == "one"
        and index
        and marks[index - 1].sense is Sense.WORD
        and references.named(marks[index - 1])
        else mark
        for index, mark in enumerate(marks)
    ]


def _answered(told: Told, marks: Sequence[Mark], targets: Sequence[Target]) -> Answered:
    rest = any(mark.sense is Sense.ONLY for mark in marks) and len(told.answers) < len(targets)
    return Answered(
        answers=tuple((targets[number], said) for number, said in sorted(told.answers.items())),
        has_note=told.has_note,
        has_rest=rest,
        reason=REST if rest else "",
    )


def _declines_all(
    marks: Sequence[Mark], named: Sequence[frozenset[int] | None], targets: Sequence[Target]
) -> bool:
    """Whether "neither" stands alone in its part, and only why in others: "neither one, we're away"."""
    places = [index for index, name in enumerate(named) if name is not None]
    none = marks[places[0]] if len(places) == 1 else None
    if none is None or none.sense is not Sense.NEITHER or none.text.startswith(OPEN):
        return False
    beside = [mark for mark in marks if mark is not none]
    here = all(mark.sense in _POLITE for mark in beside if mark.part == none.part)
    is_reason = all(mark.sense in _WHY for mark in beside if mark.part != none.part)
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


def _denied(marks: Sequence[Mark], references: References) -> list[Mark]:
    """The marks, where "but not" before a name is a no, and a "but" before one nothing.

    So "the 10:30 but not the hygienist" says no to her, and "yes to Ana but Ben can't" speaks of both.
    """
    found: list[Mark] = []
    for index, mark in enumerate(marks):
        following = [one for one in marks[index + 1 :] if one.sense not in SILENT]
        is_denial = mark.sense in (Sense.NEGATION, Sense.NO) and mark.text in NOTS
        is_named = is_denial and bool(found) and _names(following, references)
        if is_denial and found and found[-1].text == _CAN and all(one.part != mark.part for one in following):
            found.append(mark._replace(sense=Sense.NO))  # "Ana yes, Ben can't"
            continue
        if is_named and found[-1].part != mark.part:
            found.append(mark._replace(sense=Sense.NO, text=_BUT_NOT))
        elif is_named and found[-1].sense is Sense.BUT:
            found[-1] = mark._replace(sense=Sense.NO, text=_BUT_NOT)
        elif not (mark.sense is Sense.BUT and mark.text in _BUTS and _names(following, references)):
            found.append(mark)
    return found


def _names(following: Sequence[Mark], references: References) -> bool:
    return bool(following and following[0].sense not in EACH and references.named(following[0]))


def _is_a_count(marks: Sequence[Mark]) -> bool:
    """Whether the only number is a "one" in letters, which may as well say how many: "yes to one"."""
    numbers = [index for index, mark in enumerate(marks) if mark.sense is Sense.NUMBER]
    if len(numbers) != 1 or marks[numbers[0]].text.isdecimal() or marks[numbers[0]].value != 1:
        return False
    before = marks[numbers[0] - 1] if numbers[0] else None
    return before is None or before.sense is not Sense.OPTION


def _has_word_between(marks: Sequence[Mark], named: Sequence[frozenset[int] | None]) -> bool:
    """Whether an unknown word stands between two names: it may say what the second one gets."""
    places = [index for index, name in enumerate(named) if name is not None]
    between = range(places[0], places[-1]) if len(places) > 1 else ()
    return any(marks[index].sense is Sense.WORD and named[index] is None for index in between)


def _is_only_named(
    groups: Sequence[_Group], marks: Sequence[Mark], named: Sequence[frozenset[int] | None]
) -> bool:
    """Whether names stand beside unknown words and no answer: "do both take insurance"."""
    unknown = (mark for mark, name in zip(marks, named, strict=True) if name is None)
    return not any(group.said for group in groups) and any(mark.sense is Sense.WORD for mark in unknown)


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


def _groups(
    marks: Sequence[Mark], named: Sequence[frozenset[int] | None], says: Sequence[bool]
) -> list[_Group] | None:
    """Names and answers as pairs, in whichever order they begin; None when they do not pair."""
    runs: list[tuple[str, list[int]]] = []
    for index, name in enumerate(named):
        kind = "name" if name is not None else "said" if says[index] else ""
        if kind and runs and runs[-1][0] == kind and marks[index].text != _BUT_NOT:
            runs[-1][1].append(index)
        elif kind:
            runs.append((kind, [index]))
    groups: list[_Group] = []
    if len(runs) > 2 and len(runs) % 2:
        if runs[0][0] != "name" or marks[runs[1][1][0]].text != _BUT_NOT:
            return None
        runs.insert(1, ("said", []))  # "the 10:30 but not the 11"
    for place in range(0, len(runs), 2):
        group = _Group()
        for kind, places in runs[place : place + 2]:
            if kind == "name":
                group.is_none = any(marks[index].sense is Sense.NEITHER for index in places)
                group.names = tuple(marks[index].text for index in places)
                group.named = joined(
                    [named[index] or frozenset() for index in places], [marks[i] for i in places]
                )
            else:
                group.said = tuple(marks[index] for index in places)
        groups.append(group)
    return groups


def _answers(
    groups: Sequence[_Group], marks: Sequence[Mark], targets: Sequence[Target], written_at: datetime
) -> Answered:
    is_only = any(mark.sense is Sense.ONLY for mark in marks)
    all_named = frozenset().union(*(group.named or () for group in groups))
    is_all = any(mark.sense in EACH for mark in marks) or len(all_named) == len(targets)
    is_all = is_all or any(mark.text == _BUT_NOT for mark in marks)
    if any(not group.said for group in groups) and not (is_only or is_all):
        return Answered(reason=PAIRS)
    found: dict[int, Disposition] = {}
    for group in groups:
        if not group.named:
            return Answered(reason=PAIRS)
        for number in group.named:
            disposition = _of_group(group, targets[number], written_at)
            if disposition is None or number in found:
                return Answered(reason=PAIRS)
            found[number] = disposition
    rest = is_only and len(found) < len(targets)
    return Answered(
        answers=tuple((targets[number], disposition) for number, disposition in sorted(found.items())),
        has_rest=rest,
        reason=REST if rest else "",
    )


def _of_group(group: _Group, target: Target, written_at: datetime) -> Disposition | None:
    """What is said of the target; "both" and "only the 10:30" by themselves confirm."""
    if group.is_none:
        is_denied = bool(group.said) or not any(name.startswith(OPEN) for name in group.names)
        says = (
            _DENIALS if group.names[0].startswith(OPEN) else _DENIALS | {Sense.COMING}
        )  # "neither can come"
        is_clear = is_denied and all(mark.sense in says for mark in group.said)
        return Disposition.CANCELED if is_clear else None
    if not group.said:
        confirms = any(one.disposition is Disposition.CONFIRMED for one in target.question.options)
        return Disposition.CONFIRMED if confirms else None
    plain = tuple(mark for mark in group.said if mark.sense is not Sense.BOTH)
    bare = {mark.sense for mark in plain} <= {Sense.NO, Sense.GREETING}
    if bare and any(one.disposition is Disposition.CANCELED for one in target.question.options):
        return Disposition.CANCELED
    return verdict_of(plain, target, written_at).disposition
