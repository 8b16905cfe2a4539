"""An answer to several open appointments: "1 yes 2 no", "both", "only the 10:30", "yes for Ben"."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.replies.dividing import BUT_NOT, EACH, denied, divided, is_parted, said_once
from shared.domain.replies.matter import SILENT, Matter
from shared.domain.replies.open_questions import Target
from shared.domain.replies.references import References, with_the_other
from shared.domain.replies.sense import Mark, Sense
from shared.domain.replies.verdict import Verdict, verdict

WHICH = "{count} appointments could be meant."
UNNAMED = "It names none of the open appointments."
PAIRS = "It is not certain which answer is for which appointment."
REST = "It says nothing of the others."
_DOUBTS = frozenset(
    {Sense.DOUBT, Sense.BUT, Sense.NEGATION, Sense.NOT_CANCEL, Sense.CORRECTION, Sense.ASKING}
)
_OPEN = ("either", "any")  # none of them only where something is denied
_POLITE = frozenset({Sense.GREETING, Sense.NO})
_WHY = SILENT | {Sense.WORD, Sense.REASON}
_NOTED = (Sense.WORD, Sense.REASON)
_DENIALS = frozenset({Sense.NO, Sense.CANCEL, Sense.CANCEL_VERB})
_BESIDE = frozenset(
    {Sense.GREETING, Sense.COMMON, Sense.OPTION, Sense.UNIT, Sense.WORD, Sense.HARMLESS, Sense.LATE}
)


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


def answer_several(marks: Sequence[Mark], targets: Sequence[Target], written_at: datetime) -> Answered:
    """What the parts of a reply say of several targets."""
    references = References(targets, written_at)
    marks = divided(denied(said_once(marks), references), references)
    named = with_the_other(marks, [references.named(mark) for mark in marks], len(targets))
    if _is_a_count(marks):
        return Answered(reason=WHICH.format(count=len(targets)))
    if any(one is not None and not one for one in named):
        return Answered(reason=UNNAMED)
    if any(mark.sense in _DOUBTS or mark.asks for mark in marks):
        return _unsure(marks, targets, written_at)
    if _declines_all(marks, named, targets):
        return Answered(answers=tuple((one, Disposition.CANCELED) for one in targets), has_note=True)
    says = [_is_said(mark, name, references) for mark, name in zip(marks, named, strict=True)]
    groups = _by_part(marks, named, says) or _groups(marks, named, says)
    if groups is None or _has_word_between(marks, named) or _is_only_named(groups, marks, named):
        return Answered(reason=PAIRS)
    if not any(group.named for group in groups):
        return _unnamed(marks, targets, written_at)
    beside = (mark.sense for mark, name in zip(marks, named, strict=True) if name is None)
    return _answers(groups, marks, targets, written_at, any(sense in _NOTED for sense in beside))


def _declines_all(
    marks: Sequence[Mark], named: Sequence[frozenset[int] | None], targets: Sequence[Target]
) -> bool:
    """Whether "neither" stands alone in its part, and only why in others: "neither one, we're away"."""
    places = [index for index, name in enumerate(named) if name is not None]
    none = marks[places[0]] if len(places) == 1 else None
    if none is None or none.sense is not Sense.NEITHER or none.text.startswith(_OPEN):
        return False
    beside = [mark for mark in marks if mark is not none]
    here = all(mark.sense in _POLITE for mark in beside if mark.part == none.part)
    is_reason = all(mark.sense in _WHY for mark in beside if mark.part != none.part)
    cancels = all(
        any(one.disposition is Disposition.CANCELED for one in target.question.options) for target in targets
    )
    return here and is_reason and cancels and len(named[places[0]] or ()) == len(targets)


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


def _is_said(mark: Mark, named: frozenset[int] | None, references: References) -> bool:
    return named is None and mark.sense not in _BESIDE and mark.sense is not Sense.ONLY


def _unsure(marks: Sequence[Mark], targets: Sequence[Target], written_at: datetime) -> Answered:
    read = _verdict(tuple(marks), targets[0], written_at)
    return Answered(leaning=read.leaning, reason=read.reason or WHICH.format(count=len(targets)))


def _verdict(said: tuple[Mark, ...], target: Target, written_at: datetime) -> Verdict:
    matter = Matter(options=target.question.options, appointment=target.appointment, written_at=written_at)
    return verdict(said, matter)


def _unnamed(marks: Sequence[Mark], targets: Sequence[Target], written_at: datetime) -> Answered:
    """An answer that names no appointment: for the one that has none yet, else a person's.

    Where all have that answer already, it is said again of the newest.
    """
    read = [(target, _verdict(tuple(marks), target, written_at)) for target in targets]
    offered = [(target, one.disposition, one.has_note) for target, one in read if one.disposition is not None]
    if not offered:
        return Answered(leaning=read[0][1].leaning, reason=read[0][1].reason)
    first = [one for one in offered if one[0].appointment.disposition is None]
    is_again = not first and all(target.appointment.disposition is said for target, said, _ in offered)
    if len(first) == 1 or len(offered) == 1 or is_again:
        target, said, has_note = (first or offered)[0]
        return Answered(answers=((target, said),), has_note=has_note)
    return Answered(leaning=offered[0][1], reason=WHICH.format(count=len(first) or len(offered)))


def _by_part(
    marks: Sequence[Mark], named: Sequence[frozenset[int] | None], says: Sequence[bool]
) -> list[_Group] | None:
    """One group for each part between signs, where each has a name and an answer: "Ana yes, cancel Ben"."""
    parts = list(dict.fromkeys(mark.part for mark in marks))
    groups: list[_Group] = []
    for part in parts:
        places = [index for index, mark in enumerate(marks) if mark.part == part]
        kinds = {(named[index] is not None, says[index]) for index in places} - {(False, False)}
        if not kinds:
            continue
        is_only = kinds == {(True, False)} and any(marks[index].sense is Sense.ONLY for index in places)
        if kinds != {(True, False), (False, True)} and not is_only:
            return None
        here = _agreed(places, marks, named, says)
        here = here or _groups(
            [marks[index] for index in places],
            [named[index] for index in places],
            [says[index] for index in places],
        )
        if here is None or len(here) != 1:
            return None
        groups += here
    return groups if len(groups) > 1 else None


def _agreed(
    places: Sequence[int],
    marks: Sequence[Mark],
    named: Sequence[frozenset[int] | None],
    says: Sequence[bool],
) -> list[_Group] | None:
    """The one group of a part, where all its names name one: "Ana can come on Tuesday"."""
    names = [named[index] or frozenset() for index in places if named[index] is not None]
    both = frozenset.intersection(*names)
    said = tuple(marks[index] for index in places if says[index])
    if len(names) < 2 or len(both) != 1 or not said:
        return None
    return [_Group(named=both, said=said, names=tuple(marks[i].text for i in places if named[i] is not None))]


def _groups(
    marks: Sequence[Mark], named: Sequence[frozenset[int] | None], says: Sequence[bool]
) -> list[_Group] | None:
    """Names and answers as pairs, in whichever order they begin; None when they do not pair."""
    runs: list[tuple[str, list[int]]] = []
    for index, name in enumerate(named):
        kind = "name" if name is not None else "said" if says[index] else ""
        if kind and runs and runs[-1][0] == kind and marks[index].text != BUT_NOT:
            runs[-1][1].append(index)
        elif kind:
            runs.append((kind, [index]))
    groups: list[_Group] = []
    if len(runs) > 2 and len(runs) % 2:
        if runs[0][0] != "name" or marks[runs[1][1][0]].text != BUT_NOT:
            return None
        runs.insert(1, ("said", []))  # "the 10:30 but not the 11"
    for place in range(0, len(runs), 2):
        group = _Group()
        for kind, places in runs[place : place + 2]:
            if kind == "name":
                if is_parted(places, marks, named):
                    return None
                group.is_none = any(marks[index].sense is Sense.NEITHER for index in places)
                group.names = tuple(marks[index].text for index in places)
                group.named = _joined(
                    [named[index] or frozenset() for index in places], [marks[i] for i in places]
                )
            else:
                group.said = tuple(marks[index] for index in places)
        groups.append(group)
    return groups


def _joined(names: list[frozenset[int]], marks: list[Mark]) -> frozenset[int]:
    """ "Ben at 10:30" is what both name; "1 and 2" is either."""
    both = frozenset.intersection(*names)
    if len(set(names)) > 1 and any(mark.sense in EACH for mark in marks):  # "both at 11"
        return frozenset()
    is_list = all(mark.sense in (Sense.NUMBER, Sense.ORDINAL) for mark in marks)
    return both if both and not is_list else frozenset.union(*names)


def _answers(
    groups: Sequence[_Group],
    marks: Sequence[Mark],
    targets: Sequence[Target],
    written_at: datetime,
    has_note: bool,
) -> Answered:
    is_only = any(mark.sense is Sense.ONLY for mark in marks)
    all_named = frozenset().union(*(group.named or () for group in groups))
    is_all = any(mark.sense in EACH for mark in marks) or len(all_named) == len(targets)
    is_all = is_all or any(mark.text == BUT_NOT for mark in marks)
    if any(not group.said for group in groups) and not (is_only or is_all):
        return Answered(reason=PAIRS)
    if is_only and len(groups) == 1 and not groups[0].said and len(all_named) == len(targets):
        return Answered(reason=PAIRS)  # of two names one is the only one
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
        has_note=has_note,
        has_rest=rest,
        reason=REST if rest else "",
    )


def _of_group(group: _Group, target: Target, written_at: datetime) -> Disposition | None:
    """What is said of the target; "both" and "only the 10:30" by themselves confirm."""
    if group.is_none:
        is_denied = bool(group.said) or not any(name.startswith(_OPEN) for name in group.names)
        says = (
            _DENIALS if group.names[0].startswith(_OPEN) else _DENIALS | {Sense.COMING}
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
    return _verdict(plain, target, written_at).disposition
