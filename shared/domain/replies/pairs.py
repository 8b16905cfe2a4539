"""Names and answers within one clause, as pairs: "1 yes 2 no", "the 10:30 but not the 11", "only Ben"."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.replies.answered import PAIRS, Answered, of_numbers
from shared.domain.replies.clause import BUTS, EACH, is_said, joined
from shared.domain.replies.clauses import OPEN, verdict_of
from shared.domain.replies.lexicon import Lexicon
from shared.domain.replies.matter import NOTS, SILENT
from shared.domain.replies.open_questions import Target
from shared.domain.replies.references import Names, References
from shared.domain.replies.sense import Mark, Sense

_BUT_NOT = "but not"
_CAN = "can"
_WEAK = frozenset({Sense.CHOICE, Sense.NO, Sense.OKAY, Sense.YES})
_DENIALS = frozenset({Sense.NO, Sense.CANCEL, Sense.CANCEL_VERB})


class _Group(Struct):
    """Parts that belong together: what they name, and what they say of it."""

    named: frozenset[int] | None = None
    said: tuple[Mark, ...] = ()
    names: tuple[str, ...] = ()
    is_none: bool = False  # "neither"


def answer_pairs(
    marks: Sequence[Mark], named: Names, targets: Sequence[Target], written_at: datetime, lexicon: Lexicon
) -> Answered:
    """What is said of each that is named, where names and answers pair."""
    says = [is_said(mark, name) for mark, name in zip(marks, named, strict=True)]
    whys = [one and mark.sense is Sense.REASON for one, mark in zip(says, marks, strict=True)]
    if whys != says:  # "no to all three, I'm in hospital": the reason is no answer beside one
        says = [one and not why for one, why in zip(says, whys, strict=True)]
    groups = _groups(marks, named, says)
    if (
        groups is None
        or _has_word_between(marks, named, says)
        or _is_told_else(marks, named, says)
        or _is_only_named(groups, marks, named, lexicon)
    ):
        return Answered(reason=PAIRS)
    found = _answers(groups, marks, targets, written_at)
    confirms = any(said is Disposition.CONFIRMED for _, said in found.answers)
    return Answered(reason=PAIRS) if confirms and any(whys) else found


def with_denials(marks: Sequence[Mark], references: References) -> list[Mark]:
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
        elif not (mark.sense is Sense.BUT and mark.text in BUTS and _names(following, references)):
            found.append(mark)
    return found


def _names(following: Sequence[Mark], references: References) -> bool:
    return bool(following and following[0].sense not in EACH and references.named(following[0]))


def _has_word_between(marks: Sequence[Mark], named: Names, says: Sequence[bool]) -> bool:
    """Whether an unknown word stands between two names: it may say what the second one gets.

    Or between a name and a mere yes or no: "don't tell Ben".
    """
    names = [index for index, name in enumerate(named) if name is not None]
    said = [index for index, one in enumerate(says) if one]
    is_weak = all(marks[index].sense in _WEAK for index in said)
    places = [*names, *said] if is_weak else names
    between = range(min(places), max(places)) if len(places) > 1 else ()
    return any(marks[index].sense is Sense.WORD and named[index] is None for index in between)


def _is_told_else(marks: Sequence[Mark], named: Names, says: Sequence[bool]) -> bool:
    """Whether the last name stands beside unknown words and no answer: "the 3rd you can give away"."""
    last = max((at for at, name in enumerate(named) if name is not None), default=-1)
    if last < 0:
        return False
    part = [at for at, mark in enumerate(marks) if mark.part == marks[last].part]
    unknown = any(marks[at].sense is Sense.WORD and named[at] is None for at in part)
    return unknown and any(says[: part[0]]) and not any(says[at] for at in part) and not any(says[last:])


def _is_only_named(groups: Sequence[_Group], marks: Sequence[Mark], named: Names, lexicon: Lexicon) -> bool:
    """Whether names stand beside other words and no answer: "can the hygienist go before".

    "I'll be at both" says enough.
    """
    if any(group.said for group in groups):
        return False
    beside = [mark for mark, name in zip(marks, named, strict=True) if name is None]
    if any(mark.sense in EACH for mark in marks):
        return any(mark.sense is Sense.WORD for mark in beside)
    return not all(_is_joint(mark, lexicon) for mark in beside)


def _is_joint(mark: Mark, lexicon: Lexicon) -> bool:
    is_silent = mark.sense in (Sense.GREETING, Sense.OPTION, Sense.ONLY, Sense.UNIT)
    return is_silent or set(mark.text.split()) <= lexicon.joints


def _groups(marks: Sequence[Mark], named: Names, says: Sequence[bool]) -> list[_Group] | None:
    """Names and answers as pairs, in whichever order they begin; None when they do not pair."""
    runs: list[tuple[str, list[int]]] = []
    for index, name in enumerate(named):
        kind = "name" if name is not None else "said" if says[index] else ""
        if kind and runs and runs[-1][0] == kind and marks[index].text != _BUT_NOT:
            runs[-1][1].append(index)
        elif kind:
            runs.append((kind, [index]))
    is_one_part = len({marks[index].part for _, places in runs for index in places}) == 1
    if is_one_part and [kind for kind, _ in runs] == ["said", "name", "said"]:  # "move both to another day"
        runs = [runs[1], ("said", runs[0][1] + runs[2][1])]
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
    has_note = any(mark.sense in (Sense.REASON, Sense.WORD) for mark in marks)
    return of_numbers(found, targets, has_note=has_note, is_only=is_only)


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
